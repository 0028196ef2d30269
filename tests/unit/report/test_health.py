"""Findings that no test brings about: clocks of other machines, slow networks, full disks."""

from __future__ import annotations

from dataclasses import replace

import pytest

from funsies.engine.server_state import ServerState
from funsies.engine.worker_registry import SelfDescription, WorkerView
from funsies.report.health import (
    DataSeen,
    Level,
    StateSeen,
    WorkerSeen,
    find_in_data,
    find_in_server,
    find_in_state,
    find_in_workers,
)

WELL = ServerState(
    "Valkey 9.1",
    persists=True,
    write_error=False,
    policy="noeviction",
    used_bytes=1000,
    limit_bytes=0,
    clock_seconds=0.1,
    latency_seconds=0.0001,
)
HERE = SelfDescription("1.0", "3.11.7", (), {"numpy": "2.0"})
WORKER = WorkerView("w", "host", 1, ("default",), "3.11", False, 1.0)


def bad(findings):
    found = [each for each in findings if each.level is not Level.OK]
    assert all(each.remedy for each in found)
    return [each.name for each in found]


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"clock_seconds": 3600.0}, "clock"),
        ({"clock_seconds": -3600.0}, "clock"),
        ({"latency_seconds": 0.5}, "latency"),
        ({"write_error": True}, "write-error"),
        ({"used_bytes": 95, "limit_bytes": 100}, "memory"),
    ],
)
def test_what_is_wrong_with_a_server(changes, name):
    assert bad(find_in_server(WELL)) == []
    assert bad(find_in_server(replace(WELL, **changes))) == [name]


def test_a_disk_that_is_nearly_full():
    assert bad(find_in_data(DataSeen("here", free_bytes=50, disk_bytes=100))) == []
    assert bad(find_in_data(DataSeen("here", free_bytes=1, disk_bytes=100))) == ["disk"]


def test_workers_that_are_silent_or_of_another_version():
    well = WorkerSeen(WORKER, HERE)
    assert bad(find_in_workers([well], HERE)) == []
    silent = replace(well, view=replace(WORKER, silent_seconds=40.0))
    other = replace(well, said=SelfDescription("0.9", "3.11.7", (), {"numpy": "2.0"}))
    assert bad(find_in_workers([silent, other], HERE)) == ["silent-worker", "version"]


def test_of_an_older_worker_that_says_nothing_nothing_is_said():
    with_key = SelfDescription("1.0", "3.11.7", ("abc",))
    assert bad(find_in_workers([WorkerSeen(WORKER, SelfDescription())], with_key)) == []


def test_steps_that_cannot_move():
    assert bad(find_in_state(StateSeen({"waiting": 2}, is_stuck=True))) == ["stuck"]
    assert bad(find_in_state(StateSeen({"waiting": 2}, has_workers=False))) == ["no-workers"]
