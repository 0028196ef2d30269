"""A worker in this process: evaluates what is asked for, on stores in memory."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, nullcontext, redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any

from returns.result import Result as Outcome

import funsies as f
from funsies.client.targets import collect
from funsies.config import Server, resolve
from funsies.core.python_plan import PYTHON
from funsies.engine.drain import DrainReport, drain
from funsies.engine.slots import new_slot
from funsies.engine.upkeep import sweep_once
from funsies.run.evaluate import Evaluator
from funsies.run.signals import Timed
from funsies.session import Session
from funsies.store.connect import Backend, open_backend
from funsies.store.rows import QueueName, StoredResult
from funsies.store.submission import Submission, queue_name, submit

LEASE_MS = 60_000


class Lab:
    """Client and worker in one process.

    Attributes:
        backend: stores in memory.
        session: for ``take`` and the like.
        spoiled: how often a step has spoiled this process.
    """

    def __init__(
        self, folder: Path, *, owns_process: bool = False, timed: Timed = nullcontext
    ) -> None:
        self.backend: Backend = open_backend("memory://")
        self.session = Session(resolve(Server("memory://")), self.backend)
        self._owns_process = owns_process
        self._timed = timed
        self._folder = folder
        self.spoiled = 0

    def request(self, *things: Any) -> Submission:
        """Ask for results, and run nothing."""
        return submit(self.backend, tuple(collect(things).built.values()))

    def work(self, python: str = PYTHON) -> DrainReport:
        """Be a worker until nothing is ready."""
        with _plain_streams() if self._owns_process else nullcontext():
            return self._work(queue_name("default", python))

    def _work(self, queue: QueueName) -> DrainReport:
        evaluator = Evaluator(
            self.backend,
            worker="lab",
            timed=self._timed,
            on_spoiled=self._count_spoiled,
            owns_process=self._owns_process,
        )
        while True:
            report = drain(
                self.backend.graph,
                evaluator,
                new_slot(),
                queue,
                lease_ms=LEASE_MS,
            )
            answer = sweep_once(self.backend.graph, new_slot(), lease_ms=LEASE_MS)
            if not (answer.promoted or answer.requeued or answer.more):
                return report

    def _count_spoiled(self) -> None:
        self.spoiled += 1

    def run(self, *things: Any) -> None:
        """Ask for results, and compute them."""
        self.request(*things)
        self.work()

    def take(self, artefact: f.Artefact[Any]) -> Any:
        """The value, or the ``UnwrapError``."""
        return f.take(artefact, connection=self.session)

    def outcome(self, artefact: f.Artefact[Any]) -> Outcome[Any, f.Error]:
        """The value or the error."""
        return f.take(artefact, strict=False, connection=self.session)

    def error(self, artefact: f.Artefact[Any]) -> f.Error:
        """The error."""
        return self.outcome(artefact).failure()

    def stored(self, artefact: f.Artefact[Any]) -> StoredResult:
        """Where the value of a finished artefact is."""
        assert artefact.producer is not None
        state = self.backend.graph.states([artefact.producer])[0]
        return state.results[0]

    def log(self, artefact: f.Artefact[Any]) -> bytes:
        """What the step printed."""
        assert artefact.producer is not None
        return self.backend.graph.log(artefact.producer) or b""

    def counter(self, name: str) -> str:
        """A file that steps append to, to be counted with :meth:`runs`."""
        return str(self._folder / name)

    def runs(self, name: str) -> int:
        """How often a step has appended to the file."""
        path = self._folder / name
        return len(path.read_text()) if path.exists() else 0


@contextmanager
def _plain_streams() -> Iterator[None]:
    """Let Python print to the streams 1 and 2, as in a work-horse; pytest puts others there."""
    with ExitStack() as stack:
        for number, redirect in ((1, redirect_stdout), (2, redirect_stderr)):
            stream = stack.enter_context(open(number, "w", closefd=False))
            stack.enter_context(redirect(stream))
        yield
