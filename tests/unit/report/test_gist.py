"""The line that is shown of an error says what went wrong, not what to do about it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import funsies as f
from funsies.core.errors import Error, ErrorKind
from funsies.report.errors import summarize_errors
from funsies.report.failures import Cause, FailedTarget, gist
from funsies.report.live.activity import told

NOT_FOUND = "bash: line 1: surely-not-there: command not found"


def error_of(step: f.Artefact[Any]) -> Error:
    f.execute(step)
    return f.take(step, strict=False).failure()


@pytest.fixture(autouse=True)
def session():
    with f.Fun(f.Server("memory://")) as session:
        yield session


@pytest.mark.parametrize(
    ("command", "line"),
    [
        ("surely-not-there", f"exit code 127: {NOT_FOUND}"),
        ("./run.sh", "exit code 127: bash: line 1: ./run.sh: No such file or directory"),
        ("echo > x; ./x", "exit code 126: bash: line 1: ./x: Permission denied"),
        (
            "echo 'No space left on device\n' >&2; exit 3",
            "exit code 3: No space left on device",
        ),
        ("cat a.txt", "exit code 1: cat: a.txt: No such file or directory"),
        ("kill -TERM $$", "SIGTERM: kill -TERM $$"),
        ("echo gone >&2; kill -9 $$", "SIGKILL: gone"),
        ("exit 3", "exit code 3: exit 3"),
        ("echo one\necho two\nfalse", "exit code 1: two"),
        ("yes | head -1", "exit code 141: y"),
        ("cd /\ngrep -q x /dev/null", "exit code 1: cd /"),
        ("echo oh >&2\ngrep -q x /dev/null", "exit code 1: oh"),
    ],
)
def test_of_a_command_it_is_how_it_ended_and_the_last_that_it_said(command, line):
    assert gist(error_of(f.shell(command).stdout)) == line


def test_a_command_of_a_program_is_told_in_the_same_way():
    step = f.shell("import sys; sys.exit('no convergence')", interpreter=["python3", "-c"])
    assert gist(error_of(step.stdout)) == "exit code 1: no convergence"


def test_of_a_missing_file_it_is_which_one():
    step = f.shell("touch a", out=["b"])
    assert gist(error_of(step.out["b"])) == "the step did not make 'b'"


class ConvergenceError(Exception):
    """Of a user's own."""


def several_lines(_: int) -> int:
    problem = ConvergenceError("no convergence\n  step 3\n\n")
    problem.add_note("try a smaller step")
    raise problem


def nothing_said(_: int) -> int:
    raise ConvergenceError


def test_of_an_exception_it_is_what_it_said_first():
    name = f"{__name__}.ConvergenceError"
    assert gist(error_of(f.reduce(several_lines, 1))) == f"{name}: no convergence"
    assert gist(error_of(f.reduce(nothing_said, 1))) == name


def test_of_what_did_not_end_by_itself_it_is_the_reason():
    step = f.shell("sleep 60", timeout_seconds=0.05)
    line = gist(error_of(step.stdout))
    assert line.startswith("the step ran longer than its timeout of 0.05 s")
    assert not line.endswith(":")


@pytest.mark.parametrize(
    ("details", "line"),
    [
        ("", ""),
        ("\n\n", ""),
        ("one\ntwo", "one"),
        ("cannot load it\x1b[31m", r"cannot load it\x1b[31m"),
    ],
)
def test_it_is_one_line_whatever_the_details_are(details, line):
    assert gist(Error(ErrorKind.NotLoadable, details=details)) == line


def test_a_long_line_is_cut():
    error = Error(ErrorKind.NotLoadable, details="x" * 1000)
    assert len(gist(error, limit=50)) < 100


def test_it_is_told_at_once_and_at_the_end():
    """Of the causes that are not shown in full, a line says what it was."""
    steps = [f.shell("surely-not-there", name=f"step{each}") for each in range(7)]
    errors = [error_of(step.stdout) for step in steps]
    assert told(Cause(errors[0])).endswith(f": exit code 127: {NOT_FOUND}")
    targets = [
        FailedTarget(step.stdout.hash, error) for step, error in zip(steps, errors, strict=True)
    ]
    *_, last = summarize_errors(targets)
    assert f"exit code 127: {NOT_FOUND}; look further: funsies cat " in last


def test_programs_that_a_worker_lacks_are_told_apart():
    steps = [f.shell("x", interpreter=[f"no-{each}", "-c"], name="x") for each in "aab"]
    targets = [FailedTarget(step.stdout.hash, error_of(step.stdout)) for step in steps]
    told_at_the_end = "\n".join(summarize_errors(targets))
    assert "'no-a', which is to run the commands" in told_at_the_end
    assert "'no-b', which is to run the commands" in told_at_the_end
    assert told_at_the_end.count("look further") == 2


def test_the_remedy_says_where_files_of_the_user_have_to_be_given(tmp_path: Path):
    """A step does not run where the program does."""
    for command in ("./tool.sh", "cat tool.sh", "python3 tool.sh", "sh tool.sh"):
        assert (
            'inp={"tool.sh": put_file("tool.sh")}' in error_of(f.shell(command).stdout).details
        )
    for command in ("cat /surely/not/there", "/surely/not/there", "surely-not-there"):
        assert "inp=" not in error_of(f.shell(command).stdout).details


@pytest.mark.parametrize(
    ("command", "given"),
    [
        ("bash tool.sh", 'inp={"tool.sh": put_file("tool.sh")}'),
        (". ./tool.sh", 'inp={"tool.sh": put_file("tool.sh")}'),
        ("sub/tool.sh", 'inp={"sub/tool.sh": put_file("sub/tool.sh")}'),
        ("cd sub && ls", 'inp={"sub/": put_dir("sub")}'),
        ("echo 'tar: a.tar: Cannot open: No such file or directory' >&2; exit 2", '"a.tar": '),
        ("cat *.csv", "name each of your files, inp={name: put_file(path)}"),
        ("python3 -c 'open(\"x.csv\")'", 'inp={"x.csv": put_file("x.csv")}'),
    ],
)
def test_the_remedy_is_what_can_be_written(command: str, given: str):
    assert given in error_of(f.shell(command).stdout).details
