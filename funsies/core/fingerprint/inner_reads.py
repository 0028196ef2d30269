"""Reads that begin at what a function binds itself: modules that it imports, its ``self``."""

from __future__ import annotations

import dis
import re
from collections.abc import Iterator
from types import CodeType
from typing import Final, NamedTuple

from funsies.core.fingerprint.identity import IdentityCache
from funsies.core.fingerprint.records import nested_codes

SUBCLASSES: Final = "__subclasses__"
HIDDEN: Final = frozenset({SUBCLASSES, "__globals__", "f_globals", "f_builtins"})
"""Attributes that lead to code which no name leads to."""

_ATTRIBUTE_READS: Final = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_GLOBAL_READS: Final = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})
_CELL_READS: Final = frozenset({"LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF"})
_NO_MEANING: Final = frozenset({"EXTENDED_ARG", "CACHE", "PRECALL", "PUSH_NULL"})
_TWO_AT_ONCE: Final = re.compile("_FAST_(LOAD|STORE)_FAST")


class _Step(NamedTuple):
    """An instruction."""

    name: str
    argument: object


class InnerReads(NamedTuple):
    """What a function reads by names of its own.

    Attributes:
        imported: dotted names that begin at a module which the function imports, sorted.
        own: attributes of :data:`HIDDEN` that it reads of its ``cls``, or its ``self``'s class.
        others: attributes of :data:`HIDDEN` that it reads of other things than those, and than
            what its globals and free variables hold.
    """

    imported: tuple[tuple[str, ...], ...]
    own: tuple[str, ...]
    others: tuple[str, ...]


def reads_inside(code: CodeType) -> InnerReads:
    """Find what a code object, and those inside it, read by names of their own."""
    found = _reads.get(code)
    return _reads.put(code, _find(code)) if found is None else found


_reads: IdentityCache[CodeType, InnerReads] = IdentityCache()


def _find(root: CodeType) -> InnerReads:
    codes = [(code, _steps(code)) for code in nested_codes(root)]
    bound = {name: origin for _, steps in codes for name, origin in _imports(steps)}
    imported: set[tuple[str, ...]] = set()
    hidden: set[tuple[bool, str]] = set()
    for code, steps in codes:
        for position, step in enumerate(steps):
            origin = bound.get(str(step.argument)) if step.name.startswith("LOAD_") else None
            if origin is not None and step.name not in _ATTRIBUTE_READS:
                imported.add((*origin, *_attributes(steps, position)))
            if step.name in _ATTRIBUTE_READS and step.argument in HIDDEN:
                hidden.update(_hidden(root, code, steps, position))
    own = sorted(name for is_own, name in hidden if is_own)
    others = sorted(name for is_own, name in hidden if not is_own)
    return InnerReads(tuple(sorted(imported)), tuple(own), tuple(others))


def _steps(code: CodeType) -> list[_Step]:
    """The instructions; those of Python 3.13 that do two things at once as two."""
    found: list[_Step] = []
    for each in dis.get_instructions(code):
        if each.opname in _NO_MEANING:
            continue
        if isinstance(each.argval, tuple) and _TWO_AT_ONCE.search(each.opname):
            first, _, second = each.opname.partition("_FAST_")
            found.append(_Step(f"{first}_FAST", each.argval[0]))
            found.append(_Step(second, each.argval[1]))
        else:
            found.append(_Step(each.opname, each.argval))
    return found


def _imports(steps: list[_Step]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Names that import statements bind, and the dotted names that they stand for."""
    for position, step in enumerate(steps):
        if step.name != "IMPORT_NAME":
            continue
        module = str(step.argument)
        has_names = steps[position - 1].argument is not None
        taken: tuple[str, ...] = ()
        for following in steps[position + 1 :]:
            if following.name == "IMPORT_FROM":
                taken = (str(following.argument),)
            elif following.name.startswith("STORE_"):
                whole = module if taken else module.partition(".")[0]
                yield str(following.argument), (whole, *(taken if has_names else ()))
                if not has_names:
                    break
            elif following.name not in {"SWAP", "POP_TOP"}:
                break


def _attributes(steps: list[_Step], position: int) -> Iterator[str]:
    for following in steps[position + 1 :]:
        if following.name not in _ATTRIBUTE_READS:
            return
        yield str(following.argument)


def _hidden(
    root: CodeType, code: CodeType, steps: list[_Step], position: int
) -> Iterator[tuple[bool, str]]:
    """Whether a hidden attribute is that of the function's own class; nothing of globals."""
    start = position - 1
    while steps[start].name in _ATTRIBUTE_READS:
        start -= 1
    base = steps[start]
    if base.name in _GLOBAL_READS:
        return
    if base.name in _CELL_READS and base.argument in root.co_freevars:
        return
    between = {each.argument for each in steps[start + 1 : position]}
    is_own = _is_first(root, code, base) and between <= {"__class__"}
    is_type_of_own = (
        base.name.startswith("CALL")
        and _is_first(root, code, steps[start - 1])
        and steps[start - 2] == _Step("LOAD_GLOBAL", "type")
        and not between
    )
    yield is_own or is_type_of_own, str(steps[position].argument)


def _is_first(root: CodeType, code: CodeType, step: _Step) -> bool:
    """True of a read of the first parameter of the outermost function."""
    if not root.co_argcount or step.argument != root.co_varnames[0]:
        return False
    return step.name in _CELL_READS or (step.name.startswith("LOAD_FAST") and code is root)
