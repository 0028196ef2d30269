"""A plain program shows how far it is if that is asked for, and nothing else on its streams."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

FLOW = """\
import asyncio, sys, time
from pathlib import Path
import funsies as f
from funsies.engine.worker_registry import list_workers

@f.task
def hold(number: int, place: str) -> int:
    while not Path(place, "go").exists():
        time.sleep(0.01)
    return number

@f.task
def invert(number: int) -> float:
    return 1 / number

async def waits(*steps):
    await f.execute(*steps)

said = {"yes": True, "no": False}.get(sys.argv[1])
with f.ManagedFun(nworkers=1, progress=said) as session:
    while not list_workers(session.server):  # one that takes long to start is told of
        time.sleep(0.01)
    f.execute(hold(1, PLACE), invert(0)).wait()
    f.wait_for(hold(1, PLACE))
    asyncio.run(waits(hold(2, PLACE)))
    print("finished")
"""


def flow(shell) -> str:
    return shell.script("flow.py", FLOW.replace("PLACE", repr(str(shell.place))))


@pytest.fixture
def go(shell) -> None:
    """Let the steps end as soon as they have begun."""
    (shell.place / "go").touch()


HIDDEN_CURSOR = "\x1b[?25l"
TOLD = "error: ExceptionRaised (ZeroDivisionError) in invert"


def test_on_a_terminal_a_table_is_drawn_and_taken_away(shell) -> None:
    acts = {"0/2": (shell.place / "go").touch}  # the steps end when the table is there
    code, shown = shell.python_on_terminal(flow(shell), "yes", acts=acts)
    assert code == 0, shown
    assert (shell.place / "go").exists()
    assert "hold" in shown
    assert "0/1" in shown
    assert shown.count(HIDDEN_CURSOR) == 3  # each wait, also that of a coroutine
    assert shown.count(TOLD) == 1
    assert shown.rpartition("\x1b[2K")[2].strip() == "finished"


@pytest.mark.usefixtures("go")
def test_in_a_pipe_there_are_lines_on_stderr(shell) -> None:
    shell.variables["FUNSIES_PROGRESS"] = "1"
    done = shell.python(flow(shell), "nothing")
    assert (done.code, done.text) == (0, "finished\n"), done.err
    (line,) = done.err.splitlines()
    assert line.startswith(TOLD)
    assert "\x1b" not in line


@pytest.mark.slow
@pytest.mark.usefixtures("go")
def test_nothing_is_drawn_unless_it_is_asked_for(shell) -> None:
    script = flow(shell)
    assert shell.python_on_terminal(script, "nothing") == (0, "finished\r\n")
    shell.variables["FUNSIES_PROGRESS"] = "1"
    assert shell.python_on_terminal(script, "no") == (0, "finished\r\n")


@pytest.mark.slow
@pytest.mark.usefixtures("go")
def test_a_program_goes_on_when_nobody_takes_what_it_shows(shell) -> None:
    """As with ``2>&1 | head``: a computation does not fail by what is told of it."""
    script = flow(shell)
    reader, writer = os.pipe()
    os.close(reader)
    with os.fdopen(writer, "wb") as gone:
        done = subprocess.run(
            [sys.executable, script, "yes"],
            cwd=shell.place,
            env=shell.environment(),
            stdout=subprocess.PIPE,
            stderr=gone,
            timeout=60,
            check=False,
        )
    assert done.stdout == b"finished\n"
