"""What a function reads of the modules that it imports while it runs, from its bytecode."""

from __future__ import annotations

import dis
from collections.abc import Iterable, Iterator
from types import CodeType
from typing import Final, TypeAlias

UsedImport: TypeAlias = tuple[str, int, tuple[str, ...]]
"""Name of a module, how many packages up (0: absolute), and the chain that is read of it."""

_ATTRIBUTE_READS: Final = frozenset({"LOAD_ATTR", "LOAD_METHOD"})
_STORES: Final = frozenset({"STORE_FAST", "STORE_DEREF", "STORE_NAME", "STORE_GLOBAL"})
_LOADS: Final = frozenset(
    {"LOAD_FAST", "LOAD_FAST_CHECK", "LOAD_DEREF", "LOAD_NAME", "LOAD_CLOSURE"}
)


def used_imports(codes: Iterable[CodeType]) -> set[UsedImport]:
    """Find what is read of imported modules, also in functions inside of functions.

    Args:
        codes: the code of a function, and all code inside it.

    >>> def task():
    ...     import settings as s
    ...     from tools import helper
    ...     return helper(s.limits.low)
    >>> sorted(used_imports([task.__code__]))
    [('settings', 0, ('limits', 'low')), ('tools', 0, ('helper',))]
    """
    listings = [_instructions(code) for code in codes]
    bound: dict[str, UsedImport] = {}
    found: set[UsedImport] = set()
    for listing in listings:
        for position, instruction in enumerate(listing):
            if instruction.opname == "IMPORT_NAME":
                bound.update(_bindings(listing, position))
    found.update(each for each in bound.values() if each[2])
    for listing in listings:
        for position, instruction in enumerate(listing):
            module = bound.get(str(instruction.argval))
            if instruction.opname in _LOADS and module is not None:
                name, level, chain = module
                found.add((name, level, (*chain, *_attributes(listing, position))))
    return {each for each in found if each[2]}


def _instructions(code: CodeType) -> list[dis.Instruction]:
    return [each for each in dis.get_instructions(code) if each.opname != "EXTENDED_ARG"]


def _bindings(
    listing: list[dis.Instruction], position: int
) -> Iterator[tuple[str, UsedImport]]:
    """Names that an import statement binds, each with what it stands for."""
    module = str(listing[position].argval)
    level_at = listing[position - 2].argval if position > 1 else 0
    level = level_at if isinstance(level_at, int) else 0
    is_plain = listing[position - 1].argval is None
    taken: list[str] = []
    for following in listing[position + 1 :]:
        if following.opname == "IMPORT_FROM":
            taken.append(str(following.argval))
        elif following.opname in _STORES:
            top = module.partition(".")[0]
            if not is_plain:
                yield str(following.argval), (module, level, tuple(taken[-1:]))
            elif taken or following.argval != top:
                yield str(following.argval), (module, level, ())  # import a.b as c
            else:
                yield str(following.argval), (top, level, ())
            if is_plain:
                return
        elif following.opname not in {"SWAP", "POP_TOP", "COPY"}:
            return


def _attributes(listing: list[dis.Instruction], position: int) -> Iterator[str]:
    for following in listing[position + 1 :]:
        if following.opname not in _ATTRIBUTE_READS:
            return
        yield str(following.argval)
