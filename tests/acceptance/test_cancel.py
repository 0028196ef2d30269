"""A user sees what workers do, and ends it: ``funsies top`` and ``funsies cancel``."""

from __future__ import annotations

import json
import signal

import pytest

from funsies.local.daemons import wait_until

HOLDING = """\
import sys, time
from pathlib import Path
from funsies import Fun, execute, take, task

@task
def hold(name: str, place: str) -> int:
    (Path(place) / name).touch()
    while not (Path(place) / "go").exists():
        time.sleep(0.02)
    return 1

@task
def after(number: int) -> int:
    return number + 1

with Fun():
    steps = [hold("first", PLACE), hold("second", PLACE)]
    last = [after(step) for step in steps]
    handle = execute(last)
    (Path(PLACE) / f"asked-{'-'.join(sys.argv[1:])}").touch()
    handle.wait()
    print(take(last[1], strict=False))
"""


def holding(shell):
    """A run of two steps that wait for a word, on two workers."""
    text = HOLDING.replace("PLACE", repr(str(shell.place)))
    run = shell.launch("run", shell.script("holding.py", text), "--workers", "2")
    for name in ("first", "second"):
        assert wait_until((shell.place / name).exists, 60)
    return run


@pytest.mark.slow
def test_a_step_is_seen_at_work_and_cancelled_alone(shell) -> None:
    run = holding(shell)
    workers = json.loads(shell.funsies("top", "--json").text)["workers"]
    assert [each["state"] for each in workers] == ["running", "running"]
    labels = sorted(each["step"] for each in workers)
    assert labels == ["hold(name=first)", "hold(name=second)"]
    assert all(each["seconds"] > 0 for each in workers)
    shown = shell.funsies("top").text
    assert "2 running" in shown
    assert "hold(name=first)" in shown
    done = shell.funsies("cancel", "hold(name=first)")
    assert done.code == 0, done.err
    assert "cancelled 2 steps" in done.err
    assert "nothing to cancel" in shell.funsies("cancel", "hold(name=first)").err
    (shell.place / "go").touch()
    out, told = run.communicate(timeout=60)
    assert "Success" in out  # the other one goes on
    assert "not finished: 2 steps" in told
    assert run.returncode == 1
    assert "no: the next execute runs it again" in shell.funsies("cat", "hold(name=first)").err
    listed = shell.funsies("ls").err
    assert "runs again when it is executed again" in listed
    assert "errors are kept" not in listed


def test_a_run_is_cancelled_and_who_waits_for_it_is_told(shell) -> None:
    run = holding(shell)
    done = shell.funsies("cancel", "--run", "1")
    assert "cancelled 4 steps" in done.err
    out, told = run.communicate(timeout=60)
    assert "Cancelled" in out
    assert "cancelled, by `funsies cancel`" in told
    assert "Traceback" not in told
    assert run.returncode == 1
    assert shell.funsies("cancel", "--run", "7").code != 0


@pytest.mark.slow
def test_what_two_runs_want_is_not_ended_without_a_word(shell) -> None:
    run = holding(shell)
    again = shell.launch("run", "holding.py", "again", "--workers", "0")
    assert wait_until((shell.place / "asked-again").exists, 60)
    refused = shell.funsies("cancel", "hold(name=first)")
    assert refused.code == 2
    assert "run 1 (holding.py of" in refused.err
    assert "run 2 (holding.py of" in refused.err
    assert "--yes" in refused.err
    done = shell.funsies("cancel", "--run", "last")  # only what the other does not want ends
    assert "cancelled 0 steps; 4 steps went on" in done.err
    (shell.place / "go").touch()
    for each in (run, again):
        each.communicate(timeout=60)
    assert run.returncode == 0


@pytest.mark.slow
def test_what_an_interrupted_run_has_left_is_named_and_can_be_ended(shell) -> None:
    """Its steps occupy the workers that the next run waits for."""
    assert shell.start_funsies("--workers", "2").code == 0
    text = HOLDING.replace("PLACE", repr(str(shell.place)))
    run = shell.launch("run", shell.script("holding.py", text), "--workers", "0")
    for name in ("first", "second", "asked-"):
        assert wait_until((shell.place / name).exists, 60)
    run.send_signal(signal.SIGINT)
    run.communicate(timeout=60)
    told = "2 workers run steps of run 1 (holding.py), which was interrupted"
    assert f"{told}; to end them: funsies cancel --run 1" in shell.funsies("top").text
    assert "cancelled 4 steps" in shell.funsies("cancel", "--run", "1").err
    again = shell.funsies("cancel", "--run", "1").err
    assert "nothing to cancel: run 1 has ended at " in again
    assert "(interrupted)" in again
