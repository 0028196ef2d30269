"""The time of a step is that of its own code, not of its inputs and results."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

import funsies as f
from funsies.core.shell_plan import ShellPlan
from funsies.run.shell import step as shell_step
from funsies.run.shell.input_files import InputFile

from .lab import Lab


def tell(place: str, word: str) -> None:
    with Path(place).open("a") as file:
        file.write(f"{word} ")


class Noted:
    """A value that notes when it is read and stored."""

    def __init__(self, place: str) -> None:
        self.place = place


def store(value: Noted) -> bytes:
    tell(value.place, "stored")
    return value.place.encode()


def read(data: bytes) -> Noted:
    tell(data.decode(), "read")
    return Noted(data.decode())


f.register_codec("noted-when", Noted, store, read)


def make(place: str) -> Noted:
    tell(place, "make")
    return Noted(place)


def hand_on(value: Noted) -> Noted:
    tell(value.place, "hand-on")
    return value


def build(value: Noted) -> f.Artefact[int]:
    tell(value.place, "build")
    return f.put(3)


def test_the_time_of_a_function_is_that_of_its_code(tmp_path: Path) -> None:
    place = str(tmp_path / "notes")

    @contextmanager
    def timed(timeout_seconds: float | None) -> Iterator[None]:
        tell(place, f"begin:{timeout_seconds}")
        yield
        tell(place, "end")

    lab = Lab(tmp_path, timed=timed)
    last = f.reduce(hand_on, f.reduce(make, place), opt=f.options(timeout_seconds=60))
    lab.run(last)
    assert Path(place).read_text().split() == [
        *("begin:None", "make", "end", "stored"),
        *("read", "begin:60.0", "hand-on", "end", "stored"),
    ]
    Path(place).unlink()
    lab.run(last.bind(build))
    assert Path(place).read_text().split() == ["read", "begin:None", "build", "end"]


def test_the_time_of_commands_does_not_begin_while_their_inputs_are_written(
    scratch: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted: list[object] = []

    @contextmanager
    def timed(timeout_seconds: float | None) -> Iterator[None]:
        noted.append(timeout_seconds)
        yield
        noted.append((scratch / "ran").exists())

    def open_input() -> io.BytesIO:
        noted.append("input")
        return io.BytesIO(b"")

    def deadline_after(timeout_seconds: float | None) -> None:
        noted.append(("deadline after", timeout_seconds))

    monkeypatch.setattr(shell_step, "deadline_after", deadline_after)
    plan = ShellPlan((f"touch {scratch}/ran",), ("absent",))
    limits = {"directory": scratch, "timeout_seconds": 60, "timed": timed}
    with shell_step.run_shell(plan, {"a": InputFile(open_input)}, **limits):
        assert noted == ["input", 60, ("deadline after", 60), True]
