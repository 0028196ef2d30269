"""What is on the server is found by its hash."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import funsies as f
from funsies.client.lookup import find
from funsies.core.encoding import unregister_codec
from funsies.core.errors import UnknownHashError, WiringError

from .small_steps import half


@pytest.mark.usefixtures("session")
def test_artefacts_are_found_by_any_unique_beginning_of_their_hash() -> None:
    step, shown = f.reduce(half, 3), f.shell("echo a")
    f.execute(step, shown)
    assert f.take(f.get(step.hash)) == 1.5
    assert f.take(f.get(step.hash[:20].upper())) == 1.5
    assert f.take(f.get(step.operation.digest.hex())) == 1.5
    assert f.take(f.get(shown.stdout.hash)) == b"a\n"
    assert f.get(step.hash) == step


@pytest.mark.usefixtures("session")
def test_unknown_and_ambiguous_hashes_are_named() -> None:
    steps = [f.reduce(half, n) for n in range(40)]
    f.execute(steps)
    with pytest.raises(UnknownHashError, match=r"nothing on .* begins with 'abcdef0"):
        f.get("abcdef0123456789")
    with pytest.raises(UnknownHashError, match="not a hash"):
        f.get("xyz")
    with pytest.raises(UnknownHashError, match="not a hash"):
        f.get("")
    digits = [each.hash[0] for each in steps]
    common = max(digits, key=digits.count)
    with pytest.raises(UnknownHashError, match=f"'{common}' is ambiguous: .*give more digits"):
        f.get(common)
    shown = f.shell("true")
    f.execute(shown)
    with pytest.raises(UnknownHashError, match="operation with 3 outputs: name one of"):
        f.get(shown.hash)


@pytest.mark.usefixtures("session")
def test_what_was_found_goes_on_as_an_input() -> None:
    step = f.reduce(half, 3)
    f.execute(step)
    found = f.get(step.hash)
    last = f.reduce(lambda x: x * 2, found)
    f.execute(last)
    assert f.take(last) == 3.0
    f.reset(found)
    f.execute(found, options=f.options(distributed=False))
    assert f.take(step) == 1.5


def test_a_graph_that_was_never_executed_is_known_after_fun(
    redis_server_here: f.Server,
) -> None:
    with f.Fun(redis_server_here):
        step = f.reduce(half, 3)
    with f.Fun(redis_server_here, f.options(distributed=False)):
        found = f.get(step.hash)
        f.execute(found)
        assert f.take(found) == 1.5


@dataclass(frozen=True)
class Point:
    x: int
    ways: dict[str, Decimal]


class Molecule:
    def __init__(self, smiles: str) -> None:
        self.smiles = smiles


POINT = Point(1, {"b": Decimal("0.10"), "a": Decimal(2)})


def point_or_none(x: int) -> Point | int:
    return POINT if x else 0


def point(x: int) -> Point:
    return POINT


def pair(x: int) -> tuple[int, Decimal]:
    return x, Decimal("1.50")


def molecule(smiles: str) -> Molecule:
    return Molecule(smiles)


@pytest.fixture
def codec() -> Iterator[None]:
    f.register_codec(
        "smiles",
        Molecule,
        lambda molecule: molecule.smiles.encode(),
        lambda data: Molecule(data.decode()),
    )
    yield
    unregister_codec("smiles")


@pytest.mark.usefixtures("session")
def test_what_is_found_has_the_type_that_the_step_said() -> None:
    step = f.reduce(pair, 3)
    f.execute(step)
    assert f.take(f.get(step.hash)) == (3, Decimal("1.50"))
    assert repr(f.get(step.hash)).startswith("<Artefact[tuple[int, Decimal]]")
    later = f.reduce(lambda both: both[0], f.get(step.hash), out=int)
    assert later == f.reduce(lambda both: both[0], step, out=int)


@pytest.mark.usefixtures("session")
def test_objects_of_other_programs_are_read_as_json_or_as_what_they_are_said_to_be() -> None:
    steps = [f.reduce(point, 1), f.reduce(point_or_none, 1), f.put(POINT)]
    f.execute(steps, f.reduce(lambda _: None, steps[2]))
    plain = {"x": 1, "ways": {"b": "0.10", "a": "2"}}
    assert [f.take(f.get(each.hash)) for each in steps] == [plain] * 3
    assert f.take(f.get(steps[0].hash, as_type=Point)) == POINT
    assert f.take(f.get(steps[1].hash, as_type=Point | int)) == POINT
    assert f.take(f.get(steps[2].hash, as_type=Point)) == POINT
    moved = f.reduce(lambda given: given.x, f.get(steps[0].hash, as_type=Point), out=int)
    f.execute(moved)
    assert f.take(moved) == 1


@pytest.mark.usefixtures("session", "codec")
def test_what_a_codec_wrote_is_read_by_it_and_is_bytes_without_it() -> None:
    steps = [f.reduce(molecule, "CCO"), f.put(Molecule("CCO"))]
    f.execute(steps, f.reduce(lambda _: None, steps[1]))
    for each in steps:
        assert f.take(f.get(each.hash)).smiles == "CCO"
        assert f.take(f.get(each.hash, as_type=Molecule)).smiles == "CCO"
        assert f.take(f.get(each.hash, as_type=bytes)) == b"CCO"
        with pytest.raises(WiringError, match=r"by the codec 'smiles'.*as_type=bytes"):
            f.get(each.hash, as_type=str)
    unregister_codec("smiles")
    assert [f.take(f.get(each.hash)) for each in steps] == [b"CCO"] * 2


@pytest.mark.usefixtures("session")
def test_what_cannot_be_read_without_its_type_is_read_as_it_stands() -> None:
    step = f.gather([f.reduce(point_or_none, 1), f.put(POINT), f.reduce(pair, 1), f.put("$a")])
    f.execute(step)
    plain = {"x": 1, "ways": {"b": "0.10", "a": "2"}}
    assert f.take(f.get(step.hash)) == [plain, plain, [1, "1.50"], "$a"]


@pytest.mark.usefixtures("session")
def test_a_type_that_the_value_is_not_is_refused() -> None:
    step, shown, made = f.reduce(half, 3), f.shell("echo a"), f.reduce(pair, 3)
    f.execute(step, shown, made)
    assert f.take(f.get(step.hash, as_type=float)) == 1.5
    assert f.take(f.get(made.hash, as_type=Sequence[Any])) == (3, Decimal("1.50"))
    for wrong, kind in ((step, str), (step, bytes), (shown.stdout, str), (made, list[int])):
        with pytest.raises(WiringError, match=r"as_type= says that .* leave as_type= out"):
            f.get(wrong.hash, as_type=kind)
    with pytest.raises(f.UnwrapError, match="cannot read this as int"):
        f.take(f.get(step.hash, as_type=int))


@pytest.mark.usefixtures("session")
def test_a_step_is_found_by_its_name() -> None:
    first, named = f.reduce(half, 3), f.reduce(half, 5, name="the half of five")
    f.execute(first, named, f.shell("echo a", name="shown"))
    assert f.get("half") == first
    assert f.take(f.get("the half of five", as_type=float)) == 2.5
    with pytest.raises(UnknownHashError, match=r"operation with 3 outputs.*\(stdout:0\)"):
        f.get("shown")
    with pytest.raises(UnknownHashError, match="is not a hash, nor the label"):
        f.get("other")


def test_what_nobody_is_called_is_told_where_labels_are_listed(session: Any) -> None:
    f.execute([f.reduce(half, n) for n in (3, 5)])
    with pytest.raises(UnknownHashError, match=r"Did you mean half\(x=3\).*funsies ls --steps"):
        find(session.backend, "hlf(x=3)")


@pytest.mark.usefixtures("session")
def test_several_steps_of_a_name_are_listed_with_their_inputs() -> None:
    def add(x: int, y: int = 1, *, note: str = "") -> int:
        return x + y

    one = f.reduce(add, 1)
    other = f.task(add)(one, 2, note="twice")
    f.execute(other)
    with pytest.raises(UnknownHashError) as raised:
        f.get("add")
    lines = str(raised.value).splitlines()
    assert lines[0].startswith(
        "there are 2 steps with the name 'add'; give the label or the hash of"
    )
    assert sorted(lines[1:]) == sorted(
        [
            f"  {one.operation.digest.hex()[:10]}  add(x=1)",
            f"  {other.operation.digest.hex()[:10]}  add(y=2, note=twice)",
        ]
    )


@pytest.mark.usefixtures("session")
def test_a_name_that_may_be_the_beginning_of_a_hash_is_not_guessed() -> None:
    steps = [f.reduce(half, n) for n in range(40)]
    name = steps[0].hash[:2]
    named = f.reduce(half, 100, name=name)
    f.execute(steps, named)
    with pytest.raises(
        UnknownHashError, match=f"'{name}' is the name of a step or a task, and"
    ):
        f.get(name)
    lonely = f.reduce(half, 100, name="facade")
    f.execute(lonely)
    assert f.get("facade") == lonely


READER = """
import sys
import funsies as f

with f.Fun(f.Server(sys.argv[1])):
    print(f.take(f.get("point")), f.take(f.get("pair")), f.take(f.get("molecule")))
"""


@pytest.mark.usefixtures("codec")
def test_values_are_read_by_a_program_that_knows_nothing_of_the_script(
    redis_url: str, tmp_path: Path
) -> None:
    with f.Fun(f.Server(redis_url), f.options(distributed=False)):
        f.execute(f.reduce(point, 1), f.reduce(pair, 3), f.reduce(molecule, "CCO"))
    done = subprocess.run(
        [sys.executable, "-c", READER, redis_url],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    expected = {"x": 1, "ways": {"b": "0.10", "a": "2"}}
    assert done.stdout == f"{expected} {(3, Decimal('1.50'))} {b'CCO'}\n"


def test_what_is_no_text_is_told_to_be_at_hand_or_none(session) -> None:
    step = f.shell("true")
    for thing in (step, step.stdout):
        with pytest.raises(WiringError, match=r"is at hand: take\(\) gives its value"):
            f.get(thing)
    for thing in (3, b"1a2b", None):
        with pytest.raises(WiringError, match=r"get\(\) takes a text.* is none"):
            f.get(thing)
