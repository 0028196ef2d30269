"""The names that a function reads, from its bytecode.

Bytecode, not text: names that appear in annotations only, or are local, vanish by
themselves, and there is bytecode where there is no source.
"""

from __future__ import annotations

import dis
import re
from collections.abc import Iterable, Iterator
from types import CodeType
from typing import Final, NamedTuple, TypeAlias

import msgspec

from funsies.core.fingerprint.caching import IdentityCache
from funsies.core.fingerprint.code_digest import nested_codes

_GLOBAL_READS: Final = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})
_CELL_READS: Final = frozenset({"LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF"})
_GLOBAL_WRITES: Final = frozenset({"STORE_GLOBAL", "DELETE_GLOBAL"})
_ATTRIBUTE_READS: Final = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_PARSERS: Final = frozenset({"parse_args", "parse_known_args"})

MODULE_VARIABLES: Final = frozenset(
    {
        "__name__",
        "__qualname__",
        "__module__",
        "__file__",
        "__doc__",
        "__package__",
        "__spec__",
        "__loader__",
        "__path__",
        "__annotations__",
        "__debug__",
        "__cached__",
        "__dict__",
    }
)
"""Say where code is, not what it does; a path must not enter an address."""

PLACES: Final = MODULE_VARIABLES - {"__dict__", "__builtins__", "__annotations__"}
"""Those of them that mean the same when they are read of another module: ``lib.__file__``."""


class Names(msgspec.Struct, frozen=True):
    """Names used by a code object and the code objects inside it.

    Attributes:
        globals: chains ``("lib", "sub", "h")`` that begin at a global name, sorted.
        cells: chains that begin at a free variable, sorted; every free variable has one.
        written: global names that are assigned, sorted.
        imported: names of modules imported inside the function, sorted: the name, the
            names taken from it, and how many packages up (0: absolute).
        used_imports: chains that begin at a module imported inside the function, sorted:
            its name, how many packages up, and what is read of it; nothing where the module
            itself is handed on.
        parses_arguments: True if ``parse_args()`` of something is called, without arguments.
    """

    globals: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[str, ...], ...]
    written: tuple[str, ...]
    imported: tuple[tuple[str, tuple[str, ...], int], ...]
    used_imports: tuple[tuple[str, int, tuple[str, ...]], ...] = ()
    parses_arguments: bool = False


def names_of(code: CodeType) -> Names:
    """Find the names that a code object uses."""
    found = _names.get(code)
    return _names.put(code, _find(code)) if found is None else found


_names: IdentityCache[CodeType, Names] = IdentityCache()


def _find(root: CodeType) -> Names:
    chains: set[tuple[str, ...]] = set()
    cells: set[tuple[str, ...]] = set()
    written: set[str] = set()
    imported: set[tuple[str, tuple[str, ...], int]] = set()
    parses_arguments = False
    for code in nested_codes(root):
        instructions = [i for i in dis.get_instructions(code) if i.opname != "EXTENDED_ARG"]
        for position, instruction in enumerate(instructions):
            name = instruction.opname
            if name in _GLOBAL_READS:
                chains.add(_chain(instructions, position))
            elif name in _CELL_READS and instruction.argval in root.co_freevars:
                cells.add(_chain(instructions, position))
            elif name in _GLOBAL_WRITES:
                written.add(str(instruction.argval))
            elif name == "IMPORT_NAME":
                imported.add(_import(instructions, position))
            elif name in _ATTRIBUTE_READS and instruction.argval in _PARSERS:
                parses_arguments |= _is_called_plainly(instructions, position)
    visible = {chain for chain in chains if chain[0] not in MODULE_VARIABLES}
    read = {chain[0] for chain in cells}
    cells.update((name,) for name in root.co_freevars if name not in read)
    return Names(
        tuple(sorted(visible)),
        tuple(sorted(cells)),
        tuple(sorted(written)),
        tuple(sorted(imported)),
        tuple(sorted(used_imports(nested_codes(root)))),
        parses_arguments,
    )


def _is_called_plainly(instructions: list[dis.Instruction], position: int) -> bool:
    """True if what an instruction reads is called there, without arguments."""
    following = (i for i in instructions[position + 1 :] if i.opname not in _NO_MEANING)
    called = next(following, None)
    return called is not None and called.opname == "CALL" and called.arg == 0


def _chain(instructions: list[dis.Instruction], position: int) -> tuple[str, ...]:
    chain = [str(instructions[position].argval)]
    for following in instructions[position + 1 :]:
        if following.opname not in _ATTRIBUTE_READS:
            break
        chain.append(str(following.argval))
    return tuple(chain)


def _import(
    instructions: list[dis.Instruction], position: int
) -> tuple[str, tuple[str, ...], int]:
    level = instructions[position - 2].argval if position >= 2 else 0  # noqa: PLR2004 (level, names, import)
    taken = []
    for following in instructions[position + 1 :]:
        if following.opname == "IMPORT_FROM":
            taken.append(str(following.argval))
        elif not following.opname.startswith("STORE_"):
            break
    module = str(instructions[position].argval)
    return module, tuple(taken), level if isinstance(level, int) else 0


UsedImport: TypeAlias = tuple[str, int, tuple[str, ...]]
"""Name of a module, how many packages up (0: absolute), and the chain that is read of it."""

_STORES: Final = frozenset({"STORE_FAST", "STORE_DEREF", "STORE_NAME", "STORE_GLOBAL"})
_LOADS: Final = frozenset({"LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_DEREF", "LOAD_NAME"})


def used_imports(codes: Iterable[CodeType]) -> set[UsedImport]:
    """Find what is read of imported modules, also in functions inside of functions.

    Args:
        codes: the code of a function, and all code inside it.

    >>> def task():
    ...     import settings as s
    ...     from tools import helper
    ...     return helper(s.limits.low, s)
    >>> sorted(used_imports([task.__code__]))
    [('settings', 0, ()), ('settings', 0, ('limits', 'low')), ('tools', 0, ('helper',))]
    """
    listings = [(code, _steps(code)) for code in codes]
    bound: dict[str, set[UsedImport]] = {}  # several if branches or functions differ in it
    for _, listing in listings:
        for position, step in enumerate(listing):
            if step.name == "IMPORT_NAME":
                for name, meant in _bindings(listing, position):
                    bound.setdefault(name, set()).add(meant)
    found: set[UsedImport] = set()
    unread = dict(bound)
    for code, listing in listings:
        for position, step in enumerate(listing):
            used = str(step.argument)
            # Where an inner function is made, the cell of a variable is loaded like a value;
            # that function's own code says what it reads.
            is_cell = step.name == "LOAD_FAST" and used in code.co_cellvars + code.co_freevars
            if step.name in _LOADS and used in bound and not is_cell:
                read = tuple(_attributes_read(listing, position))
                found |= {(home, level, (*chain, *read)) for home, level, chain in bound[used]}
                unread.pop(used, None)
    # An import statement itself reads the names that it takes from a module.
    return found | {each for all_meant in unread.values() for each in all_meant if each[2]}


def _bindings(listing: list[_Step], position: int) -> Iterator[tuple[str, UsedImport]]:
    """Names that an import statement binds, each with what it stands for."""
    module = str(listing[position].argument)
    level_at = listing[position - 2].argument if position > 1 else 0
    level = level_at if isinstance(level_at, int) else 0
    is_plain = listing[position - 1].argument is None
    taken: list[str] = []
    for following in listing[position + 1 :]:
        if following.name == "IMPORT_FROM":
            taken.append(str(following.argument))
        elif following.name in _STORES:
            top = module.partition(".")[0]
            if not is_plain:
                yield str(following.argument), (module, level, tuple(taken[-1:]))
            elif taken or following.argument != top:
                yield str(following.argument), (module, level, ())  # import a.b as c
            else:
                yield str(following.argument), (top, level, ())
            if is_plain:
                return
        elif following.name not in {"SWAP", "POP_TOP", "COPY"}:
            return


SUBCLASSES: Final = "__subclasses__"
HIDDEN: Final = frozenset({SUBCLASSES, "__globals__", "f_globals", "f_builtins"})
"""Attributes that lead to code which no name leads to."""

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
    return _reads.put(code, _find_reads(code)) if found is None else found


_reads: IdentityCache[CodeType, InnerReads] = IdentityCache()


def _find_reads(root: CodeType) -> InnerReads:
    codes = [(code, _steps(code)) for code in nested_codes(root)]
    bound = {name: origin for _, steps in codes for name, origin in _imports(steps)}
    imported: set[tuple[str, ...]] = set()
    hidden: set[tuple[bool, str]] = set()
    for code, steps in codes:
        for position, step in enumerate(steps):
            origin = bound.get(str(step.argument)) if step.name.startswith("LOAD_") else None
            if origin is not None and step.name not in _ATTRIBUTE_READS:
                imported.add((*origin, *_attributes_read(steps, position)))
            if step.name in _ATTRIBUTE_READS and step.argument in HIDDEN:
                hidden.update(_hidden(root, code, steps, position))
    own = sorted(name for is_own, name in hidden if is_own)
    others = sorted(name for is_own, name in hidden if not is_own)
    return InnerReads(tuple(sorted(imported)), tuple(own), tuple(others))


def _steps(code: CodeType) -> list[_Step]:
    """The instructions as they are before Python 3.13.

    That does two things at once in one of them; and since 3.14 it says whether what is loaded
    is borrowed.
    """
    found: list[_Step] = []
    for each in dis.get_instructions(code):
        name = each.opname.replace("_BORROW", "")
        if name in _NO_MEANING:
            continue
        if isinstance(each.argval, tuple) and _TWO_AT_ONCE.search(name):
            first, _, second = name.partition("_FAST_")
            found.append(_Step(f"{first}_FAST", each.argval[0]))
            found.append(_Step(second, each.argval[1]))
        else:
            found.append(_Step(name, each.argval))
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


def _attributes_read(steps: list[_Step], position: int) -> Iterator[str]:
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
