"""What runs the commands of shell steps, for all steps of a program and wherever they run."""

from __future__ import annotations

import subprocess
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import funsies as f
from funsies import debug
from funsies.core.errors import ErrorKind
from funsies.report.replay import prepare_replay
from funsies.session import Session

PYTHON = ["python3", "-c"]


def build(word: str) -> f.Artefact[bytes]:
    """Build a step whose text is no shell's, and one that names its own."""
    here = f.shell(f"print({word!r}, end='')").stdout
    return f.utils.concat(here, f.shell("echo ' and sh'", interpreter="sh").stdout)


def count(text: bytes) -> int:
    return len(text)


def test_that_of_the_program_reaches_the_steps_that_steps_build(place: f.Server) -> None:
    with f.Fun(place, interpreter=PYTHON):
        built = f.put("python").bind(build)
        plain = f.shell("echo $0", check=False)
        f.execute(built, plain).wait(timeout_seconds=60)
        assert f.take(built) == b"python and sh\n"
        assert f.take(plain.stdout) == b"/bin/sh\n"


def test_a_failing_command_in_a_pipe_stops_what_needs_its_output(place: f.Server) -> None:
    with f.Fun(place):
        step = f.shell("grep x missing | cat > out.vcf", out=["out.vcf"])
        size = f.reduce(count, step.out["out.vcf"])
        f.execute(size).wait(timeout_seconds=60)
        error = f.take(size, strict=False).failure()
        assert (error.kind, error.exit_code) == (ErrorKind.CommandFailed, 2)
        assert f.take(step.stderr).startswith(b"grep: missing")


def test_what_a_missing_program_left_is_computed_again_when_it_is_there(
    place: f.Server, tmp_path: Path
) -> None:
    program = tmp_path / "simulate"
    options = f.options(env={"PATH": f"{tmp_path}:/usr/bin:/bin"})
    with f.Fun(place, options):
        step = f.shell("simulate > out", out=["out"])
        f.execute(step).wait(timeout_seconds=60)
        error = f.take(step.out["out"], strict=False).failure()
        assert error.exit_code == 127
        assert str(tmp_path) in error.details, "it says where was looked"
        program.write_text("#!/bin/sh\necho 42\n")
        program.chmod(0o700)
        f.execute(step).wait(timeout_seconds=60)
        assert f.take(step.out["out"]) == b"42\n"


def run_script(script: Path) -> tuple[int, str]:
    done = subprocess.run(["sh", script], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout


def test_a_recalled_workflow_has_the_interpreters_of_the_committed_one(stage) -> None:
    stage.start_worker()
    with f.Fun(stage.server, interpreter=PYTHON):
        word = f.put("one")
        step = f.shell("print(open('word').read())", inp={"word": word})
        f.parametric.commit("show", {"word": word}, {"shown": step.stdout})
    with f.Fun(stage.server):
        shown = f.parametric.recall("show", {"word": "two"})["shown"]
        f.execute(shown).wait(timeout_seconds=60)
        assert f.take(shown) == b"two\n"


def opened(**how: Any) -> AbstractContextManager[Session]:
    return f.Fun(f.Server("memory://"), **how)


def test_the_script_of_debug_runs_the_very_interpreter(tmp_path: Path) -> None:
    with opened():
        step = f.shell("import sys; sys.exit(3)", "print(1)", interpreter=PYTHON)
        failing = f.shell("false | cat\necho never")
        f.execute(step, failing)
        debug.shell(step, tmp_path / "python")
        debug.shell(failing, tmp_path / "bash")
    assert run_script(tmp_path / "python" / "op.sh") == (3, "")
    assert run_script(tmp_path / "bash" / "op.sh") == (1, "")


def test_a_replay_builds_with_the_interpreter_of_the_program() -> None:
    with opened(interpreter="sh") as session:
        step = f.put("a").bind(build_one)
        there = f.shell("echo a").hash
        f.execute(step)
        replay = prepare_replay(session.backend, step.producer)
    assert replay.call().producer.hex() == there


def build_one(word: str) -> f.Artefact[bytes]:
    return f.shell(f"echo {word}").stdout
