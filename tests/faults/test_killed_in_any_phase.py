"""Whatever is killed, and when: who starts next removes what is left, and nothing else."""

from __future__ import annotations

import os
import random
import signal
import tempfile
import threading
from contextlib import suppress
from pathlib import Path

import pytest

import funsies as f
from funsies.config import ResolvedServer
from funsies.engine.worker import run_worker
from funsies.run.step_directories import STEP_PREFIX
from funsies.store.data import DiskDataStore
from funsies.store.data.temporary import remove_abandoned

LARGE = b"0123456789abcdef" * (128 << 10)


def work_in(temporary, server, queues, timing):
    os.environ["TMPDIR"] = tempfile.tempdir = temporary
    run_worker(server, queues, timing=timing)


def double(data: bytes) -> bytes:
    Path("scratch").write_bytes(data)
    return Path("scratch").read_bytes() * 2


def steps_of(number):
    data = b"%d\n" % number + LARGE
    copied = f.shell("cat in in > out", inp={"in": data}, out=["out"]).out["out"]
    return copied, f.reduce(double, data, opt=f.options(fresh_directory=True, lost_retries=999))


def below(pid):
    """All processes below one, the nearest first."""
    with suppress(OSError):
        for path in list(Path(f"/proc/{pid}/task").glob("*/children")):
            for child in map(int, path.read_text().split()):
                yield child
                yield from below(child)


def kill_something(worker, chance):
    """Kill the first process below a worker, or all of them, as a container's end would."""
    found = list(below(worker.pid))
    for pid in found if chance.random() < 0.5 else found[:1]:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)
    return bool(found)


@pytest.mark.parametrize("kills", [20, pytest.param(200, marks=pytest.mark.slow)])
def test_nothing_is_left_of_what_is_killed_and_nothing_else_is_removed(
    stage, tmp_path, ended, kills
):
    temporary, data, chance = tmp_path / "tmp", tmp_path / "data", random.Random(kills)  # noqa: S311
    temporary.mkdir()
    stage.resolved = ResolvedServer(stage.url, f"file://{data}")
    how = {"target": work_in, "arguments": (str(temporary),)}
    victim, spared = (stage.start_worker(**how) for _ in range(2))
    with f.Fun(f.Server(stage.url, f"file://{data}"), f.options(lost_retries=999)):
        steps, done = [], 0
        while done < kills:
            steps += (fresh := steps_of(len(steps)))
            f.execute(*fresh)
            for _ in range(3):
                threading.Event().wait(chance.uniform(0, 0.1))
                done += kill_something(victim, chance)
                DiskDataStore(data)  # as whoever starts does
                remove_abandoned(temporary, STEP_PREFIX)
        f.wait_for(*steps, timeout=600)
        for number, step in enumerate(steps):
            assert f.take(step) == 2 * (b"%d\n" % (number // 2 * 2) + LARGE)
    for worker in (victim, spared):
        worker.terminate()
    assert ended(victim, spared)
    newest = stage.start_worker(**how)
    with f.Fun(f.Server(stage.url, f"file://{data}")):
        last = f.shell("echo done")
        f.execute(last)
        f.wait_for(last, timeout=60)
        assert f.take(last.stdout) == b"done\n"
    newest.terminate()
    assert ended(newest)
    watchers_are_done(temporary)
    assert sorted(each.name for each in temporary.iterdir()) == []
    assert sorted((data / "tmp").iterdir()) == []


def watchers_are_done(temporary):
    """Each removes what a process had that was killed."""
    for _ in range(500):
        if not any(temporary.iterdir()):
            return
        threading.Event().wait(0.01)
