"""Commands around a run: reset, clean, logs, worker, shutdown, and several at once."""

from __future__ import annotations

import json
import os
import signal
import sys
from pathlib import Path

import pytest

from funsies.local.daemons import wait_until

COUNTING = """\
from funsies import Fun, morph, put, task
@task
def count(place: str) -> int:
    with open(f"{place}/runs", "a") as file:
        file.write("x")
    print("counting")
    return 7
@task
def double(number: int) -> int:
    return 2 * number
with Fun():
    first = count(PLACE)
    second = double(first)
    print(first.hash[:5], second.hash[:5])
"""

LARGE = """
import funsies as f

with f.Fun():
    f.execute(f.morph(len, f.put(bytes(100_000))))
"""


@pytest.fixture
def counted(shell) -> list[str]:
    """A server without workers that knows two steps; their results' hashes."""
    shell.start_funsies()
    script = shell.script("counting.py", COUNTING.replace("PLACE", repr(str(shell.place))))
    return shell.hashes_in(shell.python(script).text)


def burst(shell) -> None:
    done = shell.funsies("worker", "--burst")
    assert done.code == 0, done.err


def test_a_burst_does_what_there_is_and_leaves(shell, counted: list[str]) -> None:
    shell.funsies("execute", counted[1])
    burst(shell)
    assert shell.funsies("cat", counted[1]).out == b"14"
    assert json.loads(shell.funsies("status", "--json").text)["workers"] == []


def test_what_is_asked_for_already_makes_no_run_of_its_own(shell, counted: list[str]) -> None:
    """So the last run, which commands show, is the one that has asked for it."""
    for _ in range(2):
        assert "asked for" in shell.funsies("execute", counted[1]).err
    assert len(json.loads(shell.funsies("runs", "--json").text)) == 1
    listed = shell.funsies("ls")
    assert "double" in listed.text
    assert listed.err.startswith("run 1: funsies execute ")
    assert "(--all: everything)" in listed.err
    for command in ("logs", "tree"):  # they have no such option, or mean something else by it
        assert "(--run ID: another)" in shell.funsies(command).err


@pytest.mark.slow
def test_a_reset_runs_a_step_and_what_depends_on_it_again(shell, counted: list[str]) -> None:
    first, second = counted
    for _ in range(2):
        shell.funsies("execute", second)
        burst(shell)
        assert shell.funsies("cat", second).out == b"14"
        done = shell.funsies("reset", first)
        assert done.code == 0
        assert "2 steps" in done.err
        assert shell.funsies("cat", second).code == 4
    assert (shell.place / "runs").read_text() == "xx"


@pytest.mark.slow
def test_a_reset_of_one_step_only_keeps_what_depends_on_it(shell, counted: list[str]) -> None:
    shell.funsies("execute", counted[1])
    burst(shell)
    shell.funsies("reset", "--only", counted[0])
    assert shell.funsies("cat", counted[1]).out == b"14"
    assert shell.funsies("cat", counted[0]).code == 4


@pytest.mark.slow
def test_clean_drops_what_is_queued_and_it_can_be_executed_again(
    shell, counted: list[str]
) -> None:
    second = counted[1]
    shell.funsies("execute", second)
    done = shell.funsies("clean")
    assert (done.code, done.err) == (0, "dropped 1 step and what waited for it\n")
    assert "nothing to drop" in shell.funsies("clean").err
    shown = shell.funsies("cat", second)
    assert shown.code == 1
    assert "Cancelled" in shown.err
    burst(shell)
    assert not (shell.place / "runs").exists()
    shell.funsies("execute", second)
    burst(shell)
    assert shell.funsies("cat", second).out == b"14"


@pytest.mark.slow
def test_clean_keeps_results_unless_everything_is_to_go(shell, counted: list[str]) -> None:
    shell.funsies("execute", counted[1])
    burst(shell)
    shell.funsies("clean")
    assert shell.funsies("cat", counted[1]).out == b"14"
    refused = shell.funsies("clean", "--all")  # nobody is there to answer the question
    assert refused.code == 2
    assert refused.err.count("\n") == 2
    assert "funsies: nobody has answered; if that is meant, add --yes" in refused.err
    assert shell.funsies("cat", counted[1]).out == b"14"
    done = shell.funsies("clean", "--all", "--yes")
    assert done.code == 0
    assert "large values" not in done.err
    assert shell.funsies("cat", counted[1]).code == 5


def test_clean_says_where_large_values_stay(shell) -> None:
    shell.start_funsies()
    shell.python(shell.script("large.py", LARGE))
    done = shell.funsies("clean", "--all", "--yes")
    assert f"large values stay in {shell.place}/.funsies/data; remove" in done.err


@pytest.mark.slow
def test_logs_show_what_a_step_printed_and_how_it_was_run(shell, counted: list[str]) -> None:
    first = counted[0]
    assert shell.funsies("logs", first).code == 4
    shell.funsies("execute", first)
    burst(shell)
    assert shell.funsies("logs", first).out == b"counting\n"
    everything = json.loads(shell.funsies("logs", "--json", first).text)
    assert everything["task"] == "count"
    assert everything["status"] == "done"
    assert everything["record"]["attempt"] == 1


def test_logs_of_a_shell_step_are_its_streams(shell) -> None:
    script = shell.script(
        "streams.py",
        "from funsies import *\n"
        "with Fun():\n"
        "    s = shell('echo out; echo err >&2', 'echo two')\n"
        "    print(s.stdouts[0].hash[:5])\n",
    )
    done = shell.funsies("run", script, "--workers", "1")
    (step,) = shell.hashes_in(done.text)
    assert shell.funsies("logs", step).out == b"out\nerr\ntwo\n"


@pytest.mark.slow
def test_a_shutdown_stops_workers_and_keeps_the_server(shell) -> None:
    shell.start_funsies("--workers", "2")
    worker = shell.launch("worker", "--workers", "2")  # started by hand, as on another machine

    def workers() -> int:
        return len(json.loads(shell.funsies("status", "--json").text)["workers"])

    try:
        assert wait_until(lambda: workers() == 4, 60)
        done = shell.funsies("shutdown")
        assert done.code == 0, done.err
        assert workers() == 0
        assert worker.wait(60) == 0
    finally:
        worker.terminate()
        worker.communicate(timeout=60)


@pytest.mark.slow
@pytest.mark.parametrize("options", [("--all",), ("--all", "--force")])
def test_a_shutdown_clears_away_what_a_killed_server_left(shell, options) -> None:
    shell.start_funsies()
    place = shell.place / ".funsies"
    record = json.loads((place / "server.json").read_text())
    os.kill(record["pid"], signal.SIGKILL)
    done = shell.funsies("shutdown", *options)
    assert done.code == 0, done.err
    assert not (place / "server.json").exists()
    assert not Path(record["socket"]).exists()
    assert shell.funsies("shutdown", *options).code == 0


def test_status_tells_of_work_that_nobody_does(shell, counted: list[str]) -> None:
    shell.funsies("execute", counted[1])
    shown = shell.funsies("status").text
    assert "default: 1 step ready, but no worker serves it" in shown


def test_waiting_for_the_server_ends_when_it_is_there(shell) -> None:
    waiting = shell.launch("wait", "--timeout", "60")
    shell.start_funsies()
    waiting.communicate(timeout=60)
    assert waiting.returncode == 0


def test_two_runs_at_once_share_one_server(shell) -> None:
    shell.hello()
    both = [shell.launch("run", "hello.py", "--workers", "1") for _ in range(2)]
    ended = [(each.communicate(timeout=120), each.returncode) for each in both]
    for (_, err), code in ended:
        assert code == 0, err
    if sys.platform == "linux":
        servers = [line for line in shell.processes() if "valkey-server" in line]
        assert len(servers) == 1


def test_a_worker_refuses_what_was_not_signed(shell) -> None:
    """Whoever can reach the server, but has no key, cannot run code on the workers."""
    shell.start_funsies("--workers", "1")
    (shell.place / ".funsies" / "key").rename(shell.place / "key")
    script = shell.script(
        "unsigned.py",
        "from funsies import *\n"
        "with Fun():\n"
        "    total = reduce(sum, [1, 2])\n"
        "    execute(total); wait_for(total)\n"
        "    print(take(total, strict=False))\n",
    )
    done = shell.python(script)
    (shell.place / "key").rename(shell.place / ".funsies" / "key")
    assert done.code == 1
    assert "WrongKeyError" in done.err
