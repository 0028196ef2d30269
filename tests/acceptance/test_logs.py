"""What a failed step printed is the first thing that somebody wants to see."""

from __future__ import annotations

import json

import pytest

import funsies as f

STEPS = """\
import os
import funsies as f

def say(number: int) -> int:
    print("from Python")
    raise ValueError(number)

def die(number: int) -> int:
    print("last words", flush=True)
    os.kill(os.getpid(), 9)
    return number

once = f.options(lost_retries=0)
with f.Fun():
    steps = {
        "second": f.shell("echo one; echo two >&2", "echo three; echo four >&2; exit 3"),
        "late": f.shell("echo begun; sleep 60", opt=f.options(timeout_seconds=0.5)),
        "raises": f.reduce(say, 1),
        "isolated": f.reduce(die, 2, opt=f.options(isolated=True, lost_retries=0)),
        "lost": f.reduce(die, 3, opt=once),
    }
    steps["skipped"] = f.morph(len, steps["second"].stdouts[1])
    for name, step in steps.items():
        print(name, step.hash)
    f.execute(*steps.values())
"""


def test_logs_show_what_failed_steps_printed(shell) -> None:
    run = shell.funsies(
        "run", shell.script("steps.py", STEPS), "--workers", "2", "--retry-volatile", "0"
    )
    assert run.code == 1, run.err
    hashes = dict(line.split() for line in run.text.splitlines())
    done = {name: shell.funsies("logs", hashes[name][:10]) for name in hashes}
    assert {name: each.text for name, each in done.items()} == {
        "second": "one\ntwo\nthree\nfour\n",
        "late": "begun\n",
        "raises": "from Python\n",
        "isolated": "last words\n",
        "lost": "",
        "skipped": "",
    }
    for name, each in done.items():
        short = hashes[name][:10]
        assert each.code == 0
        assert f"{short} is an error: " in each.err
        assert f"; see: funsies cat {short}\n" in each.err
        assert "it printed nothing" not in each.err
    assert "what it printed is not known: its process is gone\n" in done["lost"].err
    assert "it was not run\n" in done["skipped"].err
    told = json.loads(shell.funsies("logs", "--json", hashes["late"]).text)
    assert told["log"] == "begun\n"
    assert told["record"]["seconds"] > 0


HOSTILE = r"""
import funsies as f

with f.Fun():
    text = r"\033[31mred\033[2J\033[5A\033]0;title\007\033]8;;http://x\033\\ end"
    f.execute(f.shell(f"printf '{text}'").stdout)
"""


@pytest.mark.slow
def test_on_a_terminal_colours_are_all_that_a_step_can_do(shell) -> None:
    assert shell.funsies("run", shell.script("hostile.py", HOSTILE), "--workers", "1").code == 0
    step = json.loads(shell.funsies("ls", "--steps", "--json").text)[0]["operation"]
    everything = "\x1b[31mred\x1b[2J\x1b[5A\x1b]0;title\x07\x1b]8;;http://x\x1b\\ end"
    assert shell.funsies("logs", step).text == everything
    assert everything in shell.on_terminal("logs", "--raw", step)[1]
    for words in (["logs", step], ["logs"], ["logs", "--follow", step]):
        shown = shell.on_terminal(*words)[1]
        assert "\x1b[31mred end\x1b[0m" in shown
        assert "title" not in shown
        assert "\x1b[2J" not in shown


def test_the_same_is_kept_without_workers() -> None:
    with f.Fun(f.Server("memory://")) as session:
        step = f.shell("echo reason; exit 1")
        f.execute(step)
        state = f.take(step.stdout, strict=False)
        assert "reason" in state.failure().details
        assert session.backend.graph.log(step.operation.digest) == b"reason\n"
