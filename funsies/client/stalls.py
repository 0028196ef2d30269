"""What a wait may never see the end of, said in time or mended.

Work is ready on a queue that no worker serves; a process has left work on a queue of its own,
where it ran steps with ``options(distributed=False)``; nobody has asked for what is waited for.
"""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from funsies.config.directory import Directory
from funsies.core.digest import Digest, short_hash
from funsies.session import Session
from funsies.store.connect import Backend
from funsies.store.graph_reader import read_levels
from funsies.store.ports import GraphReader
from funsies.store.rows import Lease, QueueName
from funsies.store.server_address import hide_secrets
from funsies.store.submission import LOCAL_PREFIX, submit

from .step_labels import labels_for, named_step

logger: Final = logging.getLogger("funsies")

UNSERVED_SECONDS: Final = 5.0
"""How long a queue may be without workers before it is mentioned."""

AWAY_SECONDS: Final = 5.0
"""If it takes so long until the server is looked at again, it was away: paused, or hung. Its
workers then count as gone until they have given another sign of life."""


class UnservedWatch:
    """Warns, once a queue, of work that is ready and that no worker takes.

    Args:
        session: where.
        clock: the time, monotonic seconds.
    """

    def __init__(
        self, session: Session, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._session = session
        self._clock = clock
        self._since: dict[QueueName, float] = {}
        self._said: set[QueueName] = set()
        self._has_looked_around = False
        self._looked_at = clock()

    def look(self) -> None:
        """Look at the queues with ready work."""
        if self._session.backend.is_in_process:
            return
        ready = self._session.backend.graph.queues()
        now = self._clock()
        if self._was_away(now):
            self._since.clear()
        self._looked_at = now
        self._since = {queue: self._since.get(queue, now) for queue in ready}
        for queue, since in self._since.items():
            is_new = queue not in self._said and not queue.startswith(LOCAL_PREFIX)
            if is_new and self._is_due(queue, now - since):
                workers = self._count_workers(queue)
                if workers == 0 and not self._starting([queue]):
                    self._said.add(queue)
                    self._warn(queue, now - since)
                elif workers and not self._has_looked_around:
                    self._look_around()

    def _look_around(self) -> None:
        """Say if this program is itself run by a step, whose worker may be the missing one."""
        self._has_looked_around = True
        step = step_around(self._session.backend.graph.leases())
        if step is not None:
            name = named_step(step, labels_for(self._session, [step]))
            logger.warning(
                "this program was started by the step %s, which holds a worker while it waits "
                "for other steps. %s",
                name,
                ADVICE,
            )

    def _is_due(self, queue: QueueName, seconds: float) -> bool:
        return seconds >= UNSERVED_SECONDS or bool(self._last_words(queue))

    def _was_away(self, now: float) -> bool:
        return now - self._looked_at > AWAY_SECONDS

    def queues(self) -> list[str]:
        """Names of the queues with ready work that no worker serves, or soon will, if known."""
        if self._session.backend.is_in_process:
            return []
        ready = self._session.backend.graph.queues()
        if self._was_away(self._clock()):
            return []
        public = [each for each in ready if not each.startswith(LOCAL_PREFIX)]
        unserved = [each for each in public if self._count_workers(each) == 0]
        starting = self._starting(unserved)
        return [each.rpartition("@")[0] for each in unserved if each not in starting]

    def _starting(self, queues: Collection[QueueName]) -> Collection[QueueName]:
        """Those of which the workers may still be loading what they need."""
        from funsies.engine.starting import starting_queues  # noqa: PLC0415 - rarely needed

        return starting_queues(self._session.server, queues)

    def _count_workers(self, queue: QueueName) -> int | None:
        """How many workers serve a queue; None if that is not known."""
        # Late: RQ takes long to import.
        from funsies.engine.arming import count_workers  # noqa: PLC0415
        from funsies.store.server_retry import SERVER_TROUBLE  # noqa: PLC0415

        with suppress(*SERVER_TROUBLE):  # nobody knows; the wait itself sees to the server
            return count_workers(self._session.server, queue)
        return None

    def _warn(self, queue: QueueName, seconds: float) -> None:
        name, _, python = queue.rpartition("@")
        logger.warning(
            "no worker serves the queue %r under Python %s, and work has been ready there for "
            "%.0f seconds%s; start one: funsies worker %s",
            name,
            python,
            seconds,
            self._cause(queue),
            name,
        )

    def _cause(self, queue: QueueName) -> str:
        """What is known of it."""
        if words := self._last_words(queue):
            return f"; the last ones died as soon as they were started: {words}"
        directory = self._session.server.directory
        log = directory and Directory(directory).log_path / "workers.log"
        return (
            f"; what those that were started here said: {log}" if log and log.exists() else ""
        )

    def _last_words(self, queue: QueueName) -> str:
        from funsies.engine.startup_failures import startup_failure  # noqa: PLC0415 - slow to import
        from funsies.store.server_retry import SERVER_TROUBLE  # noqa: PLC0415

        with suppress(*SERVER_TROUBLE):
            return hide_secrets(startup_failure(self._session.server, queue))
        return ""


ADVICE: Final = (
    "If no other worker becomes free, both wait for ever: pass what it computes to the step as "
    "an input, or run the steps inside of it, Fun(defaults=options(distributed=False))"
)


def step_around(leases: Iterable[Lease]) -> Digest | None:
    """The step that has started this program, directly or not; None if there is none.

    Args:
        leases: of all steps that run. Their slots name host and process of the worker.
    """
    mine = {f"{socket.gethostname()}:{pid}" for pid in _ancestors()}
    held = (each for each in leases if each.slot.rpartition(":")[0] in mine)
    return next((each.operation for each in held), None)


def _ancestors(proc: Path = Path("/proc")) -> Iterator[int]:
    """Processes above this one, as far as they can be seen; none without ``/proc``."""
    pid = "self"
    while pid not in {"0", "1"}:
        try:
            about = (proc / pid / "stat").read_text("utf-8", "replace")
        except OSError:
            return
        pid = about.rpartition(")")[2].split()[1]  # the name in front may be any text
        yield int(pid)


ORPHANED_SECONDS: Final = 5.0
"""How long work may be ready on a queue that nobody serves before it is taken over."""


class OrphanWatch:
    """Takes over, for somebody who waits, what others have left.

    Args:
        backend: where.
        targets: what is waited for.
        queue: on which it is to run then; None to go by the options of the steps.
        clock: the time, monotonic seconds.
    """

    def __init__(
        self,
        backend: Backend,
        targets: Sequence[Digest],
        queue: str | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._backend = backend
        self._targets = targets
        self._queue = queue
        self._clock = clock
        self._due: dict[QueueName, float] = {}
        self._pauses: dict[QueueName, float] = {}

    def look(self) -> None:
        """Look for queues without their process, and take what is needed from them."""
        if self._backend.is_in_process:
            return
        now = self._clock()
        orphaned = [each for each in self._backend.graph.queues() if self._is_orphaned(each)]
        self._due = {each: self._due.get(each, now + ORPHANED_SECONDS) for each in orphaned}
        due = [each for each in orphaned if now >= self._due[each]]
        if not due:
            return
        for each in due:  # what is left there may be nothing that is needed here
            self._pauses[each] = 2 * self._pauses.get(each, ORPHANED_SECONDS)
            self._due[each] = now + self._pauses[each]
        self._take_over(due)

    def _is_orphaned(self, queue: QueueName) -> bool:
        if not queue.startswith(LOCAL_PREFIX):
            return False
        return not self._backend.graph.news.is_heard(queue.rpartition("@")[0])

    def _take_over(self, queues: Collection[QueueName]) -> None:
        orphans = orphaned_on(self._backend.graph, self._targets, queues)
        if orphans:  # workers see at their next tick that there is something to do
            submit(self._backend, stored=orphans, queue=self._queue)


def orphaned_on(
    graph: GraphReader, targets: Sequence[Digest], queues: Collection[QueueName]
) -> list[Digest]:
    """What targets wait for, directly or not, and is to run on one of some queues.

    Args:
        graph: the store.
        targets: operations.
        queues: that nobody serves.
    """
    found: list[Digest] = []

    def read(page: Sequence[Digest]) -> Iterator[Digest]:
        for operation, state in zip(page, graph.states(page), strict=True):
            if state.status.is_pending:
                if state.queue in queues:
                    found.append(operation)
                yield from graph.waiting_on(operation)

    read_levels(targets, read)
    return found


UNASKED_SECONDS: Final = 5.0
"""How long nobody may ask for something before it is mentioned."""

UNASKED_LOOK_SECONDS: Final = 0.5
"""Pause between two looks: the server tells what is finished, not what is asked for."""

NAMED_UNASKED: Final = 3
"""So many are named in a message."""


class UnaskedWatch:
    """Knows what was idle all the time, and says so once.

    Args:
        targets: what is waited for, whoever asks for it.
        named: says what the first of some steps are called, so many at most.
        clock: the time, monotonic seconds.
    """

    def __init__(
        self,
        targets: Iterable[Digest],
        named: Callable[[Sequence[Digest], int], str],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._left = set(targets)
        self._named = named
        self._clock = clock
        self._due = clock() + UNASKED_SECONDS
        self._is_said = False

    def __bool__(self) -> bool:
        """True if there is something that nobody has asked for."""
        return bool(self._left)

    def note(self, idle: Iterable[Digest]) -> list[Digest]:
        """Take note of what is idle now; return what of it is not any more what it was."""
        now_idle = dict.fromkeys(idle)
        self._left &= now_idle.keys()
        if self._left and not self._is_said and self._clock() >= self._due:
            self._is_said = True
            logger.warning("waiting for what %s", self.described())
        return [each for each in now_idle if each not in self._left]

    def described(self) -> str:
        """What nobody has asked for, and how one does."""
        names = self._named(sorted(self._left), NAMED_UNASKED)
        first = short_hash(min(self._left))
        return (
            f"nobody has asked for yet: {names}; it is computed once a program says execute(), "
            f"or: funsies execute {first}"
        )
