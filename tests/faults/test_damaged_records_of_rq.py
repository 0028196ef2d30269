"""Nothing depends on RQ's records: whatever is damaged there, steps run, and workers live."""

from __future__ import annotations

import os
from contextlib import closing
from pathlib import Path

import pytest

import funsies as f
from funsies.engine.worker import run_worker

from .damage import damage


@f.task
def double(number: int) -> int:
    return 2 * number


def run_logged_worker(log: Path, *arguments, **options) -> None:
    os.dup2(os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND), 2)
    run_worker(*arguments, **options)


@pytest.mark.slow
@pytest.mark.parametrize("how", ["key of another type", "halved", "flipped in front"])
def test_steps_run_whatever_rqs_records_hold(stage, tmp_path: Path, how: str) -> None:
    log = tmp_path / "log"
    stage.start_worker(target=run_logged_worker, arguments=(log,))
    with f.Fun(stage.server), closing(stage.redis()) as connection:
        f.execute(double(1)).wait(30)
        for number in range(3):
            assert damage(connection, "rq:", how)
            f.execute(double(10 + number)).wait(20)
            assert f.take(double(10 + number)) == 20 + 2 * number
    assert all(each.is_alive() for each in stage.workers)
    said = log.read_text()
    assert "Traceback" not in said
    assert len(said.splitlines()) < 40, said
