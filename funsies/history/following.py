"""Following what a step prints, while it runs on whatever worker."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from typing import Final, TypeAlias

from funsies.core.digest import Digest
from funsies.run.live_output import StreamEnd, Tail, decode_tail
from funsies.store.ports import GraphStore, News
from funsies.store.rows import OperationState, Status, log_client

LOOK_SECONDS: Final = 1.0
"""Even without any news, one looks again after this time."""


@dataclass(frozen=True, slots=True)
class Awaited:
    """The step prints nothing now: it is not running, or not any more.

    Attributes:
        status: where it stands.
    """

    status: Status


@dataclass(frozen=True, slots=True)
class Printed:
    """The step has printed something.

    Attributes:
        stream: ``log``, or that of a shell step, ``stdout:0``.
        data: what.
        missed_bytes: how much came before and was not kept: more than 64 KiB came at once.
    """

    stream: str
    data: bytes
    missed_bytes: int = 0


@dataclass(frozen=True, slots=True)
class Ended:
    """The step is finished.

    Attributes:
        was_heard: True if something was told of its last run.
        is_whole: True if all was told that this run has printed.
    """

    was_heard: bool
    is_whole: bool


StepNews: TypeAlias = Awaited | Printed | Ended


def follow(graph: GraphStore, operation: Digest) -> Iterator[StepNews]:
    """Tell what a step prints, until it is finished; also of a step that is still to begin.

    Args:
        graph: where it runs.
        operation: the step.

    Yields:
        What it has printed so far, then what comes; where it stands, when that changes; at last
        that it has ended. What an earlier run has printed is not told.
    """
    client = log_client(operation)
    with closing(graph.news.subscribe(client)) as subscription:
        # Before it is asked where the step stands: it may begin, and print, after the answer.
        left = decode_tail(graph.news.tail(operation))
        (state,) = graph.watch(client, [operation])
        heard = _Heard(
            graph.news, operation, left if state.status is not Status.RUNNING else None
        )
        while not state.status.is_finished:
            yield from heard.news(state)
            subscription.wait(LOOK_SECONDS)
            (state,) = graph.watch(client, [operation])  # anew: a watch ends after an hour
        yield from heard.news(state)
        yield Ended(heard.something, heard.is_whole)


class _Heard:
    """What was told of a step; not what an earlier run has left."""

    def __init__(self, news: News, operation: Digest, left: Tail | None) -> None:
        self._news = news
        self._operation = operation
        self._status: Status | None = None
        self._ends: dict[str, int] = {}
        self.is_whole = False
        self.something = False
        self._over = left.run if left is not None else b""
        self._run = self._over

    def news(self, state: OperationState) -> Iterator[StepNews]:
        """What has come since the last time."""
        tail = self._tail()
        if tail is not None and tail.run != self._over:
            yield from self._printed(tail)
        if state.status is not self._status and not state.status.is_finished:
            self._status = state.status
            yield Awaited(state.status)

    def _tail(self) -> Tail | None:
        return decode_tail(self._news.tail(self._operation))

    def _printed(self, tail: Tail) -> Iterator[Printed]:
        if tail.run != self._run:
            self._run, self._ends = tail.run, {}
        self.something, self.is_whole = True, tail.is_whole
        for stream in tail.streams:
            yield from self._rest_of(stream)

    def _rest_of(self, stream: StreamEnd) -> Iterator[Printed]:
        seen, end = self._ends.get(stream.name, 0), stream.start + len(stream.data)
        if end > seen:
            self._ends[stream.name] = end
            data = stream.data[max(0, seen - stream.start) :]
            yield Printed(stream.name, data, max(0, stream.start - seen))
