"""Code records: what a code object says, without where it stands.

A code record survives pickling, so it is the name under which the text of a function is
found again on a worker that has no source. Where there is no source at all, the record
itself is the function's text.
"""

from __future__ import annotations

import dis
import sys
from collections.abc import Callable, Iterator
from itertools import pairwise
from types import CodeType
from typing import Any, Final, TypeAlias

from funsies.core.digest import Digest, Field, digest
from funsies.core.fingerprint.caching import IdentityCache

CodeKey: TypeAlias = tuple[bytes, str, int]
"""Digest of the code record, qualified name, first line."""

_FIRST_LINE: Final = "__firstlineno__"
"""Since Python 3.13, class bodies store their own position under this name."""


def code_key(code: CodeType) -> CodeKey:
    """Name of a code object that is the same in every process of one Python version."""
    return code_record(code), code.co_qualname, code.co_firstlineno


def code_record(code: CodeType) -> Digest:
    """Digest of instructions, names and typed constants; no lines, no file name."""
    found = _records.get(code)
    return _records.put(code, _record(code)) if found is None else found


_records: IdentityCache[CodeType, Digest] = IdentityCache()


def _record(code: CodeType) -> Digest:
    instructions, constants = _body(code)
    return digest(
        "code record",
        sys.version_info[:2],
        code.co_name,
        instructions,
        (code.co_argcount, code.co_posonlyargcount, code.co_kwonlyargcount, code.co_flags),
        code.co_names,
        code.co_varnames,
        code.co_freevars,
        code.co_cellvars,
        code.co_exceptiontable,
        constants,
    )


def _body(code: CodeType) -> tuple[Field, Field]:
    """Instructions and constants, without the position that a class body holds.

    From which line on the position is a constant or a part of an instruction depends on the
    version of Python, so the instructions of class bodies are written one by one.
    """
    if _FIRST_LINE not in code.co_names:
        return code.co_code, tuple(constant_field(constant) for constant in code.co_consts)
    instructions = [i for i in dis.get_instructions(code) if i.opname != "EXTENDED_ARG"]
    kept = [
        instruction
        for instruction, following in pairwise([*instructions, instructions[-1]])
        if not (following.opname == "STORE_NAME" and following.argval == _FIRST_LINE)
    ]
    return tuple(_instruction_field(each) for each in kept), ()


def _instruction_field(instruction: dis.Instruction) -> Field:
    if instruction.opname in _CONSTANT_LOADS:
        return instruction.opname, constant_field(instruction.argval)
    return instruction.opname, instruction.arg


_CONSTANT_LOADS: Final = frozenset({"LOAD_CONST", "RETURN_CONST"})


def constant_field(constant: object) -> Field:
    """Describe a constant of the compiler: its type and its exact value.

    >>> constant_field(1) == constant_field(True) or constant_field(1) == constant_field(1.0)
    False
    """
    kind = type(constant)
    describe = _FIELDS.get(kind)
    if describe is None:
        raise TypeError(f"a code object holds a constant of the unknown type {kind.__name__}")
    return (kind.__name__, *describe(constant))


_FIELDS: dict[type, Callable[[Any], tuple[Field, ...]]] = {
    CodeType: lambda code: (code_record(code), code.co_qualname),
    tuple: lambda items: tuple(constant_field(item) for item in items),
    frozenset: lambda items: tuple(
        sorted(digest("constant", constant_field(i)) for i in items)
    ),
    float: lambda number: (number.hex(),),
    complex: lambda number: (number.real.hex(), number.imag.hex()),
    slice: lambda bounds: tuple(map(constant_field, (bounds.start, bounds.stop, bounds.step))),
    type(None): lambda _: (),
    type(Ellipsis): lambda _: (),
    **dict.fromkeys((str, bytes, int, bool), lambda value: (value,)),
}


def nested_codes(code: CodeType) -> Iterator[CodeType]:
    """The code object and those inside it, outermost first."""
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from nested_codes(constant)
