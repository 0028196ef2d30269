"""Values and files go into a workflow and come out as they were."""

from __future__ import annotations

import enum
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import pytest
from returns.result import Success

import funsies as f
from funsies.core.digest import Digest
from funsies.core.errors import ErrorKind, NoServerError, WiringError
from funsies.session import Session
from funsies.store.connect import INLINE_BYTES
from funsies.store.data.verify import verified_reader

from .small_steps import fails

LARGE = 3 * INLINE_BYTES


class Colour(enum.Enum):
    RED = 1


@dataclass(frozen=True)
class Sample:
    name: str
    weights: dict[int, tuple[float, ...]]
    colour: Colour


@pytest.mark.usefixtures("session")
def test_values_come_back_as_they_were_through_a_step() -> None:
    def same(sample: Sample) -> Sample:
        return sample

    sample = Sample("é\ud800", {1: (float("inf"), -0.0), -(10**30): ()}, Colour.RED)
    step = f.reduce(same, sample)
    f.execute(step)
    assert f.take(step) == sample
    assert type(f.take(step).weights[1]) is tuple


@dataclass(frozen=True)
class Holder:
    parts: dict[str, int]


@pytest.mark.usefixtures("session")
def test_dicts_keep_their_order_wherever_they_go(tmp_path: Path) -> None:
    def turned(d: dict[str, int]) -> dict[str, int]:
        return dict(reversed(d.items()))

    def named(**numbers: int) -> dict[str, int]:
        return numbers

    given = {"b": 1, "c": 3, "a": 2}
    steps: list[f.Artefact[Any]] = [
        f.put(given),
        f.reduce(turned, dict(reversed(given.items()))),
        f.morph(lambda d: d, given),
        f.morph(lambda d: {**d}, f.reduce(turned, f.reduce(turned, given)), out=dict),
        f.reduce(lambda h: h.parts, Holder(given), out=dict[str, int]),
        f.gather({key: f.put(value) for key, value in given.items()}),
        f.task(named)(**given),
    ]
    file = f.shell("cat in.json", inp={"in.json": given})
    f.execute(steps, file)
    assert [list(f.take(each).items()) for each in steps] == [list(given.items())] * len(steps)
    assert f.take(file.stdout) == b'{"b":1,"c":3,"a":2}'
    f.takeout(steps[1], tmp_path / "out.json")
    assert (tmp_path / "out.json").read_text() == '{"b":1,"c":3,"a":2}'


@pytest.mark.usefixtures("session")
def test_values_without_annotations_are_what_they_were() -> None:
    values: list[Any] = [None, True, 1, 1.5, "text", b"bytes", [1, "a"], {"a": [None]}, (1, 2)]
    steps = [f.reduce(lambda x: x, value) for value in values[:5]]
    constants = [f.put(value) for value in values]
    f.execute(steps, constants)
    assert [f.take(each) for each in steps] == values[:5]
    assert [f.take(each) for each in constants] == values


@pytest.mark.usefixtures("session")
def test_large_values_go_in_and_out() -> None:
    text, data = "x" * LARGE, os.urandom(LARGE)

    def both(one: str, other: bytes) -> tuple[str, bytes]:
        return one[::-1], other[::-1]

    one, other = f.py(both, text, data)
    f.execute(one, other)
    assert f.take(one) == text
    assert f.take(other) == data[::-1]


def test_files_are_put_and_taken_out(session: Session, tmp_path: Path) -> None:
    source, target = tmp_path / "in", tmp_path / "out"
    source.write_bytes(bytes(range(256)) * (LARGE // 256))
    data = f.put_file(source)
    step = f.shell("cat a a > b", inp={"a": data}, out=["b"])
    f.execute(step)
    f.takeout(step.out["b"], target)
    assert target.read_bytes() == 2 * source.read_bytes()
    assert f.take(data) == source.read_bytes()
    assert f.put_file(source) == data == f.put(source.read_bytes())


def test_takeout_writes_bytes_text_and_json(session: Session, tmp_path: Path) -> None:
    for value, written in ((b"\0raw", b"\0raw"), ("té", "té".encode()), ({"a": 1}, b'{"a":1}')):
        f.takeout(f.put(value), tmp_path / "out")
        assert (tmp_path / "out").read_bytes() == written
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


def test_takeout_of_an_error_leaves_the_file_alone(session: Session, tmp_path: Path) -> None:
    target = tmp_path / "out"
    target.write_text("before")
    step = f.reduce(fails, 1)
    f.execute(step)
    with pytest.raises(f.UnwrapError, match="ValueError: no 1"):
        f.takeout(step, target)
    assert target.read_text() == "before"


def test_takeout_of_damaged_bytes_says_so_as_take_does(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(digest: Digest) -> BinaryIO:
        return verified_reader(digest, 5, iter([b"other"]))

    data = f.put_file(__file__)
    monkeypatch.setattr(type(session.backend.data), "open", lambda _, digest: damaged(digest))
    for get in (f.take, lambda artefact: f.takeout(artefact, tmp_path / "out")):
        with pytest.raises(f.UnwrapError, match="DataCorrupted"):
            get(data)
    assert not list(tmp_path.iterdir())


def test_takeout_says_that_the_server_went_away_meanwhile(
    session: Session, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken_off() -> Iterator[bytes]:
        yield b"begin"
        raise NoServerError("no server answers at redis://here")

    data = f.put_file(__file__)
    stream = verified_reader(data.reference.content, 9, broken_off())
    monkeypatch.setattr(type(session.backend.data), "open", lambda *_: stream)
    with pytest.raises(NoServerError, match="no server answers at redis://here"):
        f.takeout(data, tmp_path / "out")
    assert not list(tmp_path.iterdir())


@pytest.mark.usefixtures("session")
def test_take_gives_the_value_or_says_why_there_is_none() -> None:
    fine, bad, idle = f.reduce(abs, -1), f.reduce(fails, 1), f.reduce(abs, -2)
    f.execute(fine, bad)
    assert f.take(fine, strict=False) == Success(1)
    assert f.take(bad, strict=False).failure().kind is ErrorKind.ExceptionRaised
    with pytest.raises(f.UnwrapError, match="ExceptionRaised in fails"):
        f.take(bad)
    with pytest.raises(
        f.UnwrapError, match=r"not been executed, or was forgotten: use execute\(\)"
    ):
        f.take(idle)
    assert f.unwrap(Success(3)) == 3
    with pytest.raises(f.UnwrapError):
        f.unwrap(f.take(bad, strict=False))


@pytest.mark.usefixtures("session")
def test_only_plain_files_are_put(tmp_path: Path) -> None:
    """Reading a named pipe would wait for ever, reading some devices never ends."""
    os.mkfifo(tmp_path / "pipe")
    for name in (tmp_path / "pipe", tmp_path, Path("/dev/zero")):
        with pytest.raises(WiringError, match=f"{name}' is not a plain file"):
            f.put_file(name)
    with pytest.raises(FileNotFoundError, match="missing"):
        f.put_file(tmp_path / "missing")


@pytest.mark.usefixtures("session")
def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    value = f.put("text")
    with pytest.raises(FileNotFoundError) as raised:
        f.takeout(value, tmp_path / "missing" / "out")
    assert str(raised.value).endswith(f"'{tmp_path}/missing/out'")
    longest = tmp_path / ("x" * 255)
    f.takeout(value, longest)
    assert longest.read_text() == "text"


@pytest.mark.usefixtures("session")
def test_only_artefacts_are_taken() -> None:
    for thing in ("1a2b3", 3):
        with pytest.raises(WiringError, match="is not an artefact; give what"):
            f.take(thing)  # type: ignore[arg-type]
    for several in ([f.put(1)], (f.put(1),), {"a": f.put(1)}):
        with pytest.raises(WiringError, match=r"\[f\.take\(each\) for each in"):
            f.take(several)  # type: ignore[arg-type]
    with pytest.raises(WiringError, match=r"several values; take .stdout or"):
        f.take(f.shell("true"))  # type: ignore[arg-type]
