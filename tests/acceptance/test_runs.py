"""A user looks back at what was run: when, from which commit, and how it ended."""

from __future__ import annotations

import json
import subprocess
import sys

import msgspec
import pytest

FLOW = """\
import sys, time
import funsies as f
from funsies.history.runs import last_run

@f.task
def double(number: int) -> int:
    return 2 * number

with f.Fun() as session:
    f.execute(*[double(number) for number in range(2)])
    while not last_run(session.backend).is_git_known:  # short runs do not wait for it
        time.sleep(0.01)
        session.recorder.look()
with f.Fun():
    f.execute(double(double(1)))
    if "fails" in sys.argv:
        raise ValueError("no")
"""


def git(shell, *arguments: str) -> None:
    who = ("-c", "user.name=me", "-c", "user.email=me@example.org")
    subprocess.run(["git", *who, *arguments], cwd=shell.place, check=True, capture_output=True)


def runs_of(shell) -> list[dict]:
    return json.loads(shell.funsies("runs", "--json").text)


def start(shell, script: str, *arguments: str) -> subprocess.Popen[str]:
    """Have Python run a script that reads a character when it may go on."""
    return subprocess.Popen(
        [sys.executable, script, *arguments],
        cwd=shell.place,
        env=shell.environment(),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )


def test_each_funsies_run_is_one_run_with_its_commit(shell) -> None:
    git(shell, "init", "-q", "-b", "main")
    shell.script("flow.py", FLOW)
    git(shell, "add", "flow.py")
    git(shell, "commit", "-q", "-m", "first")
    done = shell.funsies("run", "--workers", "1", "flow.py", "--password", "hunter2")
    assert done.code == 0, done.err
    shell.script("flow.py", FLOW + "# changed\n")
    assert shell.funsies("run", "--workers", "1", "flow.py", "fails").code == 1
    second, first = runs_of(shell)
    assert (first["outcome"], second["outcome"]) == ("done", "failed script")
    assert (first["git"]["branch"], first["git"]["is_clean"]) == ("main", True)
    assert not second["git"]["is_clean"]
    assert first["script"] == "flow.py"
    assert first["arguments"] == ["--password", "***"]
    assert first["directory"] == str(shell.place)
    assert first["counts"]["double"]["done"] == 3
    assert second["counts"]["double"]["cached"] == 3
    assert (len(first["requests"]), len(first["targets"])) == (2, 3)
    listed = shell.funsies("runs").text
    assert first["git"]["commit"][:8] + "*" in listed
    assert "hunter2" not in listed


ENDING = """\
import os, signal, sys
import funsies as f
with f.Fun():
    f.execute(f.reduce(abs, -1))
    print("asked", flush=True)
    sys.stdin.read(1)
    if sys.argv[1] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if sys.argv[1] == "interrupted":
        os.kill(os.getpid(), signal.SIGINT)
"""


@pytest.mark.slow
def test_how_programs_ended_is_seen_afterwards(shell) -> None:
    shell.start_funsies("--workers", "0")
    script = shell.script("ending.py", ENDING)
    ends = {"killed": "client lost", "interrupted": "interrupted", "left": "running"}
    processes = {end: start(shell, script, end) for end in ends}
    for each in processes.values():
        assert each.stdout is not None
        assert each.stdout.readline() == "asked\n"
    assert {(each["outcome"], each["ended"]) for each in runs_of(shell)} == {("running", None)}
    for each in processes.values():
        each.communicate("x", timeout=60)
    found = {each["arguments"][0]: each for each in runs_of(shell)}
    assert {end: found[end]["outcome"] for end in ends} == ends
    assert {end for end in ends if found[end]["ended"] is None} == {"killed"}
    assert {end: found[end]["pid"] for end in ends} == {
        end: each.pid for end, each in processes.items()
    }
    assert sorted(each["run"] for each in found.values()) == [1, 2, 3]
    assert shell.funsies("run", script, "once more", "--workers", "1").code == 0
    counts = {each["arguments"][0]: each["counts"]["abs"] for each in runs_of(shell)}
    assert counts["once more"]["done"] == counts["killed"]["unfinished"] == 1
    assert counts["killed"]["cached"] == 0


SLOW = """\
import funsies as f
with f.Fun():
    f.execute(f.shell("echo > started; sleep 600", out=["never"]))
"""


@pytest.mark.slow
def test_ctrl_c_interrupts_a_run(shell) -> None:
    process = shell.launch("run", shell.script("slow.py", SLOW), "--workers", "1")
    while not _is_running(shell):
        assert process.poll() is None
    shell.interrupt(process)
    process.communicate(timeout=60)
    assert process.returncode == 130
    (run,) = runs_of(shell)
    assert run["outcome"] == "interrupted"
    (counts,) = run["counts"].values()
    assert counts["unfinished"] == 1


def _is_running(shell) -> bool:
    done = shell.funsies("status", "--json")
    tasks = json.loads(done.text)["tasks"] if done.code == 0 else {}
    return any(each["running"] for each in tasks.values())


@pytest.mark.slow
@pytest.mark.parametrize("server", ["f.Server()", "f.Server('memory://')"])
def test_a_program_without_git_on_its_path_runs_as_ever(shell, server: str) -> None:
    shell.start_funsies("--workers", "0")
    shell.variables["PATH"] = str(shell.place)
    script = shell.script(
        "alone.py",
        f"""\
import funsies as f
from funsies.history.runs import last_run
with f.Fun({server}, f.options(distributed=False)) as session:
    f.execute(step := f.reduce(abs, -1))
    print(f.take(step), last_run(session.backend).git)
""",
    )
    done = shell.python(script)
    assert done.text == "1 None\n", done.err


@pytest.mark.slow
@pytest.mark.parametrize("options", ["", ", f.options(distributed=False)"])
def test_git_that_hangs_holds_nobody_up_and_its_answer_is_not_made_up(
    shell, options: str
) -> None:
    shell.start_funsies("--workers", "1")
    fake = shell.place / "bin" / "git"
    fake.parent.mkdir()
    fake.write_text("#!/bin/sh\nexec sleep 600\n")
    fake.chmod(0o755)
    shell.variables["PATH"] = f"{fake.parent}:{shell.environment()['PATH']}"
    script = shell.script(
        "flow.py",
        f"""\
import time
import funsies as f
began = time.monotonic()
with f.Fun(None{options}):
    f.execute(step := f.reduce(abs, -1)).wait()
    print(f.take(step), time.monotonic() - began < 60)
""",
    )
    done = shell.python(script)
    assert done.text == "1 True\n", done.err
    (run,) = runs_of(shell)
    assert (run["outcome"], run["git"], run["git_known"]) == ("done", None, False)
    assert "commit     not known" in shell.funsies("runs", "show").text


def test_a_run_tells_the_versions_that_its_results_depend_on(shell) -> None:
    shell.start_funsies("--workers", "1")
    script = shell.script(
        "flow.py",
        """\
import funsies as f
import msgspec

@f.task
def packed(number: int) -> bytes:
    return msgspec.msgpack.encode(number)

with f.Fun():
    f.execute(packed(1)).wait()
""",
    )
    assert shell.python(script).code == 0
    (run,) = runs_of(shell)
    assert run["libraries"] == {"msgspec": msgspec.__version__}
    told = shell.funsies("runs", "show").text
    assert f"funsies {run['funsies']}, msgspec {msgspec.__version__}" in told
