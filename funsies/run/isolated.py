"""Running a step in a fresh process of its own: ``options(isolated=True)``.

For code that leaks memory, changes global state, or crashes. The work-horse forks a child,
which runs the step, stores its results, and tells the work-horse what they are.
"""

from __future__ import annotations

import os
import pickle
import resource
import signal
import sys
import traceback
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Final, Generic, TypeVar

from funsies.core.errors import Error, ErrorKind

from .machine_faults.memory import out_of_memory, out_of_memory_kills
from .process_exit import peak_memory_bytes, signal_name

T = TypeVar("T")

_MAY_RAISE: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGALRM)
"""Ctrl-C, a worker's request to leave, and the end of the step's time."""


class ChildDiedError(Exception):
    """The process of an isolated step ended without an answer.

    Attributes:
        error: how it ended.
        log: what the step had printed, when that is known.
        record: of the execution, when that is known.
    """

    def __init__(self, error: Error) -> None:
        super().__init__(error.details)
        self.error = error
        self.log: bytes = b""
        self.record: bytes = b""


class _Answer(Generic[T]):
    """What the child says: a value, or what went wrong in our own code."""

    def __init__(self, value: T | None, problem: str = "") -> None:
        self.value = value
        self.problem = problem


def in_fresh_process(function: Callable[[], T], usages: list[resource.struct_rusage]) -> T:
    """Call a function in a forked child, and return what it returned.

    The child stays in the process group of its parent, so that whoever ends the parent's group
    ends the child as well.

    Args:
        function: what to call.
        usages: what the child used is added, however it ended.

    Raises:
        ChildDiedError: if the child was killed, or exited.
    """
    reader, writer = os.pipe()
    kills_before = out_of_memory_kills()
    taking_interrupts = signal.getsignal(signal.SIGINT)
    child = 0
    with os.fdopen(reader, "rb") as stream, ExitStack() as writing:
        writing.callback(os.close, writer)
        try:
            with _signals_held() as before:
                child = os.fork()
                if child == 0:
                    if taking_interrupts is not None:  # as the step would in this process
                        signal.signal(signal.SIGINT, taking_interrupts)
                    stream.close()
                    _be_child(function, writer, before)
            writing.close()
            data = stream.read()
        except BaseException:
            if child:
                os.kill(child, signal.SIGKILL)
            raise
        finally:
            if child:
                _, status, usage = os.wait4(child, 0)
                usages.append(usage)
    if not data:
        was_for_memory = out_of_memory_kills() > kills_before
        peak_bytes = peak_memory_bytes(usage)
        raise ChildDiedError(_how_it_ended(status, peak_bytes, was_for_memory=was_for_memory))
    answer: _Answer[T] = pickle.loads(data)  # noqa: S301 - from our own child
    if answer.problem:
        raise RuntimeError(answer.problem)
    return answer.value  # type: ignore[return-value]  # T may include None


@contextmanager
def _signals_held() -> Iterator[set[int]]:
    """Let signals wait, which may raise an exception as soon as a fork has ended.

    Then nobody would know of the new process.

    Yields:
        The signals that waited before.
    """
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _MAY_RAISE)
    try:
        yield before
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _be_child(function: Callable[[], T], writer: int, held: set[int]) -> None:
    """Run, answer, and end, whatever happens; never return into the parent's code.

    Args:
        function: what to call.
        writer: where to answer.
        held: signals that wait as they do in the parent.
    """
    try:
        # The parent reads to the end of the pipe, which does not come while somebody else has
        # it: a process that the step has forked and left.
        os.register_at_fork(after_in_child=partial(_close, writer))
        try:
            signal.pthread_sigmask(signal.SIG_SETMASK, held)
            answer: _Answer[T] = _Answer(function())
        except BaseException:  # noqa: BLE001 - it is reported to the parent
            answer = _Answer(None, traceback.format_exc())
        with suppress(OSError, ValueError):  # what it printed belongs into the log
            sys.stdout.flush()
            sys.stderr.flush()
        with os.fdopen(writer, "wb") as stream:
            stream.write(pickle.dumps(answer))
        os._exit(0)
    finally:
        os._exit(1)


def _close(descriptor: int) -> None:
    with suppress(OSError):
        os.close(descriptor)


def _how_it_ended(status: int, peak_bytes: int, *, was_for_memory: bool) -> Error:
    code = os.waitstatus_to_exitcode(status)
    name = signal_name(-code) if code < 0 else None
    if code == -signal.SIGKILL and was_for_memory:
        what = "the process of the step was killed by the system for want of memory"
        return out_of_memory(what, peak_bytes=peak_bytes, signal=name)
    how = f"was ended by {name}" if name else f"exited with code {code}"
    return Error(
        kind=ErrorKind.WorkerLost,
        signal=name,
        exit_code=None if name else code,
        details=f"the process of the step {how}",
        peak_memory_bytes=peak_bytes,
    )
