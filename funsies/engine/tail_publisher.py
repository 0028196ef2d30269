"""What a running step prints, told while it runs to those who follow it.

Who follows is subscribed under a name that the step has (``log_client``). The worker asks
whether somebody is, once for each second that a step runs, and tells only then: it puts the
ends of the streams on the server, for a minute. So nobody else pays, and a follower that dies
leaves nothing behind.

The parent tells while the child is busy with the user's code. When that has ended, the child
tells the rest itself, before it publishes the result: only it knows what came last. A lock on
the file keeps the two apart, so that an older tail never replaces a newer one.
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

from funsies.run.live_output import Listener, Tail, encode_tail, streams_of
from funsies.store.ports import GraphStore
from funsies.store.rows import Fence, log_client
from funsies.store.server_retry import SERVER_TROUBLE

from .supervision.status_board import ChildStatus, Phase, StatusBoard

ASK_SECONDS: Final = 1.0
"""Pause between two looks whether somebody follows."""

TELL_SECONDS: Final = 0.25
"""Pause between two tails, while somebody does."""

REPEAT_SECONDS: Final = 20.0
"""A tail that has not changed is told again after this time: it is forgotten after a minute."""


class TailPublisher:
    """The parent's side: tells while the user's code runs.

    Args:
        graph: where to tell it.
        board: what the child says.
        file: into which the child prints.
        clock: the time, monotonic seconds.
    """

    def __init__(
        self,
        graph: GraphStore,
        board: StatusBoard,
        file: IO[bytes],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._graph = graph
        self._board = board
        self._file = file
        self._clock = clock
        self._known_fence = b""
        self._due_at = clock()
        self._told = b""
        self._told_at = 0.0

    def next_look_seconds(self) -> float:
        """How long nothing has to be looked at."""
        return max(0.0, self._due_at - self._clock())

    def look(self) -> None:
        """Tell what the step has printed, if it is time and somebody follows it."""
        if self._clock() < self._due_at:
            return
        running = self._board.read()
        self._due_at = self._clock() + ASK_SECONDS
        if running is None or running.phase is not Phase.RUNNING:
            return
        if running.fence != self._known_fence:  # most steps have ended by the next look
            self._known_fence, self._told = running.fence, b""
            return
        with suppress(*SERVER_TROUBLE):
            if self._graph.news.is_heard(log_client(running.operation)):
                self._due_at = self._clock() + TELL_SECONDS
                self._tell(running)

    def _tell(self, running: ChildStatus) -> None:
        self._board.say_followed(running.fence)
        with _locked(self._file):
            tail = _tail(running.fence, self._board, self._file)
            if not self._still_runs(running):  # then these may be of another step
                return
            data = encode_tail(tail)
            if data == self._told and self._clock() < self._told_at + REPEAT_SECONDS:
                return
            self._graph.news.show_tail(running.operation, data)
            self._told, self._told_at = data, self._clock()

    def _still_runs(self, running: ChildStatus) -> bool:
        now = self._board.read()
        return now is not None and now.phase is Phase.RUNNING and now.fence == running.fence


class ChildListener(Listener):
    """The child's side: says where it prints, and tells the rest if somebody follows.

    Args:
        graph: where to tell it.
        board: shared with the parent.
        file: into which this process prints.
    """

    def __init__(self, graph: GraphStore, board: StatusBoard, file: IO[bytes]) -> None:
        self._graph = graph
        self._board = board
        self._file = file
        self._show: Callable[[], None] = lambda: None

    def prints_to(self, directory: Path, show: Callable[[], None]) -> None:
        """Say where the commands of the step print."""
        self._show = show
        self._board.say_streams(directory)

    def has_printed(self) -> None:
        """Tell all that the step has printed, if the parent has told some of it."""
        running = self._board.written
        if not self._board.is_followed(running.fence):
            return
        with suppress(*SERVER_TROUBLE), _locked(self._file):
            if self._board.streams is not None:
                self._show()
            tail = _tail(running.fence, self._board, self._file, is_whole=True)
            self._graph.news.show_tail(running.operation, encode_tail(tail))


def _tail(fence: Fence, board: StatusBoard, file: IO[bytes], *, is_whole: bool = False) -> Tail:
    """What was printed under a fence; a shell step may begin anew, in another directory."""
    directory = board.streams
    run = fence + os.fsencode(directory or b"")
    return Tail(run, streams_of(file.fileno(), directory), is_whole)


@contextmanager
def _locked(file: IO[bytes]) -> Iterator[None]:
    fcntl.lockf(file, fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.lockf(file, fcntl.LOCK_UN)
