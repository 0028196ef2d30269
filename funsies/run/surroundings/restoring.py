"""The surroundings of steps: what a step changes is put back before the next one begins.

In a process of funsies' own (a work-horse) none sees what another has changed. A program that
runs steps itself has its environment and its directory restored, and no event loop runs for a
step. For the rest a step is there what calling its function would be: the program may have
threads that count on what the whole process shares, and it may have set a seed on purpose.
"""

from __future__ import annotations

import decimal
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from contextvars import Context, copy_context
from typing import IO, Final, TypeVar

from funsies.builder.context import RunningStep, step_running
from funsies.run.log_lines import LoweredLastResort, noted_messages

from .interpreter import Randomness, interpreter, limits, signals, standard_library
from .libraries import data_libraries, libraries
from .place import TIME_ZONE, TURNS, SavedPlace, Variables, set_variables
from .settings import ProcessSetting, Settings
from .streams import MAX_LOG_BYTES, Capture, Log


class OwnSurroundings:
    """This process as the steps find it.

    Args:
        on_spoiled: called when something cannot be put back.
        file: into which the steps print; None for a new one.
    """

    def __init__(self, on_spoiled: Callable[[], None], file: IO[bytes] | None = None) -> None:
        self._on_spoiled = on_spoiled
        self._capture = Capture(file)
        self._randomness = Randomness()
        self._place = SavedPlace()
        self._take_note_of_settings()

    def take_note(self) -> None:
        """Let the steps find the process as it is now.

        Called when a function was loaded: what its modules have done to the process when they
        were imported is meant for the steps.
        """
        self._place.close()
        self._place = SavedPlace()
        self._take_note_of_settings()

    def _take_note_of_settings(self) -> None:
        self._signals = Settings(signals())
        self._settings = Settings(_settings())

    @contextmanager
    def of_step(self, variables: Variables) -> Iterator[Log]:
        """Run a step with some more environment variables, and put everything back after.

        Args:
            variables: their values; None of those that the step is not to have.

        Yields:
            What the step prints; complete when the block has ended.
        """
        log = Log()
        self._renew_randomness()
        set_variables(variables)
        try:
            with warnings.catch_warnings(), LoweredLastResort(), self._capture.into(log):
                yield log
        finally:
            self._restore()

    def _renew_randomness(self) -> None:
        try:
            self._randomness.renew()
        except Exception:  # noqa: BLE001 - a step may have put anything into the place of numpy's
            self._on_spoiled()

    def _restore(self) -> None:
        """Put back, first of all, what could interrupt the rest."""
        parts = self._signals, self._place, self._settings
        if not all([part.restore() for part in parts]):  # noqa: C419 - all of them, whatever fails
            self._on_spoiled()


def _settings() -> Iterator[ProcessSetting]:
    yield TIME_ZONE
    yield from limits()
    yield from interpreter()
    yield from standard_library()
    yield from libraries()
    yield from data_libraries()


class ProgramSurroundings:
    """The program as the steps find it."""

    def take_note(self) -> None:
        """Do nothing: the program is taken as it is when a step begins."""

    @contextmanager
    def of_step(self, variables: Variables) -> Iterator[Log]:
        """Run a step with some more environment variables; the program keeps its streams.

        Args:
            variables: their values; None of those that the step is not to have.

        Yields:
            What it says by ``logging``; complete when the block has ended.
        """
        log = Log()
        with restored(variables), no_loop_running(), noted_messages() as noted:
            try:
                yield log
            finally:
                log.tail = noted()[-MAX_LOG_BYTES:]


@contextmanager
def restored(variables: Variables) -> Iterator[None]:
    """Run with some more environment variables; restore the environment and directory after.

    While one thread is in a fresh directory, others wait here, so that none of them takes that
    for the directory of the program.
    """
    with TURNS:
        place = SavedPlace()
    with closing(place):
        set_variables(variables)
        try:
            yield
        finally:
            with TURNS:
                place.restore()


# The event loop that runs in this thread: a step is not to know of that of its program.
#
# A program that runs steps itself may do so in a coroutine. A step of it may call
# ``asyncio.run()``, as on a worker, which refuses to begin while a loop runs in its thread.
# In a thread of its own the step could not be timed out, nor interrupted.


@contextmanager
def no_loop_running() -> Iterator[None]:
    """Let no event loop run in this thread, as far as asyncio knows; then that of before."""
    asyncio = sys.modules.get("asyncio")  # not imported by who does not use it: that takes long
    loop = None if asyncio is None else asyncio._get_running_loop()  # noqa: SLF001 - for loops, say its docs
    if asyncio is None or loop is None:
        yield
        return
    asyncio._set_running_loop(None)  # noqa: SLF001
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)  # noqa: SLF001


# The context variables that a step finds.
#
# A step sees what its modules have set when they were imported, ``decimal.getcontext().prec``
# for one; and in a program that runs steps itself, what that program has set. What it sets is
# gone after it. It is never inside the caller's ``Fun``: on a worker it could not be.

T = TypeVar("T")

OWN_PREFIX: Final = "funsies_"
"""How the names of all context variables of funsies begin."""


def run_in_own_context(function: Callable[[], T], *, step: RunningStep, is_alone: bool) -> T:
    """Call a function in a copy of the context, without the variables of funsies.

    Args:
        function: what is called.
        step: which runs; the only thing of funsies that the function finds there.
        is_alone: True if nothing else runs in this process.
    """
    return _context().run(_as_step, function, step, is_alone)


def _as_step(function: Callable[[], T], step: RunningStep, is_alone: bool) -> T:
    _separate_decimals()
    with step_running(step, is_alone=is_alone):
        return function()


def _context() -> Context:
    context = Context()
    for variable, value in copy_context().items():
        if not variable.name.startswith(OWN_PREFIX):
            context.run(variable.set, value)
    return context


def _separate_decimals() -> None:
    """Decimal contexts are changed in place; a copy of a context would share them."""
    decimal.setcontext(decimal.getcontext().copy())
