"""Steps in a directory, and run again by hand."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest
from msgspec.structs import replace
from returns.result import Result

import funsies as f
from funsies import debug
from funsies.core.digest import Digest
from funsies.core.errors import FileNameError
from funsies.core.keyring import NO_KEYS, Keyring
from funsies.report.directory.place import ReplayDirectory, file_name
from funsies.report.replay import CannotReplayError, prepare_replay
from funsies.session import Session

ROOT = Path(f.__file__).parents[1]


@dataclass
class Shape:
    sides: int
    name: str


def area(shape: Shape, *, scale: float) -> float:
    if shape.sides < 3:
        raise ValueError(f"{shape.name} is flat")
    return shape.sides * scale


def describe(size: float) -> str:
    return f"size {size}"


def variable(name: str) -> str:
    return os.environ[name]


def rescue(size: Result[float, f.Error]) -> str:
    return size.map(str).value_or("none")


@pytest.fixture
def session():
    with f.Fun(f.Server("memory://")) as session:
        yield session


def run_script(program: list[str], place: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        program,
        cwd=place,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def about(directory: Path) -> dict:
    return json.loads((directory / "operation.json").read_text())


# -- shell steps


@pytest.fixture
def commands(session):
    step = f.shell(
        "cat data.txt deep/er.txt > all.txt",
        'echo "$GREETING" $SECRET; echo oh >&2',
        inp={"data.txt": "a text\n", "deep/er.txt": b"\x00\xff"},
        out=["all.txt"],
        env={"GREETING": 'it\'s "me"; $(date)'},
        opt=f.options(env={"SECRET": "word"}),
    )
    f.execute(step)
    return step


def test_a_shell_step_is_written_with_all_that_it_read_and_made(commands, tmp_path) -> None:
    debug.shell(commands, tmp_path / "look")
    look = tmp_path / "look"
    assert (look / "input_files" / "data.txt").read_text() == "a text\n"
    assert (look / "input_files" / "deep" / "er.txt").read_bytes() == b"\x00\xff"
    assert (look / "output_files" / "all.txt").read_bytes() == b"a text\n\x00\xff"
    assert (look / "stdout1").read_text() == 'it\'s "me"; $(date) word\n'
    assert (look / "stderr1").read_text() == "oh\n"
    assert (look / "returncode1").read_text() == "0"
    facts = about(look)
    assert facts["status"] == "done"
    assert facts["operation"] == commands.operation.digest.hex()
    assert [row["name"] for row in facts["inputs"]] == ["data.txt", "deep/er.txt"]
    assert facts["record"]["attempt"] == 1
    assert not (look / "errors.txt").exists()


def test_the_script_runs_a_shell_step_again_in_a_fresh_directory(commands, tmp_path) -> None:
    debug.anything(commands, tmp_path / "look")
    done = run_script(["sh", "look/op.sh", "fresh place"], tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == 'it\'s "me"; $(date) word\n'
    assert (tmp_path / "fresh place" / "all.txt").read_bytes() == b"a text\n\x00\xff"
    for _ in range(2):
        assert run_script(["sh", "op.sh"], tmp_path / "look").returncode == 0
    assert len(list((tmp_path / "look").glob("run.*/all.txt"))) == 2


def test_secrets_are_readable_by_their_owner_only(commands, tmp_path) -> None:
    debug.shell(commands, tmp_path / "look")
    assert stat.S_IMODE((tmp_path / "look").stat().st_mode) == 0o700
    holders = [
        path
        for path in (tmp_path / "look").rglob("*")
        if path.is_file() and b"word" in path.read_bytes() and path.name != "stdout1"
    ]
    assert [path.name for path in holders] == ["op.env"]
    assert stat.S_IMODE(holders[0].stat().st_mode) == 0o600


def test_a_failed_command_stops_the_script_with_its_exit_code(session, tmp_path) -> None:
    step = f.shell("echo one; exit 7", "echo never", out=["x"])
    f.execute(step)
    debug.shell(step, tmp_path / "look")
    assert "CommandFailed" in (tmp_path / "look" / "errors.txt").read_text()
    errors = json.loads((tmp_path / "look" / "errors.json").read_text())
    assert errors["file:x"]["exit_code"] == 7
    done = run_script(["sh", "look/op.sh"], tmp_path)
    assert done.returncode == 7
    assert done.stdout == "one\n"


def test_unchecked_commands_are_all_run_by_the_script(session, tmp_path) -> None:
    step = f.shell("exit 7", "echo two", check=False)
    debug.shell(step, tmp_path / "look")
    done = run_script(["sh", "look/op.sh"], tmp_path)
    assert (done.returncode, done.stdout) == (0, "two\n")


def test_a_step_that_was_not_run_can_be_looked_at(session, tmp_path) -> None:
    step = f.shell("cat a", inp={"a": "text"})
    debug.shell(step, tmp_path / "look")
    assert about(tmp_path / "look")["status"] == "idle"
    assert run_script(["sh", "look/op.sh"], tmp_path).stdout == "text"


def test_values_whose_bytes_are_gone_are_errors_beside_what_is_left(session, tmp_path) -> None:
    step = f.shell("cat a; cat a > b; echo left >&2", inp={"a": b"large" * 20_000}, out=["b"])
    f.execute(step)
    state = session.backend.graph.states([step.operation.digest])[0]
    session.backend.data.delete(state.results[0].content)
    debug.shell(step, tmp_path / "look")
    errors = json.loads((tmp_path / "look" / "errors.json").read_text())
    assert {name: error["kind"] for name, error in errors.items()} == {
        "input:a": "DataMissing",
        "stdout:0": "DataMissing",
        "file:b": "DataMissing",
    }
    assert (tmp_path / "look" / "errors.txt").read_text().startswith("in the place of input:a")
    assert (tmp_path / "look" / "stderr0").read_text() == "left\n"
    kept = session.backend.graph.states([step.operation.digest])[0]
    assert not kept.status.is_finished, "the error says that the result is forgotten"


def test_damaged_bytes_are_never_taken_for_a_value(tmp_path) -> None:
    with f.Fun(f.Server("memory://", f"file://{tmp_path}/store")):
        step, other = [
            f.shell(text, inp={"a": b"large" * 20_000}) for text in ("cat a", "cat ./a")
        ]
        f.execute(step, other)
        (kept,) = [path for path in (tmp_path / "store").rglob("*") if is_large(path)]
        kept.chmod(0o600)
        kept.write_bytes(b"other" * 20_000)
        debug.shell(step, tmp_path / "look")
        debug.artefact(other.stdout, tmp_path / "value")
    assert "DataCorrupted" in (tmp_path / "look" / "errors.txt").read_text()
    # Whoever finds damaged bytes removes them, so that they can be stored again.
    assert "DataMissing" in (tmp_path / "value" / "errors.txt").read_text()
    assert not (tmp_path / "look" / "stdout0").exists()
    assert not (tmp_path / "value" / "value").exists()


def is_large(path: Path) -> bool:
    return path.is_file() and path.stat().st_size == 100_000


def test_variables_that_no_shell_can_set_are_named_in_a_comment(session, tmp_path) -> None:
    step = f.shell("echo $GOOD", env={"a.b": "1; echo bad", "GOOD": "good\nwine"})
    debug.shell(step, tmp_path / "look")
    assert "'a.b'" in (tmp_path / "look" / "op.env").read_text()
    assert run_script(["sh", "look/op.sh"], tmp_path).stdout == "good wine\n"


# -- Python steps


def test_a_python_step_is_called_again_by_its_script(session, tmp_path) -> None:
    step = f.task(area)(Shape(4, "square"), scale=2.5)
    f.execute(step)
    debug.python(step, tmp_path / "look")
    look = tmp_path / "look"
    assert json.loads((look / "inputs" / "0.json").read_text()) == {
        "sides": 4,
        "name": "square",
    }
    assert json.loads((look / "inputs" / "scale.json").read_text()) == 2.5
    assert [path.read_text() for path in (look / "outputs").iterdir()] == ["10.0"]
    done = run_script([sys.executable, "look/replay.py"], tmp_path)
    assert (done.returncode, done.stdout) == (0, "10.0\n"), done.stderr


def test_the_arguments_of_a_step_can_be_had_from_its_directory(session, tmp_path) -> None:
    step = f.task(area)(Shape(2, "line"), scale=1.0)
    f.execute(step)
    debug.python(step, tmp_path / "look")
    assert "line is flat" in (tmp_path / "look" / "errors.txt").read_text()
    loaded = debug.load(tmp_path / "look")
    assert (loaded.arguments[0].sides, loaded.keywords) == (2, {"scale": 1.0})
    with pytest.raises(ValueError, match="line is flat"):
        loaded.function(*loaded.arguments, **loaded.keywords)


def test_errors_among_the_inputs_are_kept(session, tmp_path) -> None:
    failed = f.task(area)(Shape(2, "line"), scale=1.0)
    strict, lenient = f.reduce(describe, failed), f.morph(rescue, failed, strict=False)
    f.execute(strict, lenient)
    debug.python(lenient, tmp_path / "lenient")
    loaded = debug.load(tmp_path / "lenient")
    assert loaded.function(*loaded.arguments) == "none"
    debug.python(strict, tmp_path / "strict")
    with pytest.raises(f.FunsiesError, match=r"input '0' has no value \(ExceptionRaised"):
        debug.load(tmp_path / "strict")


def test_a_value_is_written_with_the_step_that_made_it(session, tmp_path) -> None:
    step = f.reduce(describe, 2.0)
    f.execute(step)
    debug.artefact(step, tmp_path / "look")
    assert (tmp_path / "look" / "value.json").read_text() == '"size 2.0"'
    assert about(tmp_path / "look" / "step")["task"] == "describe"
    debug.anything(f.put(b"raw"), tmp_path / "constant")
    assert (tmp_path / "constant" / "value").read_bytes() == b"raw"


# -- the directory


def test_writing_again_replaces_what_was_written_and_nothing_else(session, tmp_path) -> None:
    step = f.task(area)(Shape(2, "line"), scale=1.0)
    f.execute(step)
    debug.artefact(step, tmp_path)
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "step" / "mine").mkdir()
    debug.artefact(f.put(3), tmp_path)
    assert not (tmp_path / "errors.txt").exists()
    assert not (tmp_path / "step" / "replay.py").exists()
    assert (tmp_path / "notes.txt").read_text() == "mine"
    assert (tmp_path / "step" / "mine").is_dir()
    assert (tmp_path / "value.json").read_text() == "3"


def test_a_directory_with_something_else_in_it_is_left_alone(session, tmp_path) -> None:
    (tmp_path / "thesis.tex").write_text("all of it")
    with pytest.raises(f.FunsiesError, match="name another"):
        debug.anything(f.reduce(describe, 2.0), tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_the_wrong_kind_of_step_is_refused_with_the_right_function(session, tmp_path) -> None:
    step, commands = f.reduce(describe, 2.0), f.shell("true")
    with pytest.raises(f.errors.WiringError, match=r"use debug\.python"):
        debug.shell(step, tmp_path / "look")
    with pytest.raises(f.errors.WiringError, match=r"use debug\.shell"):
        debug.python(commands.stdout, tmp_path / "look")
    with pytest.raises(f.errors.WiringError, match="constant"):
        debug.python(f.put(1), tmp_path / "look")


# -- again in this process


def test_a_replay_has_the_real_inputs_and_says_whether_the_result_is_the_same(session) -> None:
    step = f.task(area)(Shape(4, "square"), scale=2.5)
    f.execute(step)
    replay = prepare_replay(session.backend, step.producer)
    assert replay.call() == 10.0
    assert replay.is_as_stored(replay.encoded(10.0)) is True
    assert replay.is_as_stored(replay.encoded(11.0)) is False


def test_a_replay_has_the_environment_of_the_step(session) -> None:
    step = f.morph(variable, "FUNSIES_TEST", opt=f.options(env={"FUNSIES_TEST": "1"}))
    session.save()
    assert prepare_replay(session.backend, step.producer).call() == "1"
    assert "FUNSIES_TEST" not in os.environ


def test_a_replay_of_what_never_ran_names_the_step_that_failed(session) -> None:
    failed = f.task(area)(Shape(2, "line"), scale=1.0)
    after = f.reduce(describe, failed)
    f.execute(after)
    with pytest.raises(CannotReplayError, match=f"funsies replay {failed.producer.hex()[:10]}"):
        prepare_replay(session.backend, after.producer)


def test_a_shell_step_is_not_replayed_here(session) -> None:
    step = f.shell("true")
    session.save()
    with pytest.raises(CannotReplayError, match=r"op\.sh"):
        prepare_replay(session.backend, step.operation.digest)


def mark(path: str) -> None:
    Path(path).touch()


class Marker:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: str) -> None:
        self.path = path

    def __reduce__(self):
        return mark, (self.path,)


@pytest.mark.parametrize(
    "keys", [NO_KEYS, Keyring((b"another key",))], ids=["unsigned", "signed by others"]
)
def test_a_function_that_is_not_signed_with_our_key_is_never_unpickled(
    session, tmp_path, keys: Keyring
) -> None:
    """Neither replay nor debug touches it, and debug leaves it out of the directory."""
    trap = tmp_path / "trap"
    theirs = Session(session.server, replace(session.backend, keys=keys))
    marker = Marker(str(trap))

    @f.task(version=str(trap))
    def carrier(number: int) -> int:
        return number if marker else 0

    step = carrier(1)
    theirs.record(step.operation)
    theirs.save()
    ours = Session(session.server, replace(session.backend, keys=Keyring((b"our key",))))
    digest = Digest(step.producer)
    with pytest.raises(CannotReplayError, match="not signed"):
        prepare_replay(ours.backend, digest)
    debug.python(step, tmp_path / "look", connection=ours)
    assert not (tmp_path / "look" / "function.plan").exists()
    assert not (tmp_path / "look" / "replay.py").exists()
    assert "not signed" in (tmp_path / "look" / "NOT_SIGNED.txt").read_text()
    assert not trap.exists()
    prepare_replay(theirs.backend, digest)  # the trap works
    assert trap.exists()


def test_commands_that_are_not_signed_with_our_key_are_not_made_a_script(session, tmp_path):
    ours = Session(session.server, replace(session.backend, keys=Keyring((b"our key",))))
    step = f.shell("echo theirs")
    session.save()  # without a key, as anybody can who may write to the server
    debug.shell(step, tmp_path / "look", connection=ours)
    assert not (tmp_path / "look" / "op.sh").exists()
    assert "not signed" in (tmp_path / "look" / "NOT_SIGNED.txt").read_text()


@pytest.mark.parametrize("name", ["../evil", "stdout/../../evil0", "/evil", ".."])
def test_no_name_that_the_server_tells_leads_out_of_the_directory(name, tmp_path):
    with pytest.raises(FileNameError):
        ReplayDirectory(tmp_path / "look").path(name)
    assert "/" not in file_name(name, 0, name)
