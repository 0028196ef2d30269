"""What a graph is built in: default options, and who is told of new operations.

Building is pure: an operation is a value. The session (``Fun``) looks on through this context,
to store what was built when the time has come.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

import msgspec
from msgspec.structs import replace

from funsies.core.digest import Digest
from funsies.core.errors import OptionError, WiringError
from funsies.core.graph import Operation
from funsies.core.options import Options
from funsies.core.shell_plan import Interpreter, interpreter_words


def _ignore(operation: Operation) -> None:
    """Record nothing."""


class BuildContext(msgspec.Struct, frozen=True):
    """Surroundings of a graph under construction.

    Attributes:
        defaults: options of operations that name none.
        record: told of each new operation.
        interpreter: words that run the commands of shell steps that are checked and name none;
            None for strict bash.
    """

    defaults: Options = msgspec.field(default_factory=Options)
    record: Callable[[Operation], None] = _ignore
    interpreter: tuple[str, ...] | None = None


_NO_CONTEXT = BuildContext()

IN_A_STEP: Final = (
    "does not work inside of a step: nothing that is built there is computed before it ends. A "
    "function returns a value, or, for bind() and sac(), an artefact that stands for it; to go "
    "on with the value of an artefact, use bind() or a further step"
)

CALL_THE_FUNCTION: Final = (
    "Call functions themselves there, of a task its .fn, and commands by subprocess.run()"
)

current_context: ContextVar[BuildContext] = ContextVar("funsies_build_context")
"""The context in force: one for each thread and each asyncio task."""


class RunningStep(msgspec.Struct, frozen=True):
    """The step whose function is running.

    Attributes:
        digest: its address.
        builds: True if its function adds steps, and returns the artefact of one.
    """

    digest: Digest
    builds: bool = False


_running_step: ContextVar[RunningStep] = ContextVar("funsies_running_step")


class _Process:
    """This process: one of funsies runs one step at a time, and that step may start threads."""

    step: RunningStep | None = None


@contextmanager
def step_running(step: RunningStep, *, is_alone: bool) -> Iterator[None]:
    """Let a block know that it is the function of a step.

    Args:
        step: it.
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
    running = _running_step.get(_Process.step)
    return None if running is None else running.digest


def is_in_step() -> bool:
    """True while the function of a step runs."""
    return running_step() is not None


def refuse_building(what: str, instead: str) -> None:
    """Refuse to add steps in a step that returns a value: nobody would run them.

    Inside of a ``Fun`` of its own a step is a program like any other.

    Args:
        what: is called.
        instead: what gives its value.

    Raises:
        WiringError: if such a step is running.
    """
    if not may_build():
        raise WiringError(building_refused(what, instead))


def may_build() -> bool:
    """False inside of a step that returns a value, unless it has a ``Fun`` of its own."""
    running = _running_step.get(_Process.step)
    return running is None or running.builds or current_context.get(None) is not None


def building_refused(what: str, instead: str) -> str:
    """Say why nothing can be added to the workflow inside of a step."""
    return (
        f"{what} inside of a step that returns a value, where no steps are added: they would "
        f"never be run. {instead}; or let a function for bind() or sac() return the artefact"
    )


_of_program: Final[list[BuildContext]] = []


def build_everywhere(chosen: BuildContext | None) -> None:
    """Have this context be in force wherever no other is, in all threads and tasks.

    Args:
        chosen: None for the defaults again.
    """
    _of_program[:] = [] if chosen is None else [chosen]


def context() -> BuildContext:
    """The context in force, or one with the defaults outside of any session."""
    found = current_context.get(None)
    if found is not None:
        return found
    return _of_program[0] if _of_program and not is_in_step() else _NO_CONTEXT


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
    """Tell the context of a new operation, and return it.

    Raises:
        WiringError: if it is built in a step that returns a value.
    """
    if not may_build():  # before the message is written: most steps are built where they may
        refuse_building(f"the step {operation.task.name} is built", CALL_THE_FUNCTION)
    context().record(operation)
    return operation
