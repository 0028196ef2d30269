"""Commands register their groups before their texts, and nobody sees it."""

from __future__ import annotations

import resource
import subprocess
from pathlib import Path

import pytest

from funsies.core.shell_plan import MAX_COMMAND_BYTES, STRICT


@pytest.mark.parametrize("interpreter", ["sh", "bash"])
@pytest.mark.parametrize(
    "text", ["echo )", "if true; then\necho a )\nfi", "echo 'open", "((\n("]
)
def test_what_a_shell_says_of_a_text_that_it_cannot_read_shows_the_text(
    run, run_plainly, interpreter: str, text: str
) -> None:
    values = run(text, interpreter=interpreter)
    code, said = run_plainly(interpreter, text)
    assert values["stderr:0"].split(b": ", 1)[1] == said.split(b": ", 1)[1]
    assert values["returncode:0"] == code


@pytest.mark.parametrize("interpreter", ["sh", "bash"])
def test_lines_have_the_numbers_of_the_text(run, interpreter: str) -> None:
    values = run("true\nno_such_program; true", interpreter=interpreter, check=False)
    assert b" 2: no_such_program: " in values["stderr:0"]
    values = run("no_such_program; true", interpreter=interpreter, check=False)
    assert b" 1: no_such_program: " in values["stderr:0"]


@pytest.mark.parametrize("interpreter", ["sh", "bash", ["bash", "-c"]])
def test_standard_input_is_empty_and_no_other_descriptor_is_open(run, interpreter) -> None:
    text = "ls /proc/self/fd; readlink /proc/self/fd/0; cat"
    values = run(text, interpreter=interpreter)
    assert values["stdout:0"] == b"0\n1\n2\n3\n/dev/null\n"  # the last is that of ls


@pytest.mark.parametrize("variable", ["BASH_ENV", "SHELLOPTS"])
def test_what_bash_reads_or_shows_before_a_text_does_not_meet_the_register(
    run, tmp_path, variable: str
) -> None:
    before = tmp_path / "before"
    before.write_text("readlink /proc/self/fd/0\n")
    value = str(before) if variable == "BASH_ENV" else "xtrace"
    values = run("echo text", env={variable: value})
    said = b"/dev/null\n" if variable == "BASH_ENV" else b""
    assert values["stdout:0"] == said + b"text\n"
    assert values["stderr:0"] == (b"" if said else b"+ echo text\n")


@pytest.mark.parametrize("left_bytes", [0, 20, 40])
def test_a_text_may_be_as_long_as_the_system_allows(run, left_bytes: int) -> None:
    text = "echo ".ljust(MAX_COMMAND_BYTES - left_bytes, "x")
    assert len(run(text, interpreter="sh")["stdout:0"]) == len(text) - len("echo ") + 1


def test_a_step_may_have_more_commands_than_a_process_may_have_files(run, few_files) -> None:
    values = run(*["true"] * (few_files + 10), interpreter="sh")
    assert {values[name] for name in values if name.startswith("returncode")} == {0}


def test_variables_whose_names_no_shell_knows_reach_other_programs(run) -> None:
    text = "import os; print(os.environ['my.var'], os.environ['A-B'])"
    values = run(text, interpreter=["python3", "-c"], env={"my.var": "1", "A-B": "2"})
    assert values["stdout:0"] == b"1 2\n"


@pytest.fixture
def few_files():
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = len(list(Path("/dev/fd").iterdir())) + 30
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    yield most
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def run_plainly(tmp_path):
    """Run a text by the same words, without funsies."""

    def run(name: str, text: str) -> tuple[int, bytes]:
        done = subprocess.run(
            [*STRICT[name], text], capture_output=True, check=False, cwd=tmp_path
        )
        return done.returncode, done.stderr

    return run
