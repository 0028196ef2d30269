"""What a graph is built in: default options, and who is told of new operations.

Building is pure: an operation is a value. The session (``Fun``) looks on through this context,
to store what was built when the time has come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace

from funsies.core.digest import Digest
from funsies.core.errors import OptionError
from funsies.core.graph import Operation
from funsies.core.interpreter import Interpreter, interpreter_words
from funsies.core.options import Options


def _ignore(operation: Operation) -> None:
    """Record nothing."""


@dataclass(frozen=True, slots=True)
class BuildContext:
    """Surroundings of a graph under construction.

    Attributes:
        defaults: options of operations that name none.
        record: told of each new operation.
        interpreter: words that run the commands of shell steps that are checked and name none;
            None for strict bash.
    """

    defaults: Options = field(default_factory=Options)
    record: Callable[[Operation], None] = _ignore
    interpreter: tuple[str, ...] | None = None


_NO_CONTEXT = BuildContext()

current_context: ContextVar[BuildContext] = ContextVar("funsies_build_context")
"""The context in force: one for each thread and each asyncio task."""


_running_step: ContextVar[Digest] = ContextVar("funsies_running_step")


class _Process:
    """This process: one of funsies runs one step at a time, and that step may start threads."""

    step: Digest | None = None


@contextmanager
def step_running(step: Digest, *, is_alone: bool) -> Iterator[None]:
    """Let a block know that it is the function of a step.

    Args:
        step: its address.
        is_alone: True if nothing else runs in this process; then all its threads know.
    """
    token, outer = _running_step.set(step), _Process.step
    if is_alone:
        _Process.step = step
    try:
        yield
    finally:
        _Process.step = outer
        _running_step.reset(token)


def running_step() -> Digest | None:
    """Address of the step whose function is running; None outside of steps."""
    return _running_step.get(_Process.step)


def is_in_step() -> bool:
    """True while the function of a step runs."""
    return running_step() is not None


def context() -> BuildContext:
    """The context in force, or one with the defaults outside of any session."""
    return current_context.get(_NO_CONTEXT)


def options_in_force(own: Options | None) -> Options:
    """A step's own options, or the defaults of the context.

    Raises:
        OptionError: if they are something else.
    """
    chosen = context().defaults if own is None else own
    if not isinstance(chosen, Options):
        raise OptionError(
            f"opt= is made by options(...), for example options(retries=1), not {chosen!r}"
        )
    return chosen


def interpreter_in_force(own: Interpreter | None, *, check: bool) -> tuple[str, ...]:
    """A shell step's own interpreter, or that of the context, or the default.

    That of the context is for steps that are checked: it may be a strict one, and
    ``check=False`` says that nothing is judged.

    Raises:
        WiringError: if it is no interpreter.
    """
    if own is None and check:
        return context().interpreter or interpreter_words(None)
    return interpreter_words(own, check=check)


@contextmanager
def built_with(interpreter: tuple[str, ...]) -> Iterator[None]:
    """Build as the program does that named this interpreter; empty if it named none."""
    token = current_context.set(replace(context(), interpreter=interpreter or None))
    try:
        yield
    finally:
        current_context.reset(token)


def built(operation: Operation) -> Operation:
    """Tell the context of a new operation, and return it."""
    context().record(operation)
    return operation
