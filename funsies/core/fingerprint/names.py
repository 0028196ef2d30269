"""The names that a function reads, from its bytecode.

Bytecode, not text: names that appear in annotations only, or are local, vanish by
themselves, and there is bytecode where there is no source.
"""

from __future__ import annotations

import dis
from dataclasses import dataclass
from types import CodeType
from typing import Final

from funsies.core.fingerprint.identity import IdentityCache
from funsies.core.fingerprint.imported_names import used_imports
from funsies.core.fingerprint.records import nested_codes

_GLOBAL_READS: Final = frozenset({"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FROM_DICT_OR_GLOBALS"})
_CELL_READS: Final = frozenset({"LOAD_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF"})
_GLOBAL_WRITES: Final = frozenset({"STORE_GLOBAL", "DELETE_GLOBAL"})
_ATTRIBUTE_READS: Final = frozenset({"LOAD_ATTR", "LOAD_METHOD"})

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


@dataclass(frozen=True, slots=True)
class Names:
    """Names used by a code object and the code objects inside it.

    Attributes:
        globals: chains ``("lib", "sub", "h")`` that begin at a global name, sorted.
        cells: chains that begin at a free variable, sorted; every free variable has one.
        written: global names that are assigned, sorted.
        imported: names of modules imported inside the function, sorted: the name, the
            names taken from it, and how many packages up (0: absolute).
        used_imports: chains that begin at a module imported inside the function, sorted:
            its name, how many packages up, and what is read of it.
    """

    globals: tuple[tuple[str, ...], ...]
    cells: tuple[tuple[str, ...], ...]
    written: tuple[str, ...]
    imported: tuple[tuple[str, tuple[str, ...], int], ...]
    used_imports: tuple[tuple[str, int, tuple[str, ...]], ...] = ()


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
    visible = {chain for chain in chains if chain[0] not in MODULE_VARIABLES}
    read = {chain[0] for chain in cells}
    cells.update((name,) for name in root.co_freevars if name not in read)
    return Names(
        tuple(sorted(visible)),
        tuple(sorted(cells)),
        tuple(sorted(written)),
        tuple(sorted(imported)),
        tuple(sorted(used_imports(nested_codes(root)))),
    )


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
