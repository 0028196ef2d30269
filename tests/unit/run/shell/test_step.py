"""What a shell step makes of its commands: values where all went well, errors where not."""

from __future__ import annotations

import glob
import io
import os
import signal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funsies.core.archive import unpacked
from funsies.core.errors import (
    DataCorruptedError,
    EncodingError,
    ErrorKind,
    FileNameError,
    NoServerError,
)
from funsies.core.file_names import validate_file_name
from funsies.core.shell_plan import ShellPlan
from funsies.run.machine_faults import memory
from funsies.run.shell.input_files import InputFile
from funsies.run.shell.step import run_shell


def test_streams_exit_codes_and_files_come_in_the_promised_order(run):
    values = run("echo a; echo b >&2", "echo c > d", out=("d",))
    assert list(values.items()) == [
        ("stdout:0", b"a\n"),
        ("stderr:0", b"b\n"),
        ("returncode:0", 0),
        ("stdout:1", b""),
        ("stderr:1", b""),
        ("returncode:1", 0),
        ("file:d", b"c\n"),
    ]


def test_commands_share_a_directory_that_holds_only_the_inputs(run):
    values = run("ls -A", "echo x > made", "ls -A", inp={"in": b""})
    assert values["stdout:0"] == b"in\n"
    assert values["stdout:2"] == b"in\nmade\n"


def test_inputs_arrive_byte_by_byte_and_their_directories_are_made(run):
    data = bytes(range(256)) * 10_000
    values = run("cat d/e/f > out", inp={"d/e/f": data, "d/g": b""}, out=("out", "d/g"))
    assert values["file:out"] == data
    assert values["file:d/g"] == b""


STRANGE_NAMES = [
    "-rf",
    "a b",
    "new\nline",
    "🦆",
    "$(false)",
    "'\"",
    "*",
    "...",
    "stdout-0",
    "d/-",
]


def content_of(value: bytes) -> bytes:
    """The content of a file, also where its name had to be written as a pattern."""
    try:
        (only,) = unpacked(value).values()
    except EncodingError:
        return value
    return only


def test_any_file_name_works_as_input_and_as_output(run):
    inputs = {name: name.encode() for name in STRANGE_NAMES}
    outputs = tuple(map(glob.escape, STRANGE_NAMES))
    values = run("true", inp=inputs, out=outputs)
    assert [content_of(values[f"file:{name}"]) for name in outputs] == list(inputs.values())


def is_usable(name: str) -> bool:
    try:
        validate_file_name(name)
    except FileNameError:
        return False
    return True


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(max_size=30).filter(is_usable), data=st.binary(max_size=50))
def test_a_file_of_any_accepted_name_comes_back_as_it_went_in(run, name: str, data: bytes):
    output = glob.escape(name)
    value = run("true", inp={name: data}, out=(output,))[f"file:{output}"]
    assert value == data if output == name else content_of(value) == data


def test_standard_input_is_empty(run):
    assert run("cat; echo end")["stdout:0"] == b"end\n"


def test_commands_run_in_a_session_of_their_own(run):
    assert run("ps -o sid= -p $$ | tr -d ' \n'; echo :$$")["stdout:0"] != b"%d:" % os.getsid(0)


def test_a_command_that_begins_with_a_dash_is_a_command(run):
    assert run("-no-such-program", check=False)["returncode:0"] == 127


def test_environment_is_that_of_the_worker_plus_options_plus_the_steps_own(run, monkeypatch):
    monkeypatch.setenv("A", "worker")
    monkeypatch.setenv("B", "worker")
    monkeypatch.setenv("C", "worker")
    environment = {"B": "options", "C": "options"}
    values = run("echo $A $B $C", env={"C": "step"}, environment=environment)
    assert values["stdout:0"] == b"worker options step\n"


# -- failures


def test_the_first_command_that_fails_ends_a_checked_step(run):
    values = run("echo a", "echo b; echo why >&2; exit 3", "echo c", out=("made",))
    assert values["stdout:0"] == b"a\n"
    assert (values["stderr:1"], values["returncode:1"]) == (b"why\n", 3)
    error = values["stdout:1"]
    assert (error.kind, error.exit_code, error.signal) == (ErrorKind.CommandFailed, 3, None)
    assert "command 2 of 3 ended with exit code 3" in error.details
    assert "echo b; echo why >&2" in error.details
    assert error.details.endswith("Its standard error:\nwhy\n")
    for name in ("stdout:2", "stderr:2", "returncode:2", "file:made"):
        assert values[name] == error


def test_only_the_end_of_a_long_standard_error_is_shown(run):
    command = "head -c 5000000 /dev/zero | tr '\\0' x >&2; echo the end >&2; false"
    values = run(command)
    assert len(values["stderr:0"]) == 5_000_008
    assert values["stdout:0"].details.endswith("xxxthe end\n")
    assert len(values["stdout:0"].details) < 20_000


def test_an_unchecked_step_runs_all_commands_and_keeps_all_values(run):
    values = run("echo a; exit 3", "echo b; kill -SEGV $$", "echo c", check=False)
    assert [values[f"returncode:{index}"] for index in range(3)] == [3, -signal.SIGSEGV, 0]
    assert [values[f"stdout:{index}"] for index in range(3)] == [b"a\n", b"b\n", b"c\n"]


def test_a_signal_that_ended_a_command_is_named(run):
    error = run("kill -SEGV $$")["stdout:0"]
    assert (error.kind, error.exit_code, error.signal) == (
        ErrorKind.CommandFailed,
        None,
        "SIGSEGV",
    )


@pytest.mark.parametrize(
    ("command", "is_volatile"),
    [
        ("true", False),
        ("exit 3", False),
        ("kill -SEGV $$", False),
        ("kill -TERM $$", True),
        ("kill -KILL $$", True),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_a_command_ended_from_outside_is_not_a_result_to_remember(
    run_volatile, command: str, is_volatile: bool, check: bool
):
    assert run_volatile(command, check=check)[1] is is_volatile


@pytest.mark.parametrize("check", [True, False])
def test_a_missing_file_is_an_error_of_that_file_only(run, check: bool):
    values = run("echo x > results.csv", out=("result.csv", "results.csv"), check=check)
    assert values["file:results.csv"] == b"x\n"
    assert values["returncode:0"] == 0
    error = values["file:result.csv"]
    assert error.kind is ErrorKind.MissingOutput
    assert "did you mean 'results.csv'" in error.details


def test_a_missing_file_in_a_directory_with_many_files_is_a_short_error(run):
    error = run("mkdir d; cd d; seq 3000 | xargs touch", out=("x",))["file:x"]
    assert error.kind is ErrorKind.MissingOutput
    assert len(error.details) < 1000


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("command", ["kill -KILL $$", "sh -c 'kill -KILL $$'"])
def test_a_command_that_the_system_killed_for_memory_is_said_so(
    run_volatile, monkeypatch, tmp_path: Path, command: str, check: bool
):
    (tmp_path / "vmstat").write_text("pgfault 7\noom_kill 3\n")
    monkeypatch.setattr(memory, "CGROUP", tmp_path / "absent")
    monkeypatch.setattr(memory, "VMSTAT", tmp_path / "vmstat")
    counted = f"echo oom_kill 4 > '{tmp_path}/vmstat'; {command}"
    values, is_volatile = run_volatile(counted, check=check)
    assert {value.kind for value in values.values()} == {ErrorKind.OutOfMemory}
    assert is_volatile


def test_a_command_killed_while_nobody_lacked_memory_is_not_said_to(run, monkeypatch, tmp_path):
    (tmp_path / "vmstat").write_text("oom_kill 3\n")
    monkeypatch.setattr(memory, "CGROUP", tmp_path / "absent")
    monkeypatch.setattr(memory, "VMSTAT", tmp_path / "vmstat")
    error = run("kill -KILL $$")["stdout:0"]
    assert (error.kind, error.signal) == (ErrorKind.CommandFailed, "SIGKILL")


@pytest.mark.parametrize(
    ("commands", "blamed"),
    [
        (("rm -rf ../*; echo x",), "1 of 1"),
        (("head -c 3000000 /dev/zero; rm -rf ../streams", "true"), "1 of 2"),
        (("true", "rm -rf ../work"), "2 of 2"),
    ],
)
def test_a_step_that_removes_what_it_needs_is_said_so(run_volatile, commands, blamed: str):
    values, volatile = run_volatile(*commands, out=("o",))
    assert volatile
    assert {value.kind for value in values.values()} == {ErrorKind.CommandFailed}
    assert f"removed by command {blamed}" in values["file:o"].details
    assert "may remove only what is in its directory" in values["file:o"].details


# -- what cannot be stored


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("mkdir x", "is a directory; name it with a slash at the end"),
        ("mkfifo x", "is a FIFO"),
        ("ln -s /etc/passwd x", "leads out of the job directory, to /etc/passwd"),
        ("ln -s ../streams/stdout-0 x", "leads out of the job directory"),
        ("ln -s . x", "is a directory"),
        ("ln -s .. x", "leads out"),
        ("ln -s x x", "link in a circle"),
        ("mkfifo f; ln -s f x", "is a FIFO"),
        ("ln -s /dev/zero x", "leads out"),
        (
            "python3 -c 'import socket; socket.socket(socket.AF_UNIX).bind(\"x\")'",
            "is a socket",
        ),
    ],
)
def test_what_is_not_a_file_is_an_error_and_nobody_waits_for_it(run, command, message):
    values = run(f"{command}; echo other > other", out=("x", "other"))
    assert values["file:x"].kind is ErrorKind.InvalidOutput
    assert message in values["file:x"].details
    assert values["file:other"] == b"other\n"


def test_a_directory_that_is_a_link_leading_out_is_not_followed(run, tmp_path: Path):
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "secret").write_text("secret")
    values = run(f"ln -s '{tmp_path}/outside' d", out=("d/secret",))
    assert values["file:d/secret"].kind is ErrorKind.InvalidOutput


def test_links_inside_the_directory_are_fine(run):
    command = "mkdir d; echo x > d/real; ln -s d/real a; ln -s $PWD/d/real b; ln -s d e"
    values = run(command, out=("a", "b", "e/real"))
    assert [values[f"file:{name}"] for name in ("a", "b", "e/real")] == [b"x\n"] * 3


@pytest.mark.parametrize(
    ("command", "name", "message"),
    [
        (
            "ln -s nowhere x",
            "x",
            "'x' is a dangling link: it points to 'nowhere', which is not",
        ),
        ("ln -s y x; ln -s nowhere y", "x", "a dangling link: it points to 'y'"),
        (
            "ln -s nowhere d",
            "d/x",
            "'d/x' is behind 'd', a dangling link: it points to 'nowhere'",
        ),
        ("mkdir d; ln -s d e", "e/x", "did not make 'e/x'"),
        ("echo > nowhere; ln -s nowhere/y x", "x", "is a dangling link"),
    ],
)
def test_a_dangling_link_is_a_missing_output_and_said_to_be_one(run, command, name, message):
    error = run(command, out=(name,))[f"file:{name}"]
    assert error.kind is ErrorKind.MissingOutput
    assert message in error.details


# -- inputs


@pytest.mark.parametrize("name", ["../x", "/x", "", ".", "a\0", "a//", "a/../../x"])
def test_input_names_are_checked_again_on_the_worker(run, name: str):
    values = run("echo ran", inp={name: b"x"}, out=("o",))
    assert {value.kind for value in values.values()} == {ErrorKind.InvalidInput}


@pytest.mark.parametrize("problem", [DataCorruptedError("bad"), NoServerError("gone")])
def test_problems_of_where_an_input_is_kept_come_through(scratch: Path, problem: Exception):
    def fail() -> io.BytesIO:
        raise problem

    plan = ShellPlan(("true",))
    with (
        pytest.raises(type(problem)),
        run_shell(plan, {"a": InputFile(fail)}, directory=scratch),
    ):
        pass
    assert list(scratch.iterdir()) == []


def test_a_machine_that_cannot_run_the_step_is_no_result_to_remember(tmp_path: Path):
    with run_shell(ShellPlan(("true",)), {}, directory=tmp_path / "absent") as outcome:
        assert outcome.volatile
        assert {each.value.kind for each in outcome.outputs} == {ErrorKind.NotLoadable}


def test_the_directory_is_removed_also_when_storing_the_outputs_fails(scratch: Path):
    with (
        pytest.raises(ZeroDivisionError),
        run_shell(ShellPlan(("echo x > f",), ("f",)), {}, directory=scratch),
    ):
        raise ZeroDivisionError
    assert list(scratch.iterdir()) == []
