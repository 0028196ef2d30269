"""`funsies run --jobs URL`: a server that it did not start, and does not start again."""

from __future__ import annotations

import os
import re
import signal
import time

import pytest

from funsies.config.directory import NAME, Directory
from funsies.local.daemons import wait_until
from tests.ports import free_port

SCRIPT = """
import pathlib
import funsies as f
with f.Fun():
    step = f.shell("sleep 8; echo came back")
    f.execute(step)
    pathlib.Path("begun").touch()
    f.wait_for(step)
    print(f.take(step.stdout).decode())
"""


@pytest.fixture
def owner(shell, tmp_path):
    """Who has started the server, elsewhere."""
    owner = shell.elsewhere(tmp_path)
    owner.variables["PORT"] = str(free_port())
    start(owner)
    yield owner
    owner.funsies("shutdown", "--all")


def start(owner) -> None:
    done = owner.start_funsies("--port", owner.variables["PORT"])
    assert done.code == 0, done.err


def record(owner):
    return Directory(owner.place / NAME).record()


def launch(shell, owner):
    script = shell.script("step.py", SCRIPT)
    shell.variables["FUNSIES_KEY"] = (owner.place / NAME / "key").read_text().strip()
    run = shell.launch("--jobs", record(owner).network_url, "run", "--workers", "1", script)
    assert wait_until((shell.place / "begun").exists, 60)
    return run


@pytest.mark.slow
def test_a_run_goes_on_when_the_server_is_back(shell, owner) -> None:
    run = launch(shell, owner)
    os.kill(record(owner).pid, signal.SIGKILL)
    assert re.search(r"has not answered for \d+ seconds; waiting for it", run.stderr.readline())
    start(owner)
    out, errors = run.communicate(timeout=90)
    assert out.strip() == "came back", errors
    assert run.returncode == 0
    assert "Traceback" not in errors


@pytest.mark.slow
def test_a_run_whose_server_does_not_come_back_says_so_and_ends(shell, owner) -> None:
    run = launch(shell, owner)
    os.kill(record(owner).pid, signal.SIGKILL)
    assert "waiting for it, at most 60 seconds" in run.stderr.readline()
    began = time.monotonic()
    out, errors = run.communicate(timeout=120)
    assert 50 < time.monotonic() - began < 80
    assert run.returncode == 3
    assert out == ""
    assert errors.startswith("funsies: no server answers at redis://127.0.0.1:")
    assert errors.count("\n") == 1
    assert shell.processes() == []
