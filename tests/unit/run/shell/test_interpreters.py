"""What runs the commands: strict bash unless something else is asked for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from funsies.core.errors import ErrorKind

NAMED = ["bash", "sh", ["bash", "-c", "--"]]


def test_a_pipe_fails_if_any_of_its_commands_does(run):
    error = run("false | cat > out", out=("out",))["file:out"]
    assert (error.kind, error.exit_code) == (ErrorKind.CommandFailed, 1)


def test_a_text_of_several_lines_ends_at_the_first_that_fails(run):
    values = run("echo one\nls missing\necho three > out", out=("out",))
    assert values["returncode:0"] == 2
    assert "missing" in values["file:out"].details


def test_a_line_that_fails_silently_is_found_by_an_advice(run):
    assert 'begin the text with "set -x"' in run("true\nfalse\ntrue")["stdout:0"].details


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("echo a | grep b", "grep that finds nothing"),
        ("echo a > x; echo b > y; cmp -s x y", "cmp of files that differ"),
        ("i=0; ((i++)); echo $i", "write i=$((i + 1))"),
        ("printf a | while read -r x; do echo; done\nread -r x < /dev/null", "read at the end"),
        ("expr 1 - 1", "expr whose value is 0"),
    ],
)
def test_a_silent_exit_code_of_1_that_says_something_is_explained(run, text, said):
    assert said in run(text)["stdout:0"].details


@pytest.mark.parametrize("text", ["false # spread", "grep x missing", "grep x < x; exit 2"])
def test_what_is_said_or_has_another_exit_code_is_not_explained(run, text):
    assert "Exit code 1" not in run(text)["stdout:0"].details


def test_without_check_a_text_is_judged_by_its_last_command_only(run):
    values = run("false | cat\nfalse\necho $0", check=False)
    assert values["stdout:0"] == b"/bin/sh\n"


@pytest.mark.parametrize("interpreter", NAMED)
@pytest.mark.parametrize("check", [True, False])
def test_a_text_may_begin_with_a_dash_and_hold_anything(run, interpreter, check):
    text = """-no-such 2>&- || printf '%s\\n' "a 'b' \\$c" * ; cat"""
    values = run(text, interpreter=interpreter, check=check, inp={"file": b""})
    assert values["stdout:0"] == b"a 'b' $c\nfile\n"


@pytest.mark.parametrize(
    ("interpreter", "check", "code"),
    [("bash", True, 1), ("sh", True, 1), ("bash", False, 0), (["bash", "-c"], True, 0)],
)
def test_only_the_strict_shells_stop_at_a_line_that_fails(run, interpreter, check, code):
    assert run("false\ntrue", interpreter=interpreter, check=check)["returncode:0"] == code


def test_sh_takes_only_the_last_command_of_a_pipe(run):
    assert run("false | true", interpreter="sh")["returncode:0"] == 0


def test_words_of_any_program_are_followed_by_the_text(run):
    values = run(
        "import sys; print(sys.argv, sys.stdin.read())", interpreter=[sys.executable, "-c"]
    )
    assert values["stdout:0"] == b"['-c'] \n"


def test_the_interpreter_is_found_on_the_path_of_the_step(run, tmp_path):
    program = tmp_path / "mine"
    program.write_text('#!/bin/sh\necho "mine: $2"\n')
    program.chmod(0o700)
    path = f"{tmp_path}:{os.environ['PATH']}"
    values = run("--text", interpreter=["mine", "-x"], env={"PATH": path})
    assert values["stdout:0"] == b"mine: --text\n"


def test_an_interpreter_that_moves_or_another_path_is_noticed(run, tmp_path):
    """Where a program was found is kept for the steps that follow."""

    def program(place: str, says: str) -> Path:
        path = tmp_path / place / "mine"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"#!/bin/sh\necho {says}\n")
        path.chmod(0o700)
        return path

    def said(*places: str) -> bytes:
        path = os.pathsep.join([*(str(tmp_path / each) for each in places), os.defpath])
        return run("text", interpreter=["mine"], env={"PATH": path})["stdout:0"]

    first = program("first", "1")
    program("second", "2")
    assert [said("first", "second"), said("second", "first")] == [b"1\n", b"2\n"]
    assert said("first", "second") == b"1\n"
    first.unlink()
    assert said("first", "second") == b"2\n"


def test_an_input_file_may_be_the_interpreter_and_a_missing_right_is_named(run_volatile):
    values, volatile = run_volatile("x", interpreter=["./own"], inp={"own": b"#!/bin/sh\n"})
    assert volatile
    assert "'./own', which is to run the commands of this step" in values["stdout:0"].details


@pytest.mark.parametrize("check", [True, False])
def test_a_machine_without_the_interpreter_says_so_and_it_is_not_remembered(
    run_volatile, tmp_path, check
):
    values, volatile = run_volatile(
        "true", interpreter="bash", env={"PATH": str(tmp_path)}, check=check, out=("x",)
    )
    assert volatile
    (error,) = set(values.values())
    assert error.kind is ErrorKind.NotLoadable
    for text in ("'bash'", str(tmp_path), "not remembered", 'interpreter="sh"'):
        assert text in error.details


def test_functions_that_the_surroundings_export_are_there(run, monkeypatch):
    """``module`` is one on many clusters."""
    monkeypatch.setenv("BASH_FUNC_module%%", "() {  echo loaded $1\n}")
    assert run("module xtb")["stdout:0"] == b"loaded xtb\n"


# -- what is of the machine


@pytest.mark.parametrize(
    ("command", "code", "said"),
    [
        ("no-such-program", 127, "command not found"),
        ("no-such-program | cat", 127, "not found on"),
        ("true\nno-such-program\ntrue", 127, "line 2"),
        ("env no-such-program", 127, "PATH of the worker"),
        ("no-such-program || exit 3", 3, 'no-such-program: command not found".'),
        ("./program", 126, 'by "sh script"'),
        ("echo x > /dev/full", 1, "No space left on device"),
        ("echo 'curl: (7) Failed to connect: Connection refused' >&2; false", 1, "refused"),
        ("echo 'wget: Temporary failure in name resolution' >&2; exit 4", 4, "resolution"),
        ("python3 -c 'import no_such_module'", 1, "ModuleNotFoundError"),
        ("sleep 60 & kill -9 $!; wait $!", 137, "SIGKILL"),
        ("kill -TERM $$", -15, "SIGTERM"),
    ],
)
def test_what_the_machine_has_not_is_not_remembered_and_the_error_says_so(
    run_volatile, command, code, said
):
    values, volatile = run_volatile(command, inp={"program": b""}, out=("out",))
    assert volatile
    assert values["returncode:0"] == code
    error = values["file:out"]
    assert error.kind is ErrorKind.CommandFailed
    assert said in error.details
    assert "This is not remembered: executing again runs the step again" in error.details


@pytest.mark.parametrize("command", ["exit 1", "exit 125", "exit 128", "exit 3 # not found"])
def test_failures_of_the_step_are_remembered(run_volatile, command):
    values, volatile = run_volatile(command)
    assert not volatile
    assert "remembered" not in values["stdout:0"].details


def test_without_check_a_missing_program_is_a_value_that_is_not_remembered(run_volatile):
    values, volatile = run_volatile("no-such-program", "true", check=False)
    assert (values["returncode:0"], values["returncode:1"]) == (127, 0)
    assert volatile


def test_success_on_a_full_disk_is_not_remembered(run_volatile, scratch, full_disk):
    """A program that does not look whether its writing fails leaves half a file."""
    values, volatile = run_volatile("cat /dev/zero > out 2> /dev/null || true", out=("out",))
    assert values["returncode:0"] == 0
    assert volatile


@pytest.fixture
def full_disk(scratch: Path):
    """Let steps have their directories on a disk that is soon full."""
    if os.geteuid() or shutil.which("mount") is None:
        pytest.skip("only root may mount a small disk")
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "none", str(scratch)]
    if subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("no disk can be mounted here")
    yield
    subprocess.run(["umount", str(scratch)], check=True)


# -- a reader that leaves early


@pytest.mark.parametrize("interpreter", ["bash", ["bash", "-euo", "pipefail", "-c"]])
def test_a_pipe_whose_reader_leaves_early_fails_with_an_advice(run_volatile, interpreter):
    values, volatile = run_volatile("yes | head -n 1", interpreter=interpreter)
    assert values["returncode:0"] == 141
    assert "set +o pipefail" in values["stdout:0"].details
    assert not volatile


@pytest.mark.parametrize(
    "command",
    ["set +o pipefail; yes | head -n 1", "seq 100000 | sed -n 1,1p", "seq 1 | head -n 1"],
)
def test_the_advice_is_right(run, command):
    assert run(command)["returncode:0"] == 0


@pytest.mark.parametrize("command", ["[[ a == a ]]", "source ./x", "shopt -s nullglob"])
def test_a_command_of_bash_in_another_shell_is_said_to_be_that(run, command):
    if shutil.which("dash") is None:
        pytest.skip("sh may be bash here")
    details = run(command, interpreter=["dash", "-c"])["stdout:0"].details
    assert f'"{command.split()[0]}" is a command of bash' in details
    assert "Install it there" not in details
