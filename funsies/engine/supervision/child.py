"""The child's side: where it takes up its work, what it announces, and how it takes signals.

What a step forks is ended by signals as it would be in a program without funsies. A child takes
SIGTERM by a handler, and a forked process has that handler until it has put the system's own in
its place. A signal that comes before is taken by the handler, and Python then forgets it, as it
clears after each fork what it has not acted on: the process goes on, and who ends it and waits
for it (``Process.terminate`` and ``join``, the end of a ``Pool``) waits for ever. So SIGTERM
waits from before each fork until both sides are ready for it. (SIGINT is taken by a handler
everywhere: one that comes so early is lost without funsies, too.)
"""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import IO, Final

from funsies.core.options import Options
from funsies.engine.consumer import Observer
from funsies.engine.slots import Assignment
from funsies.engine.timing import Timing
from funsies.run.orphans import Orphanage, has_children
from funsies.run.signals import Preempted, ignore_for_oneself, take_no_notice
from funsies.store.connect import Address
from funsies.store.rows import Claim, Completion

from .batch import Batch
from .status_board import ChildStatus, Phase, StatusBoard


class ChildObserver(Observer):
    """Announces to the parent what is run, and lets it interrupt what is run.

    Attributes:
        board: the memory shared with the parent, for what is run.
        batch: the memory shared with it, for what is held besides.
    """

    def __init__(self, board: StatusBoard, batch: Batch | None = None) -> None:
        self.board = board
        self.batch: Batch = batch or Batch()
        self._orphanage = Orphanage()
        self._record = ChildStatus()
        self._threads = 0
        self._is_running = False
        self._is_spoiled = False
        self._was_told = False
        self._pid = os.getpid()

    def stepping(self, sequence: int) -> None:
        """Say that the operation in hand is over."""
        self._write(self._record._replace(phase=Phase.REPORTING, sequence=sequence))

    def claimed(self, claim: Claim) -> None:
        """Say what is in hand."""
        kept = self._record
        self.board.say_streams(None)
        self._write(
            ChildStatus.of(claim)._replace(sequence=kept.sequence, settled=kept.settled)
        )

    def claimed_together(self, claims: Sequence[Claim]) -> None:
        """Say what was claimed by one message."""
        self.batch.claimed(claims)

    def holds(self, completion: Completion) -> bool:
        """Keep what is done where the parent finds it, if there is room."""
        return self.batch.add(completion)

    def sent(self) -> None:
        """Say that a message is on its way: what it will bring is not known yet."""
        self.batch.sent()

    def answered(self, number: int) -> None:
        """Say that so many of what was done first are published."""
        self.batch.answered(number)

    def is_relieved(self) -> bool:
        """True, once, if the parent sees to what was claimed with the last operation."""
        return self.batch.is_relieved()

    def started(self, claim: Claim, options: Options) -> None:  # noqa: ARG002 - a callback
        """Say until when the operation may run: its inputs are about to be read."""
        self._threads = threading.active_count()
        timeout_seconds = options.timeout_seconds
        if timeout_seconds is None and not options.retries:
            return  # what was said of the claim is all there is to say
        self._write(
            self._record._replace(
                deadline=time.monotonic() + timeout_seconds if timeout_seconds else 0.0,
                retries=options.retries,
                retry_delay_ms=options.retry_delay_ms,
            )
        )

    @contextmanager
    def timed(self, timeout_seconds: float | None) -> Iterator[None]:
        """Have the time begin anew with the user code, and again with the storing of results.

        So code that ends in time is not killed, nor is what it has made lost; and whatever
        hangs is ended at last.
        """
        self._extend(timeout_seconds)
        try:
            yield
        finally:
            self._extend(timeout_seconds)

    def _extend(self, timeout_seconds: float | None) -> None:
        if timeout_seconds is not None and os.getpid() == self._pid:  # not in forks of it
            self._write(self._record._replace(deadline=time.monotonic() + timeout_seconds))

    def idle(self) -> None:
        """Say that nothing is in hand."""
        kept = self._record
        self._write(ChildStatus(sequence=kept.sequence, settled=kept.settled))

    def settled(self) -> None:
        """Say that this child was not started in vain."""
        self._write(self._record._replace(settled=self._record.settled + 1))

    def tell_trouble(self, text: str) -> None:
        """Say why this child leaves out of order."""
        self.board.tell_trouble(text)

    def retire(self) -> None:
        """Say that a fresh child is to go on, with what is in hand if there is something."""
        self._write(self._record._replace(phase=Phase.RETIRED))

    def must_retire(self) -> bool:
        """True if what was run has spoiled this process for what comes next."""
        return self._is_spoiled

    def spoil(self) -> None:
        """Take note that something cannot be undone that was done to this process."""
        self._is_spoiled = True

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let SIGTERM interrupt what is enclosed; afterwards no process of it is left.

        Who left children or threads behind may have more that counts on them: a pool in a
        module, a tracker of resources. What comes next must not meet it. Threads that were
        there when the user's code started are of modules that were imported before; they
        would come back in a fresh process.
        """
        self._is_running = True
        self._threads = threading.active_count()
        try:
            yield
        finally:
            self._is_running = False
            if os.getpid() != self._pid:  # user code forked, and the copy came back here
                os._exit(1)
            if has_children():
                self._orphanage.clear()
                self.spoil()
            if threading.active_count() > self._threads:
                self.spoil()

    def install_handlers(self) -> None:
        """Take SIGTERM as a request to leave; Ctrl-C is the parent's affair.

        Processes that a step forks die of SIGTERM, as they would elsewhere: a pool of
        ``multiprocessing`` ends its own by it, and waits until they have ended. Programs that a
        step starts find the other signals as usual, too, however the worker was started.
        """
        signal.signal(signal.SIGINT, take_no_notice)
        ignore_for_oneself()
        signal.signal(signal.SIGTERM, self._take_signal)
        as_usual_in_forks()

    def must_stop(self) -> bool:
        """True if nothing more is to be claimed."""
        return self._was_told or self.board.must_stop

    def _take_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Interrupt the operation if the parent says so; else only claim nothing more.

        A batch system sends SIGTERM to all processes at once; the operation has its grace
        then, which the parent measures.
        """
        self._was_told = True
        if self._is_running and self.board.must_preempt:
            raise Preempted

    def _write(self, record: ChildStatus) -> None:
        self._record = record
        self.board.write(record)


@dataclass(frozen=True, slots=True)
class ChildContext:
    """What a work-horse knows from its parent.

    Attributes:
        address: where the server is.
        worker: name of the worker.
        assignment: where it takes up its work.
        timing: the engine's patience.
        observer: announces to the parent what is run.
        file: into which the steps print; the parent reads it, too.
    """

    address: Address
    worker: str
    assignment: Assignment
    timing: Timing
    observer: ChildObserver
    file: IO[bytes] | None = None


_current: list[ChildContext] = []


def set_current_child(child: ChildContext) -> None:
    """Take note of what this process knows: called between the fork and the drain job."""
    _current[:] = [child]


def current_child() -> ChildContext:
    """What this process knows as a child.

    Raises:
        RuntimeError: if it is none; drain jobs run only under a funsies worker.
    """
    if not _current:
        raise RuntimeError(
            "a drain job runs only on a funsies worker: start one by `funsies worker`"
        )
    return _current[0]


class _Masks(threading.local):
    """The signals that wait in this thread, as it was before the forks that it is at."""

    def __init__(self) -> None:
        self.before: list[set[int]] = []


_masks: Final = _Masks()


def as_usual_in_forks() -> None:
    """Have what this process forks take SIGTERM and SIGINT as Python does at its start."""
    os.register_at_fork(
        before=_hold_sigterm,
        after_in_parent=_let_it_come,
        after_in_child=_take_signals_as_usual,
    )


def _hold_sigterm() -> None:
    _masks.before.append(signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM}))


def _let_it_come() -> None:
    signal.pthread_sigmask(signal.SIG_SETMASK, _masks.before.pop())


def _take_signals_as_usual() -> None:
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.signal(signal.SIGINT, signal.default_int_handler)
    finally:
        _let_it_come()
