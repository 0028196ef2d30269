"""``options(fresh_directory=True)``: a Python step in an empty directory of its own."""

from __future__ import annotations

import os
import tempfile
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import funsies as f
from funsies.core.errors import ErrorKind

from .lab import Lab


@pytest.fixture(params=["lab", "horse"])
def either(request: pytest.FixtureRequest) -> Lab:
    """A program that runs steps itself, and a worker."""
    made: Lab = request.getfixturevalue(request.param)
    return made


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where fresh directories are made; empty when they have been removed."""
    made = tmp_path / "temporary"
    made.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(made))
    return made


def writes(number: int) -> list[str]:
    before = [path.name for path in Path().iterdir()]
    Path("scratch.dat").write_text(str(number))
    return [*before, Path("scratch.dat").read_text(), str(Path.cwd())]


def test_steps_do_not_find_each_others_files(either: Lab, temporary: Path) -> None:
    steps = [f.reduce(writes, number, opt=f.options(fresh_directory=True)) for number in (1, 2)]
    either.run(*steps)
    (first, where), (second, elsewhere) = map(either.take, steps)
    assert (first, second) == ("1", "2")
    assert where != elsewhere
    assert list(temporary.iterdir()) == []
    assert not Path("scratch.dat").exists()


def test_the_default_is_the_directory_of_the_process(
    either: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    step = f.reduce(writes, 1)
    either.run(step)
    assert either.take(step)[-1] == str(tmp_path)
    assert Path("scratch.dat").read_text() == "1"


def fails() -> int:
    Path("scratch.dat").touch()
    raise ValueError("on purpose")


def leaves() -> int:
    raise SystemExit


def changes_directory() -> int:
    os.chdir("/")
    return 1


def removes_it() -> int:
    Path.cwd().rmdir()
    return 1


def locks_itself_out() -> int:
    Path("inside").mkdir()
    Path("inside/file").touch()
    Path("inside").chmod(0)
    Path.cwd().chmod(0)
    return 1


@pytest.mark.parametrize(
    "function", [fails, leaves, changes_directory, removes_it, locks_itself_out]
)
def test_it_is_removed_and_left_whatever_the_step_does(
    either: Lab, temporary: Path, function: Callable[[], int]
) -> None:
    here = Path.cwd()
    either.run(f.reduce(function, opt=f.options(fresh_directory=True)))
    assert list(temporary.iterdir()) == []
    assert Path.cwd() == here


def test_it_is_removed_after_a_timeout(either: Lab, temporary: Path) -> None:
    def waits() -> int:
        Path("scratch.dat").touch()
        threading.Event().wait(600)
        return 1

    step = f.reduce(waits, opt=f.options(fresh_directory=True, timeout=0.2))
    either.run(step)
    assert either.error(step).kind is ErrorKind.JobTimedOut
    assert list(temporary.iterdir()) == []


def test_an_isolated_step_has_one_too(horse: Lab, temporary: Path) -> None:
    step = f.reduce(writes, 1, opt=f.options(fresh_directory=True, isolated=True))
    horse.run(step)
    assert horse.take(step)[0] == "1"
    assert list(temporary.iterdir()) == []


def test_a_dynamic_step_has_one_too(either: Lab, temporary: Path) -> None:
    def builds(number: int) -> f.Artefact[list[str]]:
        return f.put(writes(number))

    with f.Fun(f.Server("memory://"), f.options(fresh_directory=True)):
        step = f.put(3).bind(builds)
    either.run(step)
    assert either.take(step)[0] == "3"
    assert list(temporary.iterdir()) == []


def test_where_none_can_be_made_another_worker_may_try(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
    step = f.reduce(writes, 1, opt=f.options(fresh_directory=True))
    lab.run(step)
    error = lab.error(step)
    assert error.kind is ErrorKind.NotLoadable
    assert error.is_infrastructure
    assert "TMPDIR" in error.details


def test_threads_of_a_program_have_their_turns(temporary: Path) -> None:
    """They share one working directory; so four steps that write one name do not meet."""
    here = Path.cwd()

    def run(number: int) -> list[str]:
        with f.Fun(f.Server("memory://"), f.options(fresh_directory=True)):
            step = f.reduce(writes, number)
            f.execute(step)
            return f.take(step)

    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(run, range(4)))
    assert [each[0] for each in found] == ["0", "1", "2", "3"]
    assert len({each[-1] for each in found}) == 4
    assert Path.cwd() == here
    assert list(temporary.iterdir()) == []


def where(_: int) -> str:
    return str(Path.cwd())


def where_after(inside: str, leave: str) -> str:
    """Say that it is there, and wait for a word."""
    Path(inside).write_text("inside")
    Path(leave).read_text()
    return str(Path.cwd())


def test_a_thread_does_not_take_a_fresh_directory_for_that_of_the_program(
    temporary: Path, tmp_path: Path
) -> None:
    """It waits with an ordinary step until the other one is out of its directory."""
    here = str(Path.cwd())
    inside, leave = tmp_path / "inside", tmp_path / "leave"
    os.mkfifo(inside)
    os.mkfifo(leave)

    def run(function: Callable[..., str], *arguments: object, fresh_directory: bool) -> str:
        with f.Fun(f.Server("memory://"), f.options(fresh_directory=fresh_directory)):
            step = f.reduce(function, *arguments)
            f.execute(step)
            return f.take(step)

    with ThreadPoolExecutor(2) as threads:
        fresh = threads.submit(run, where_after, str(inside), str(leave), fresh_directory=True)
        inside.read_text()
        ordinary = threads.submit(run, where, 1, fresh_directory=False)
        leave.write_text("leave")
        assert str(temporary) in fresh.result(30)
        assert ordinary.result(30) == here
    assert str(Path.cwd()) == here
