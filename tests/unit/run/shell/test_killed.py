"""A process that runs shell steps is killed at any moment: neither process nor file is left."""

from __future__ import annotations

import os
import random
import signal
import sys
import threading
from pathlib import Path

import pytest

from funsies.local.daemons import wait_until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are seen in /proc")

# Forks a process that runs steps without end, whenever it is told to; ends what it is told.
STEPS = """
import itertools, os, signal, sys, tempfile
from funsies.core.shell_plan import interpreter_words
from funsies.core.shell_plan import ShellPlan
from funsies.run.orphans import Orphanage, become_subreaper
from funsies.run.shell.step import run_shell

TEXTS = [
    "echo short",
    "sleep 1000 & (sleep 1000 &) ; mkdir -p a/b; echo x > a/b/c",
    "setsid sleep 0.05; echo late",
    "head -c 2000000 /dev/zero; echo ../file > ../file",
    "sleep 1000",
]
SHELLS = [interpreter_words(each) for each in ("sh", "bash", ("bash", "-c"))]

def run_steps(which):
    become_subreaper()
    for number in itertools.count(which):
        texts = TEXTS[number % 5], TEXTS[number % 3]
        plan = ShellPlan(texts, env=(("TOKEN", sys.argv[1]),), interpreter=SHELLS[number % 3])
        with run_shell(plan, {}, timeout_seconds=0.1, grace_seconds=0.02):
            pass

tempfile.gettempdir()  # Python looks once where it may write, and leaves a file if it is killed
become_subreaper()  # as a worker is, for those who have left their groups
orphanage = Orphanage()
for number, line in enumerate(sys.stdin):
    pid = os.fork()
    if pid == 0:
        run_steps(number)
    print(pid, flush=True)
    os.waitpid(pid, 0)
    orphanage.clear()
    print("dead", flush=True)
"""


def processes_with(token: str) -> list[str]:
    """Command lines of processes that have this in their environment."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        try:
            if token.encode() in (place / "environ").read_bytes():
                found.append((place / "cmdline").read_bytes().decode())
        except OSError:  # it has ended, or is somebody else's
            continue
    return found


@pytest.mark.parametrize("kills", [12, pytest.param(200, marks=pytest.mark.slow)])
def test_nothing_is_left_of_steps_whose_process_is_killed(
    start_python, tmp_path: Path, monkeypatch, kills: int
) -> None:
    place, chance = tmp_path / "place", random.Random(kills)  # noqa: S311
    place.mkdir()
    monkeypatch.setenv("TMPDIR", str(place))
    token = f"token-{os.getpid()}-{chance.random()}"
    program = start_python(STEPS, token)
    for _ in range(kills):
        program.stdin.write("go\n")
        program.stdin.flush()
        pid = int(program.stdout.readline())
        threading.Event().wait(chance.uniform(0, 0.15))
        os.kill(pid, signal.SIGKILL)
        assert program.stdout.readline() == "dead\n"
        # A watcher removes the directory when nobody is left that it has to kill.
        assert wait_until(lambda: not list(place.iterdir()), 20)
        assert processes_with(f"TOKEN={token}") == []
