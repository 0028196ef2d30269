"""Who is hired for a run: enough workers, on the queues that are used, and nobody too many."""

from __future__ import annotations

from contextlib import ExitStack, nullcontext
from pathlib import Path
from types import SimpleNamespace

import pytest

from funsies.cli import worker_autostart
from funsies.cli.worker_autostart import WorkerAutostart
from funsies.config import Directory, ResolvedServer
from funsies.core.errors import NoWorkersError
from funsies.engine import worker_registry
from funsies.engine.worker_registry import WorkerView
from funsies.local.pool import Pool

Hired = list[tuple[int, list[str]]]


class Town:
    """A place with four cores, some workers, and a record of who was hired."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.present: list[WorkerView] = []
        self.hired: Hired = []

    def worker(self, *queues: str) -> None:
        self.present.append(WorkerView("w", "h", 1, queues, "3.11", False, 0.0))

    def autostart(self, count: int | None = None, *, is_own: bool = True) -> WorkerAutostart:
        directory = self.place if is_own else None
        server = ResolvedServer("redis://h", "redis://h", None, directory)
        return WorkerAutostart(ExitStack(), Directory(self.place), server, count)


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Town:
    made = Town(tmp_path)

    def start_pool(
        _directory: object, _server: object, count: int, *, queues: list[str]
    ) -> Pool:
        made.hired.append((count, queues))
        (log := tmp_path / "workers.log").write_text("No module named 'lab'\n")
        return Pool(1, tmp_path / "lock", log)

    monkeypatch.setattr(worker_registry, "list_workers", lambda _: made.present)
    monkeypatch.setattr(worker_autostart, "start_pool", start_pool)
    monkeypatch.setattr(worker_autostart, "see_data", lambda _: None)
    monkeypatch.setattr(worker_autostart, "guarded", lambda *_, **__: nullcontext())
    monkeypatch.setattr(worker_autostart, "_cores", lambda: 4)
    return made


def serve(each: WorkerAutostart, *queues: str) -> None:
    each.serve(lambda: set(queues))


def test_every_core_gets_a_worker_once(town: Town) -> None:
    each = town.autostart()
    serve(each, "default")
    serve(each, "default")
    assert town.hired == [(4, ["default"])]


def test_workers_that_are_there_are_counted(town: Town) -> None:
    town.worker("default")
    serve(town.autostart(), "default")
    assert town.hired == [(3, ["default"])]


def test_nobody_is_hired_if_there_are_enough(town: Town) -> None:
    for _ in range(4):
        town.worker("default")
    serve(town.autostart(), "default")
    assert town.hired == []


def test_the_number_that_is_asked_for_is_started(town: Town) -> None:
    town.worker("default")
    serve(town.autostart(2), "default")
    assert town.hired == [(2, ["default"])]


def test_none_means_none(town: Town) -> None:
    serve(town.autostart(0), "default", "gpu")
    assert town.hired == []


def test_all_queues_of_a_script_are_served(town: Town) -> None:
    serve(town.autostart(), "gpu", "large")
    assert town.hired == [(4, ["default", "gpu", "large"])]


def test_a_queue_that_others_serve_is_left_to_them(town: Town) -> None:
    town.worker("gpu")
    serve(town.autostart(), "default", "gpu")
    assert town.hired == [(3, ["default"])]


def test_a_queue_that_turns_up_later_is_served_as_well(town: Town) -> None:
    each = town.autostart()
    serve(each, "default")
    for _ in range(4):
        town.worker("default")
    serve(each, "default", "gpu")
    assert town.hired == [(4, ["default"]), (1, ["gpu"])]


def test_a_server_of_somebody_else_with_workers_needs_none_of_ours(town: Town) -> None:
    town.worker("default")
    serve(town.autostart(is_own=False), "default", "gpu")
    assert town.hired == []


def test_a_server_of_somebody_else_without_workers_gets_ours(town: Town) -> None:
    serve(town.autostart(is_own=False), "gpu")
    assert town.hired == [(4, ["default", "gpu"])]


@pytest.mark.parametrize("seconds", [1, 40])
def test_workers_that_fail_while_they_start_end_the_run_however_slow_that_is(
    town: Town, monkeypatch: pytest.MonkeyPatch, seconds: int
) -> None:
    now = [1000.0]
    monkeypatch.setattr(worker_autostart, "time", SimpleNamespace(monotonic=lambda: now[0]))
    monkeypatch.setattr(worker_autostart, "exit_code", lambda _pid: 1)
    each = town.autostart()
    serve(each, "default")
    now[0] += seconds
    with pytest.raises(NoWorkersError, match="No module named 'lab'"):
        each.look()


def test_workers_that_have_left_in_order_are_not_replaced(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worker_autostart, "exit_code", lambda _pid: 0)
    each = town.autostart()
    serve(each, "default")
    each.look()
    assert town.hired == [(4, ["default"])]
