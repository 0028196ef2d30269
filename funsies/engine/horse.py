"""The work-horse's side: what it announces, and how it takes signals."""

from __future__ import annotations

import os
import signal
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import IO

from funsies.core.options import Options
from funsies.run.ignored_signals import ignore_for_oneself, take_no_notice
from funsies.run.orphans import Orphanage, has_children
from funsies.run.preempted import Preempted
from funsies.store.connect import Address
from funsies.store.rows import Claim, Completion

from .announcement import Announced, Announcement, Phase
from .batch import Batch
from .fork_signals import as_usual_in_forks
from .observer import Observer
from .succession import Post
from .timing import Timing


class HorseObserver(Observer):
    """Announces to the parent what is run, and lets it interrupt what is run.

    Attributes:
        announcement: the memory shared with the parent, for what is run.
        batch: the memory shared with it, for what is held besides.
    """

    def __init__(self, announcement: Announcement, batch: Batch | None = None) -> None:
        self.announcement = announcement
        self.batch: Batch = batch or Batch()
        self._orphanage = Orphanage()
        self._record = Announced()
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
        self.announcement.say_streams(None)
        self._write(Announced.of(claim)._replace(sequence=kept.sequence, settled=kept.settled))

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
        """Say until when the operation may run: its user code is about to start."""
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

    def idle(self) -> None:
        """Say that nothing is in hand."""
        kept = self._record
        self._write(Announced(sequence=kept.sequence, settled=kept.settled))

    def settled(self) -> None:
        """Say that this horse was not started in vain."""
        self._write(self._record._replace(settled=self._record.settled + 1))

    def tell_trouble(self, text: str) -> None:
        """Say why this horse leaves out of order."""
        self.announcement.tell_trouble(text)

    def retire(self) -> None:
        """Say that a fresh horse is to go on, with what is in hand if there is something."""
        self._write(self._record._replace(phase=Phase.RETIRED))

    def must_retire(self) -> bool:
        """True if what was run has spoiled this process for what comes next."""
        return self._is_spoiled

    def spoil(self) -> None:
        """Take note that something cannot be undone that was done to this process."""
        self._is_spoiled = True

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let SIGTERM interrupt what is enclosed; afterwards no child of it is left.

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
        return self._was_told or self.announcement.must_stop

    def _take_signal(self, _number: int, _frame: FrameType | None) -> None:
        """Interrupt the operation if the parent says so; else only claim nothing more.

        A batch system sends SIGTERM to all processes at once; the operation has its grace
        then, which the parent measures.
        """
        self._was_told = True
        if self._is_running and self.announcement.must_preempt:
            raise Preempted

    def _write(self, record: Announced) -> None:
        self._record = record
        self.announcement.write(record)


@dataclass(frozen=True, slots=True)
class Horse:
    """What a work-horse knows from its parent.

    Attributes:
        address: where the server is.
        worker: name of the worker.
        post: where it takes up its work.
        timing: the engine's patience.
        observer: announces to the parent what is run.
        file: into which the steps print; the parent reads it, too.
    """

    address: Address
    worker: str
    post: Post
    timing: Timing
    observer: HorseObserver
    file: IO[bytes] | None = None


_current: list[Horse] = []


def become(horse: Horse) -> None:
    """Make this process that horse: called between the fork and the drain job."""
    _current[:] = [horse]


def current_horse() -> Horse:
    """The horse that this process is.

    Raises:
        RuntimeError: if it is none; drain jobs run only under a funsies worker.
    """
    if not _current:
        raise RuntimeError(
            "a drain job runs only on a funsies worker: start one by `funsies worker`"
        )
    return _current[0]
