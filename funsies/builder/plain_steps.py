"""Functions that return values add no steps: what their own code shows of that, early."""

from __future__ import annotations

import dis
import functools
import inspect
from collections.abc import Callable, Iterator
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

import msgspec

from funsies.core.errors import WiringError
from funsies.core.fingerprint import held_by, names_of, nested_codes, wrapped_task
from funsies.core.graph import TaskKind

from .context import CALL_THE_FUNCTION, IN_A_STEP, building_refused

BUILDERS: Final = frozenset(
    {"gather", "map_each", "morph", "put", "put_dir", "put_file", "py", "reduce", "sac"}
    | {"shell", "template", "concat", "truncate", "stop_if", "not_empty"}
)
"""Add steps."""

ASKING: Final = frozenset({"execute", "execute_all", "wait_for", "takeout", "reset"})
"""Need a server, which is there inside of ``Fun`` alone."""

_ENTERING: Final = frozenset({"BEFORE_WITH", "BEFORE_ASYNC_WITH", "LOAD_SPECIAL"})


class _Read(msgspec.Struct, frozen=True):
    """Something that a function reads by a name.

    Attributes:
        shown: the name, as the code has it: ``f.reduce``.
        thing: what it is; None if it is one of funsies' own functions.
        own_name: the name of that function; empty for other things.
    """

    shown: str
    thing: object
    own_name: str = ""


def refuse_steps_inside(function: Callable[..., Any], name: str, kind: TaskKind) -> None:
    """Refuse a function whose own code adds steps where none are added, or asks for results.

    One with a ``with`` block is not judged: that may open a ``Fun`` of its own. Nor are the
    functions that it calls: what they do is known when it runs.

    Args:
        function: of a step.
        name: of the step.
        kind: of the step: whether it may add steps.

    Raises:
        WiringError: naming what works.
    """
    plain = _function_of(function)
    if plain is None:
        return
    problems = (_problem(each, name, kind) for each in _reads(plain))
    problem = next(filter(None, problems), None)
    if problem is not None and not _enters(plain.__code__):
        raise WiringError(problem)


def _problem(read: _Read, name: str, kind: TaskKind) -> str | None:
    if read.own_name in ASKING:
        return f"{read.shown}() in {name} {IN_A_STEP}"
    if kind is TaskKind.DYNAMIC:
        return None
    if read.own_name in BUILDERS:
        return building_refused(f"{name} calls {read.shown}()", CALL_THE_FUNCTION)
    if wrapped_task(read.thing) is not None:
        instead = f"Call its function, {read.shown}.fn(...)"
        return building_refused(f"{name} calls the task {read.shown}", instead)
    return None


def _function_of(function: object) -> FunctionType | None:
    """The function whose code runs, if it is written in Python."""
    while isinstance(function, functools.partial):
        function = function.func
    if isinstance(function, MethodType):
        function = function.__func__
    elif not isinstance(function, (FunctionType, type)):
        function = inspect.getattr_static(type(function), "__call__", None)
    return function if isinstance(function, FunctionType) else None


def _enters(code: CodeType) -> bool:
    """True if there is a ``with`` in it."""
    instructions = (
        each for inner in nested_codes(code) for each in dis.get_instructions(inner)
    )
    return any(each.opname in _ENTERING for each in instructions)


def _reads(function: FunctionType) -> Iterator[_Read]:
    names, cells = names_of(function.__code__), held_by(function)
    for held, chains in ((function.__globals__, names.globals), (cells, names.cells)):
        for chain in chains:
            if chain[0] in held:
                yield _read(held[chain[0]], chain)
    for module, _, chain in names.used_imports:
        if chain and _is_own(module):
            yield _Read(chain[-1], None, chain[-1])


def _read(thing: object, chain: tuple[str, ...]) -> _Read:
    """What a chain of names means, as far as it leads through modules."""
    shown, left = ".".join(chain), list(chain[1:])
    while left and isinstance(thing, ModuleType):
        if _is_own(thing.__name__):  # its attributes are imported when they are first used
            return _Read(shown, None, left[-1])
        thing = vars(thing).get(left.pop(0))
    if left:
        return _Read(shown, None)
    if isinstance(thing, FunctionType) and _is_own(thing.__module__):
        return _Read(shown, thing, thing.__name__)
    return _Read(shown, thing)


def _is_own(module: str | None) -> bool:
    """True of a module of funsies; what ``exec`` makes may be of none."""
    return module is not None and module.partition(".")[0] == "funsies"
