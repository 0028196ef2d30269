"""While a run goes on: a table on a terminal, and what fails is told at once."""

from __future__ import annotations

import pytest

FAILING = """\
import time
from pathlib import Path
from funsies import Fun, execute, reduce, task, wait_for
@task
def hold(number: int, place: str) -> int:
    while not Path(f"{place}/go").exists():
        time.sleep(0.01)
    return number
@task
def invert(number: int) -> float:
    return 1 / (number - number)
with Fun():
    steps = [hold(1, PLACE), *(invert(number) for number in range(4))]
    execute(*steps)
    wait_for(*steps)
    print("finished")
"""


def failing_script(shell) -> str:
    return shell.script("failing.py", FAILING.replace("PLACE", repr(str(shell.place))))


@pytest.mark.slow
def test_what_fails_is_told_while_the_rest_runs(shell) -> None:
    """Each cause once: four steps fail in the same way."""
    running = shell.launch("run", failing_script(shell), "--workers", "2")
    told = []
    for line in running.stderr:
        told.append(line)
        if line.startswith("error: "):
            break
    assert "error: ExceptionRaised (ZeroDivisionError) in invert(number=" in told[-1]
    assert "division by zero" in told[-1]
    (shell.place / "go").touch()
    _, rest = running.communicate(timeout=60)
    before_the_end = rest.partition("4 steps failed in this way")[0]
    assert before_the_end.count("error: ") == 1  # the closing summary
    assert running.returncode == 1


def test_on_a_terminal_a_table_by_task_is_shown_while_it_runs(shell) -> None:
    acts = {"0/4": (shell.place / "go").touch}  # the first step goes on when the table is there
    script = failing_script(shell)
    code, shown = shell.on_terminal("run", script, "--workers", "1", acts=acts)
    assert code == 1
    assert "hold" in shown
    assert (shell.place / "go").exists()
    assert "all, " in shown
    told = "error: ExceptionRaised (ZeroDivisionError) in invert"
    assert told in shown.partition("finished")[0]


PRINTING = """\
import threading, time
from pathlib import Path
from funsies import Fun, execute, task
@task
def hold(place: str) -> int:
    (Path(place) / "began").touch()
    while not Path(f"{place}/go").exists():
        time.sleep(0.01)
    return 1
def speak():
    while not (Path(PLACE) / "began").exists():
        time.sleep(0.01)
    print("said by the script while it waits")
    (Path(PLACE) / "go").touch()
with Fun():
    handle = execute(hold(PLACE))
    threading.Thread(target=speak).start()
    handle.wait()
"""


def test_what_the_script_prints_meanwhile_stays_above_the_table(shell) -> None:
    text = PRINTING.replace("PLACE", repr(str(shell.place)))
    code, shown = shell.on_terminal("run", shell.script("printing.py", text), "--workers", "1")
    assert code == 0, shown
    assert "said by the script while it waits\r\n" in shown
    after = shown.partition("said by the script while it waits")[2]
    assert "hold" in after  # the table is drawn again below
