"""Workflows that are committed, and recalled on other inputs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

import funsies as f
from funsies.errors import UnknownHashError, WiringError


def add(a: int, b: float) -> float:
    return a + b


def twice(a: int) -> int:
    return 2 * a


def test_a_committed_workflow_is_recalled_on_other_inputs(session: object) -> None:
    first, second = f.put(3), f.put(0.5)
    total = f.reduce(add, f.morph(twice, first), second)
    kept = f.shell("cat in > out", inp={"in": f.morph(twice, first)}, out=["out"])
    address = f.parametric.commit(
        "calc", {"a": first, "b": second}, {"total": total, "file": kept.out["out"]}
    )
    f.execute(total, kept)
    recalled = f.parametric.recall(address, {"a": 10})
    f.execute(*recalled.values())
    assert f.take(recalled["total"]) == 20.5
    assert f.take(recalled["file"]) == b"20"


def test_recall_computes_only_what_depends_on_the_new_inputs(session: object) -> None:
    first, second = f.put(3), f.put(0.5)
    total = f.reduce(add, f.morph(twice, first), second)
    f.parametric.commit("calc", {"b": second}, {"total": total})
    f.execute(total)
    handle = f.execute(f.parametric.recall("calc", {"b": 1.5})["total"])
    assert "twice" not in handle.counts().tasks
    assert handle.counts().tasks["add"].executed == 1


@dataclass(frozen=True)
class Point:
    x: int


def point_at(x: int) -> Point:
    return Point(x)


def total_x(points: list[Point]) -> int:
    return sum(point.x for point in points)


def test_recalled_values_of_the_users_classes_are_read_as_such_in_lists_too(
    session: object,
) -> None:
    first = f.put(1)
    f.parametric.commit("point", {"x": first}, {"point": f.morph(point_at, first)})
    points = [f.parametric.recall("point", {"x": x})["point"] for x in (2, 3)]
    total = f.morph(total_x, f.gather(points))
    f.execute(total)
    assert f.take(total) == 5


def test_recall_without_inputs_is_what_was_committed(session: object) -> None:
    first = f.put(3)
    doubled = f.morph(twice, first)
    f.parametric.commit("twice", {"a": first}, {"out": doubled})
    assert f.parametric.recall("twice", {})["out"] == doubled


@pytest.mark.parametrize(
    ("inputs", "message"),
    [({"z": 1}, "its inputs are 'a'"), ({"a": "x"}, "is int"), ({"a": 1.5}, "is int")],
)
def test_recall_refuses_what_does_not_fit(
    session: object, inputs: dict[str, object], message: str
) -> None:
    first = f.put(3)
    f.parametric.commit("twice", {"a": first}, {"out": f.morph(twice, first)})
    with pytest.raises(WiringError, match=message):
        f.parametric.recall("twice", inputs)


def test_recall_of_an_unknown_name_lists_what_there_is(session: object) -> None:
    first = f.put(3)
    f.parametric.commit("twice", {"a": first}, {"out": f.morph(twice, first)})
    with pytest.raises(UnknownHashError, match="'twice'"):
        f.parametric.recall("thrice", {})


@pytest.mark.parametrize(
    ("name", "inp", "out", "message"),
    [
        ("name", {"n": 2}, {"m": f.put(2)}, r"inp= .* 'n' is 2: use put\(2\)"),
        ("name", {"n": f.put(2)}, {"m": 3}, r"out= .* 'm' is 3"),
        ("name", [f.put(2)], {"m": f.put(2)}, r"inp= .* artefacts by name, not \["),
        ("name", {"n": f.put(2)}, {}, "at least one output"),
        ("", {"n": f.put(2)}, {"m": f.put(2)}, "'' cannot be the name"),
        ("a\nb", {"n": f.put(2)}, {"m": f.put(2)}, "cannot be the name"),
    ],
)
def test_commit_refuses_what_is_no_workflow(
    session: object, name: str, inp: Any, out: Any, message: str
) -> None:
    with pytest.raises(WiringError, match=message):
        f.parametric.commit(name, inp, out)
    with pytest.raises(UnknownHashError, match="nothing yet"):
        f.parametric.recall("name", {})


def test_a_workflow_is_recalled_by_any_beginning_of_its_hash(session: object) -> None:
    number = f.put(2)
    hashes = [
        f.parametric.commit(name, {"n": number}, {"out": number.map(str)})
        for name in ("one", "other")
    ]
    assert f.parametric.recall(hashes[1][:12], {}) == f.parametric.recall("other", {})
    with pytest.raises(UnknownHashError, match="nothing was committed as ''"):
        f.parametric.recall("", {})
    with pytest.raises(WiringError, match="values by name, not 3"):
        f.parametric.recall("one", 3)  # type: ignore[arg-type]


def test_commit_refuses_an_input_that_nothing_depends_on(session: object) -> None:
    with pytest.raises(WiringError, match="no output depends on the input b"):
        f.parametric.commit("odd", {"b": f.put(7)}, {"out": f.morph(twice, 1)})


@pytest.mark.usefixtures("session")
def test_where_a_float_was_committed_an_integer_is_taken() -> None:
    half = f.put(1.0)
    f.parametric.commit(
        "half", {"n": half}, {"half": f.reduce(lambda n: n / 2, half, out=float)}
    )
    for three in (3, f.put(3), f.reduce(int, "3", out=int)):
        found = f.parametric.recall("half", {"n": three})["half"]
        f.execute(found)
        assert f.take(found) == 1.5


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("value", [3.0, 3.5, "put", "computed"])
def test_where_an_integer_was_committed_a_float_is_refused_with_the_edit(value) -> None:
    number = f.put(1)
    f.parametric.commit("twice", {"n": number}, {"twice": f.reduce(twice, number)})
    made = {"put": lambda: f.put(3.5), "computed": lambda: f.reduce(float, "3", out=float)}
    given = made[value]() if value in made else value
    with pytest.raises(
        WiringError, match=r"'n' of 'twice' is int.*Commit it with a float, put\(1.0\)"
    ):
        f.parametric.recall("twice", {"n": given})
