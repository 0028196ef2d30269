"""Misuse: one line that says what to do, an exit code, no traceback, no password."""

from __future__ import annotations

import re

import pytest

from tests.ports import free_port

PASSWORD = "hunter2-hunter2"


def assert_one_line(done, code: int) -> None:
    assert done.code == code, done.err
    assert done.out == b""
    assert re.fullmatch(r"funsies: [^\n]+\n", done.err), done.err
    assert PASSWORD not in done.err


COMMANDS = [
    ["cat", "abc"],
    ["execute", "abc"],
    ["reset", "abc"],
    ["logs", "abc"],
    ["status"],
    ["clean"],
    ["shutdown"],
    ["shutdown", "--all"],
    ["wait", "--timeout", "0.1", "abc"],
]
WORKERS = [["worker"], ["worker", "--workers", "2"]]


@pytest.mark.slow
@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_without_a_server_the_user_learns_how_to_start_one(shell, command: list[str]) -> None:
    done = shell.funsies(*command)
    assert_one_line(done, 4 if command[0] == "wait" else 3)
    assert "start-funsies" in done.err


@pytest.mark.slow
@pytest.mark.parametrize(
    "url",
    [
        f"http://:{PASSWORD}@host",
        f"redis://:{PASSWORD}@host:port",
        "nonsense",
        "unix://",
        "memory://",
    ],
)
def test_a_wrong_address_is_refused(shell, url: str) -> None:
    assert_one_line(shell.funsies("--jobs", url, "status"), 2)
    shell.variables["FUNSIES_JOBS"] = url
    assert_one_line(shell.funsies("status"), 2)


def test_a_server_that_does_not_answer_is_named_without_its_password(shell) -> None:
    port = free_port()
    done = shell.funsies("--jobs", f"redis://:{PASSWORD}@127.0.0.1:{port}", "status")
    assert_one_line(done, 3)
    assert str(port) in done.err


@pytest.mark.slow
def test_a_wrong_password_is_said_to_be_one(shell) -> None:
    shell.start_funsies()
    place = shell.place / ".funsies" / "server.sock"
    for command in COMMANDS + WORKERS:
        done = shell.funsies("--jobs", f"unix://:{PASSWORD}@{place}", *command)
        assert_one_line(done, 3)
        assert "password" in done.err


@pytest.fixture
def hello(shell) -> list[str]:
    """A server that knows a graph; the hashes in it."""
    shell.start_funsies()
    return shell.hashes_in(shell.python(shell.hello()).text)


def test_hashes_that_name_nothing_are_refused(shell, hello: list[str]) -> None:
    for command in ("cat", "execute", "reset", "logs", "wait"):
        for prefix in ("0" * 20, "xyz", ""):
            assert_one_line(shell.funsies(command, prefix), 5)


def test_an_ambiguous_prefix_names_the_candidates(shell) -> None:
    shell.start_funsies()
    script = shell.script(
        "many.py",
        "from funsies import *\n"
        "with Fun():\n"
        "    made = [reduce(sum, [n]).hash for n in range(40)]\n"
        "    first = sorted(h[0] for h in made)\n"
        "    print(next(c for c in first if first.count(c) > 1))\n",
    )
    prefix = shell.python(script).text.strip()
    done = shell.funsies("cat", prefix)
    assert_one_line(done, 5)
    assert "ambiguous" in done.err


def test_nothing_is_done_if_one_of_several_hashes_is_wrong(shell, hello: list[str]) -> None:
    assert_one_line(shell.funsies("execute", hello[0], "0" * 20), 5)
    assert shell.funsies("cat", hello[0]).code == 4  # nobody asked for it


def test_waiting_in_vain_for_what_nobody_asked_for_names_the_command(
    shell, hello: list[str]
) -> None:
    done = shell.funsies("wait", "--timeout", "0.2", hello[0])
    assert_one_line(done, 4)
    assert "nobody has asked for yet" in done.err
    command = re.search(r"funsies (execute) (\w+)", done.err)
    assert command is not None
    assert shell.funsies(*command.groups()).code == 0
    assert shell.funsies("cat", hello[0]).err.endswith(f"use: funsies wait {hello[0]}\n")


@pytest.mark.slow
def test_what_is_asked_for_later_is_waited_for(shell, hello: list[str]) -> None:
    waiting = shell.launch("wait", hello[1])
    assert waiting.stderr is not None
    assert "nobody has asked for yet" in waiting.stderr.readline()
    shell.funsies("execute", hello[1])
    shell.funsies("worker", "--burst")
    _, said = waiting.communicate(timeout=30)
    assert waiting.returncode == 0, said
    assert all("1 step" in line for line in said.splitlines())  # at most how far it is


def test_waiting_ends_in_time(shell, hello: list[str]) -> None:
    shell.funsies("execute", hello[1])  # there is no worker
    assert_one_line(shell.funsies("wait", "--timeout", "0.2", hello[1]), 4)


@pytest.mark.slow
@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "7000", "--bind", "192.0.2.7"],
        ["--port", "7000", "--no-pw"],
        ["--bind", "192.0.2.7"],
        ["--port", "0"],
        ["--server-program", "no-such-server"],
        ["no-such-directory"],
        ["--workers", "-1"],
    ],
    ids=" ".join,
)
def test_a_server_that_would_be_open_to_others_or_cannot_start_is_refused(
    shell, arguments: list[str]
) -> None:
    done = shell.start_funsies(*arguments)
    assert done.code == 2
    assert "Traceback" not in done.err
    assert done.err.splitlines()[-1].startswith("funsies: ")
    assert shell.funsies("status").code == 3


@pytest.mark.slow
def test_a_running_server_does_not_silently_ignore_a_port(shell) -> None:
    assert shell.start_funsies().code == 0
    done = shell.start_funsies("--port", "7000")
    assert done.code == 2
    assert "shutdown --all" in done.err
    assert shell.start_funsies().code == 0  # without a wish of its own it is used as it is


@pytest.mark.slow
def test_the_password_is_shown_nowhere(shell) -> None:
    port = str(free_port())
    started = shell.start_funsies("--port", port, "--workers", "1")
    assert started.code == 0, started.err
    text = (shell.place / ".funsies" / "env").read_text()
    password = text.partition("://:")[2].partition("@")[0]
    assert len(password) == 64
    shown = [started.err, shell.funsies("status").text, shell.funsies("status", "--json").text]
    shown.append(shell.funsies("--log", "debug", "status").err)
    shown += [log.read_text() for log in (shell.place / ".funsies" / "logs").iterdir()]
    assert not any(password in each for each in shown)


def test_a_step_does_not_see_the_password(shell) -> None:
    script = shell.script(
        "env.py",
        "from funsies import *\nwith Fun():\n    print(shell('env').stdout.hash[:5])\n",
    )
    done = shell.funsies("run", script, "--workers", "1")
    printed = shell.funsies("cat", *shell.hashes_in(done.text)).text
    assert "PATH=" in printed
    assert "FUNSIES_KEY" not in printed
    assert "FUNSIES_JOBS" not in printed
