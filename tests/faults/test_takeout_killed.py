"""A program is killed while it takes a value out: the file is not there, and nothing stays."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import pytest

import funsies as f
from funsies.client import files
from funsies.store.data import partial_beside
from tests.conftest import WORKERS


def build(kind: str) -> f.Artefact[bytes]:
    if kind == "file":
        return f.put(b"x" * 100_000)
    return f.shell("mkdir made; echo one > made/one", out=["made/"]).out["made/"]


def take_out_and_die(kind: str, target: str) -> None:
    """Be killed when all is written, and nothing is in its place."""

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    files.may_be_run = files._merge = die
    with f.Fun(f.Server("memory://")):
        value = build(kind)
        f.execute(value)
        f.takeout(value, target)


@pytest.mark.parametrize("kind", ["file", "directory"])
def test_the_next_one_removes_what_a_killed_program_has_left(kind: str, tmp_path: Path) -> None:
    target = tmp_path / "target"
    program = WORKERS.Process(target=take_out_and_die, args=(kind, str(target)))
    program.start()
    program.join(60)
    assert program.exitcode == -signal.SIGKILL
    (left,) = tmp_path.iterdir()
    assert list(left.iterdir())
    with f.Fun(f.Server("memory://")):
        value = build(kind)
        f.execute(value)
        f.takeout(value, target)
        f.takeout(value, target)
    assert list(tmp_path.iterdir()) == [target]


def test_who_writes_the_same_file_meanwhile_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with partial_beside(target) as first:
        first.write_text("first")
        with partial_beside(target) as second:
            assert second != first
            second.write_text("second")
        assert first.read_text() == "first"
    assert list(tmp_path.iterdir()) == []


def test_what_somebody_else_has_put_there_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "target"
    with partial_beside(target) as first:
        name = first.parent
    for make in (Path.touch, lambda path: path.symlink_to("/")):
        make(name)
        with partial_beside(target) as second:
            assert second.parent != name
        name.unlink()


def test_a_name_may_be_as_long_as_names_may_be(tmp_path: Path) -> None:
    with partial_beside(tmp_path / ("x" * 255)) as path:
        path.touch()
