"""One run: some time of disorder, then calm, in which everything must end well."""

from __future__ import annotations

import signal
import time
from collections import Counter
from dataclasses import dataclass
from typing import Final

from . import census
from .findings import Findings, lines, read_commits, read_what_was_told
from .kills import KINDS, TROUBLE, kill_server
from .stage import Stage, Started

CLIENTS: Final = 4
_TICK_SECONDS: Final = 0.05


@dataclass(frozen=True)
class Plan:
    """What was asked for.

    Attributes:
        seed: of all chance.
        seconds: how long the disorder lasts.
        workers: how many there are at any time.
        nodes: operations of a large graph.
        bound_seconds: within this time each wait must end.
        pause_seconds: mean time between two kills; 0 for none at all.
    """

    seed: int
    seconds: float
    workers: int
    nodes: int
    bound_seconds: float
    pause_seconds: float


class Run:
    """One run.

    Args:
        plan: what was asked for.
    """

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.findings = Findings()
        self.kills: Counter[str] = Counter()
        self.stage = Stage(plan.seed, plan.nodes, plan.bound_seconds)
        self._server_kills: list[float] = []

    def run(self) -> None:
        """All of it."""
        try:
            self._disorder()
            self._calm_down()
            self._close()
            census.end_workers(self.stage, self.findings)
            census.read_logs(self.stage, self.findings)
            census.count_what_is_left(self.stage, self.findings)
        finally:
            self.stage.close()
        read_what_was_told(self.stage.home, self.findings)
        read_commits(self.stage.home, self._server_kills, self.findings)
        self._count_beside()

    def _disorder(self) -> None:
        end = time.monotonic() + self.plan.seconds
        next_kill = time.monotonic() + 2.0
        while time.monotonic() < end:
            self._fill_up()
            if self.plan.pause_seconds and time.monotonic() > next_kill:
                self._kill_something()
                pause = self.stage.random.expovariate(1 / self.plan.pause_seconds)
                next_kill = time.monotonic() + min(pause, 5 * self.plan.pause_seconds)
            time.sleep(_TICK_SECONDS)

    def _kill_something(self) -> None:
        kill = self.stage.random.choices(list(KINDS), list(KINDS.values()))[0]
        started = time.time()
        try:
            told = kill(self.stage)
        except TROUBLE as problem:
            told = f"failed: {problem!r}"
        if kill is kill_server:
            self._server_kills += [started, time.time()]
        self.kills[kill.__name__] += 1
        with (self.stage.home / "kills").open("a") as file:
            file.write(f"{started:.3f} {kill.__name__} {told}\n")

    def _fill_up(self) -> None:
        """As many workers and clients as there are to be, whoever has ended."""
        self._bury()
        self.stage.note_descriptors()
        while len(self.stage.workers) < self.plan.workers:
            self.stage.start_worker()
        while len(self.stage.clients) < CLIENTS:
            self.stage.start_client()

    def _bury(self) -> None:
        for each in self.stage.bury():
            census.note_exit(self.stage, each, self.findings)

    def _calm_down(self) -> None:
        """No more kills: what is under way must end within the bound."""
        time.sleep(8.0 if self.plan.pause_seconds else 0.0)  # what was stopped goes on
        self.stage.restart_server()
        self._fill_up()
        (self.stage.home / "stop").touch()
        self._await_clients(2 * self.plan.bound_seconds)

    def _close(self) -> None:
        """Ask for everything once more; all of it must be there, and true."""
        marks = self.stage.home.glob("graph-*")
        graphs = sorted(each.name.removeprefix("graph-") for each in marks)
        self.stage.start_client("--close", *graphs)
        self._await_clients(self.plan.bound_seconds + 2 * self.plan.seconds)

    def _await_clients(self, seconds: float) -> None:
        deadline = time.monotonic() + seconds
        while self.stage.clients and time.monotonic() < deadline:
            self._bury()
            while len(self.stage.workers) < self.plan.workers:
                self.stage.start_worker()
            time.sleep(_TICK_SECONDS)
        for each in self.stage.clients:
            self._give_up(each)
        self._bury()

    def _give_up(self, client: Started) -> None:
        client.process.send_signal(signal.SIGUSR1)  # it prints where it is
        time.sleep(1.0)
        client.end(signal.SIGKILL)
        client.process.wait()
        log = (self.stage.home / "logs" / client.name).read_text("utf-8", "replace")
        self.findings.add("hung", f"{client.name} does not end; it is at\n{log[-3000:]}")

    def _count_beside(self) -> None:
        runs = sum(1 for _ in lines(self.stage.home / "runs"))
        self.findings.beside["runs_of_steps"] = runs
        self.findings.beside["graphs"] = sum(1 for _ in self.stage.home.glob("graph-*"))
        self.findings.beside["workers_started"] = len(
            [each for each in self.stage.ended if each.name.startswith("worker")]
        ) + len(self.stage.workers)
