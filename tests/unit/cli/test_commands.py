"""The commands as a whole: documented, quick to list, and honest about failures."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest
import redis

import funsies as package
from funsies.cli.commands import LazyCommand, run_command
from funsies.cli.exits import Exit
from funsies.cli.explain import exit_code_of
from funsies.cli.main import funsies, main
from funsies.cli.worker import forget_secrets, timing_from
from funsies.config import ConfigurationError
from funsies.core.errors import (
    Error,
    ErrorKind,
    FunsiesError,
    NoServerError,
    ServerError,
    UnknownHashError,
    UnwrapError,
    WaitTimeoutError,
)

ROOT = Path(package.__file__).parents[1]
COMMANDS = [command for _, commands in funsies.sections for command in commands]  # type: ignore[attr-defined]


@pytest.mark.parametrize("lazy", COMMANDS, ids=lambda lazy: lazy.name)
def test_every_command_explains_itself_with_an_example(
    lazy: LazyCommand, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([lazy.name, "--help"]) == Exit.OK
    text = capsys.readouterr().out
    assert f"funsies {lazy.name}" in text.partition("Example:")[2]


def test_the_help_names_all_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--help"]) == Exit.OK
    text = capsys.readouterr().out
    for lazy in COMMANDS:
        assert re.search(
            rf"^  {lazy.name}  +{re.escape(lazy.summary[:20])}", text, re.MULTILINE
        )


def test_the_documentation_names_all_commands_and_exit_codes() -> None:
    text = (ROOT / "docs" / "cli.md").read_text()
    for lazy in COMMANDS:
        assert f"## funsies {lazy.name}" in text
    for code in Exit:
        assert re.search(rf"^\| {code.value} \|", text, re.MULTILINE)


def test_the_help_imports_nothing_that_takes_long() -> None:
    """What ``funsies --help`` needs is a fraction of what a command needs."""
    program = (
        "import sys\n"
        "from funsies.cli.main import main\n"
        "main(['--help'])\n"
        "heavy = {'redis', 'rq', 'rich', 'msgspec', 'cloudpickle', 'returns', 'asyncio'}\n"
        "heavy |= {'hashlib'}  # which loads OpenSSL\n"
        "sys.exit(repr(heavy & set(sys.modules)) if heavy & set(sys.modules) else 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_a_misspelt_command_gets_a_suggestion(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["exceute"]) == Exit.USAGE
    assert "did you mean 'execute'" in capsys.readouterr().err


def test_without_a_command_the_help_goes_to_stderr(capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == Exit.USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "Run workflows" in captured.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["--no-such-option"],
        ["cat"],
        ["wait", "--timeout", "soon", "abc"],
        ["worker", "--workers", "0"],
        ["run", "no-such-script.py"],
        ["--jobs", "http://x", "status"],
        ["--jobs", "memory://", "status"],
        ["--log", "loud", "status"],
        ["shutdown", "everything"],
    ],
    ids=" ".join,
)
def test_wrong_arguments_are_explained_in_one_line(
    arguments: list[str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert main(arguments) == Exit.USAGE
    captured = capsys.readouterr()
    assert captured.out == ""
    assert re.fullmatch(r"funsies: [^\n]+\n", captured.err)


@pytest.mark.parametrize(
    ("option", "said"), [("--worker", ["--worker ", "--workers"]), ("-x", ["-x "])]
)
def test_an_option_of_run_that_does_not_exist_is_not_taken_for_the_script(
    option: str, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["run", option, "1", "flow.py"]) == Exit.USAGE
    text = re.sub(r"['.?]", "", capsys.readouterr().err)  # versions of Click differ in these
    assert "No such option" in text
    assert all(each in text for each in said)


@pytest.mark.parametrize(
    ("problem", "code"),
    [
        (ConfigurationError("x"), Exit.USAGE),
        (NoServerError("x"), Exit.NO_SERVER),
        (ServerError("x"), Exit.NO_SERVER),
        (UnknownHashError("x"), Exit.UNKNOWN_HASH),
        (WaitTimeoutError("x"), Exit.NOT_COMPUTED),
        (UnwrapError(Error(kind=ErrorKind.Cancelled)), Exit.RESULT_IS_ERROR),
        (FunsiesError("x"), Exit.USAGE),
    ],
    ids=lambda value: type(value).__name__,
)
def test_each_problem_has_its_exit_code(problem: FunsiesError, code: Exit) -> None:
    assert exit_code_of(problem) == code


def _raising(problem: BaseException) -> click.Command:
    @click.command()
    def command() -> None:
        raise problem

    return command


def test_a_bug_shows_its_traceback_without_passwords(
    capsys: pytest.CaptureFixture[str],
) -> None:
    bug = RuntimeError("cannot reach redis://me:secret@host:1")
    assert run_command(_raising(bug), "funsies", []) == Exit.BUG
    text = capsys.readouterr().err
    assert "Traceback" in text
    assert "report it" in text
    assert "secret" not in text


def test_a_failure_of_the_server_is_no_bug(capsys: pytest.CaptureFixture[str]) -> None:
    problem = redis.ConnectionError("Error 111 connecting to host:1. Connection refused.")
    assert run_command(_raising(problem), "funsies", []) == Exit.NO_SERVER
    assert capsys.readouterr().err.count("\n") == 1


def test_an_interrupt_has_the_usual_exit_code() -> None:
    assert run_command(_raising(KeyboardInterrupt()), "funsies", []) == Exit.INTERRUPTED


def test_a_file_that_cannot_be_used_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    problem = PermissionError(13, "Permission denied", "/etc/x")
    assert run_command(_raising(problem), "funsies", []) == Exit.USAGE
    assert capsys.readouterr().err == "funsies: /etc/x: Permission denied\n"


# -- workers


def test_the_times_that_a_worker_keeps_come_from_the_environment() -> None:
    timing = timing_from({"FUNSIES_LEASE_SECONDS": "2.5", "FUNSIES_JOBS": "redis://x"})
    assert timing.lease_seconds == 2.5
    assert timing.sweep_seconds == timing_from({}).sweep_seconds


def test_a_time_is_also_heeded_under_its_former_name() -> None:
    former = {"FUNSIES_BRAKE_SECONDS": "7"}
    assert timing_from(former).fork_backoff_seconds == 7
    both = {**former, "FUNSIES_FORK_BACKOFF_SECONDS": "8"}
    assert timing_from(both).fork_backoff_seconds == 8
    with pytest.raises(ConfigurationError, match="FUNSIES_BRAKE_SECONDS"):
        timing_from({"FUNSIES_BRAKE_SECONDS": "soon"})


@pytest.mark.parametrize("text", ["soon", "0", "-1", "inf", "nan", ""])
def test_a_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ConfigurationError, match="FUNSIES_TICK_SECONDS"):
        timing_from({"FUNSIES_TICK_SECONDS": text})


def test_steps_do_not_see_the_servers_password(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FUNSIES_JOBS", "FUNSIES_DATA", "FUNSIES_URL", "FUNSIES_KEY"):
        monkeypatch.setenv(name, "secret")
    forget_secrets()
    assert "secret" not in os.environ.values()
