"""The first steps of a new user, word for word."""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from funsies.local.daemons import wait_until

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="funsies needs POSIX")


def test_start_execute_wait_cat_shutdown(shell) -> None:
    """Each command finds the server by itself, and a few digits of a hash are enough."""
    started = shell.start_funsies("--no-pw", "--workers", "2")
    assert started.code == 0, started.err
    assert started.out == b""

    built = shell.python(shell.hello(seconds=2))
    assert built.code == 0, built.err
    command, python = shell.hashes_in(built.text)

    early = shell.funsies("cat", command)
    assert early.code == 4
    assert early.out == b""
    assert f"funsies execute {command}" in early.err

    asked = shell.funsies("execute", command, python)
    assert asked.code == 0, asked.err
    assert asked.out == b""

    waited = shell.funsies("wait", command, python)
    assert waited.code == 0, waited.err

    assert shell.funsies("cat", command).out == "👋 🪐\n".encode()
    assert shell.funsies("cat", python).out == b"5"
    assert shell.funsies("cat", command, python).out == "👋 🪐\n5".encode()

    def status() -> dict[str, Any]:
        told: dict[str, Any] = json.loads(shell.funsies("status", "--json").text)
        return told

    assert status()["tasks"]["sum"]["done"] == 1
    # One worker may have done everything before the other had started.
    assert wait_until(lambda: len(status()["workers"]) == 2, 60)

    ended = shell.funsies("shutdown", "--all")
    assert ended.code == 0, ended.err
    if sys.platform == "linux":
        assert shell.processes() == []
    gone = shell.funsies("cat", command)
    assert gone.code == 3
    assert "start-funsies" in gone.err


def test_execute_can_wait(shell) -> None:
    shell.start_funsies("--workers", "1")
    command, python = shell.hashes_in(shell.python(shell.hello()).text)
    done = shell.funsies("execute", "--wait", "--json", python, command)
    assert done.code == 0, done.err
    assert [each["status"] for each in json.loads(done.text).values()] == ["done"] * 2
    assert shell.funsies("cat", python).out == b"5"


def test_run_needs_nothing_but_the_script(shell) -> None:
    """Server, workers, execution, results: in an empty directory, with one command."""
    first = shell.funsies("run", shell.hello())
    assert first.code == 0, first.err
    command, python = shell.hashes_in(first.text)
    assert first.text.count("\n") == 1  # stdout holds what the script printed, and no more
    assert "👋 🪐" in first.err
    assert f"{python}" in first.err
    assert shell.funsies("cat", command, python).out == "👋 🪐\n5".encode()

    again = shell.funsies("run", "hello.py")
    assert again.code == 0, again.err
    assert again.out == first.out
    assert "2 steps cached" in again.err


def test_run_and_python_agree_on_hashes(shell) -> None:
    ran = shell.funsies("run", shell.hello())
    built = shell.python("hello.py")
    assert built.out == ran.out


def test_start_runs_a_script_and_stops_everything(shell) -> None:
    script = shell.script(
        "flow.py",
        "from funsies import *\n"
        "with Fun():\n"
        "    total = reduce(sum, [3, 2])\n"
        "    execute(total); wait_for(total)\n"
        "    print(take(total))\n",
    )
    done = shell.start_funsies("--workers", "1", "--script", script, "--stop")
    assert done.code == 0, done.err
    assert done.out == b"5\n"
    if sys.platform == "linux":
        assert shell.processes() == []


def test_commands_work_from_below_and_elsewhere_by_the_environment_file(shell) -> None:
    shell.start_funsies("--workers", "1")
    below = shell.elsewhere(shell.place / "a" / "b")
    assert below.funsies("status").code == 0
    elsewhere = shell.elsewhere(shell.place.parent)
    assert elsewhere.funsies("status").code == 3
    lines = (shell.place / ".funsies" / "env").read_text().splitlines()
    elsewhere.variables = dict(line.removeprefix("export ").split("=", 1) for line in lines)
    assert elsewhere.funsies("status").code == 0
