"""Addresses stay what they are: databases outlive versions of funsies.

If one of these fails, results that users have computed would not be found any more. Raise
``SCHEMA_VERSION`` if the change is meant, say so in the changelog, and only then write the new
addresses here. They are the same under every version of Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

import funsies as f
from funsies.core.digest import SCHEMA_VERSION, content_digest, digest, encode_record, trace_key


@f.task(version="1")
def by_version(x: int, y: float = 0.5) -> float:
    return x * y


@f.task
def by_code(x: int, y: float = 0.5) -> float:
    """Docstrings do not count."""
    return x * y  # nor do comments


@dataclass
class Point:
    x: float
    n: int


@f.task(version="1")
def moved(point: Point, y: int = 0) -> Point:
    return Point(point.x + y, point.n)


@f.task(version="1")
def added(*numbers: float, **more: float) -> float:
    return sum(numbers) + sum(more.values())


def test_the_rules_have_not_changed() -> None:
    assert SCHEMA_VERSION == 3
    record = encode_record((b"b", "s", 255, True, None, ["a", ()], -1))
    assert record == b"l7:b1:bs1:si2:fft1:1n0:l2:s1:al0:i2:-1"
    assert digest("tag", "a").hex() == GOLDEN["digest"]


@pytest.mark.parametrize(
    ("value", "name"),
    [
        (1, "int"),
        (1.0, "float"),
        ("text", "str"),
        (b"bytes", "bytes"),
        ([1, 2], "list"),
        ({"b": 1, "a": 2}, "dict"),
        (None, "None"),
    ],
)
def test_constants(value: Any, name: str) -> None:
    assert f.put(value).hash == GOLDEN[name]


def test_python_steps() -> None:
    made = by_version(3, y=2.0)
    assert made.operation is not None
    assert made.operation.task.digest.hex() == GOLDEN["task by version"]
    assert made.operation.digest.hex() == GOLDEN["operation"]
    assert made.hash == GOLDEN["artefact"]


def test_python_steps_known_by_their_code() -> None:
    assert by_code(3, y=2.0).hash == GOLDEN["artefact by code"]
    assert f.reduce(sum, [1, 2]).hash == GOLDEN["built-in"]


def test_steps_with_several_results_and_dynamic_steps() -> None:
    quotient, remainder = f.py(divmod, 7, 2, out=(int, int))
    assert quotient.hash == GOLDEN["first of two"]
    assert remainder.hash == GOLDEN["second of two"]


@pytest.mark.parametrize("attempt", ["the first", "one that looks like it"])
def test_steps_in_other_ways(attempt: str) -> None:
    """A second call is prepared by the first, and has the same address."""
    assert moved(Point(1.5, 2), y=3).hash == GOLDEN["dataclass"], attempt
    assert added(*range(12)).hash == GOLDEN["twelve inputs"]
    assert added(by_version(1), extra=by_version(2)).hash == GOLDEN["artefacts"]
    assert f.morph(moved.fn, Point(0.5, 1)).hash == GOLDEN["morph"]
    assert f.put("text").map(str.upper).hash == GOLDEN["map"]


def test_shell_steps() -> None:
    step = f.shell(
        "sort a > b", "true", inp={"a": "text"}, out=["b"], env={"A": "1"}, check=False
    )
    assert step.operation.task.digest.hex() == GOLDEN["shell task"]
    assert step.hash == GOLDEN["shell operation"]
    assert step.out["b"].hash == GOLDEN["shell file"]
    assert step.stdouts[1].hash == GOLDEN["shell stdout"]


def test_traces() -> None:
    key = trace_key(digest("task", "a"), [("0", True, False, content_digest(b"1"))])
    assert key.hex() == GOLDEN["trace"]


GOLDEN = {
    "digest": "eebda86bf6fb0bd0fe7bfb71c6766ef6b9d6cb24d77ed05024b5185990eb1d71",
    "int": "a63b1b01c32e1a8e89e7ce1106c4b011a68fcdfaaa6c117acf6f0f1dc0edd578",
    "float": "c726f78f773066db9ded7202fd909cb4623282e35671fa9ddc1dd752094e2179",
    "str": "ac3c0e8f27a60a861f81f60bf90c90402e0c17fbc03e4b8fff6f4cb20d599dad",
    "bytes": "60d0ff73ff4fc724f93fe4bd14b37f7a1f8999ae5ea20606534fc9ae358a34da",
    "list": "887aae1c4d45f2bfd62eebfe63c60cd4840db766413544f388aef823a6db86ed",
    "dict": "67b357a0f971c8be53fdb4b6d86f523ccf35da5da1cc9b66dba9cd49f504bb26",
    "None": "74d1607bb5133877477618730a4c41dd98bde861696cf77b68a42ae4d5fe15eb",
    "task by version": "fad3b4fce943b161e58bb4f9a86ee251e8495839148e5b2b345b4d572238be9b",
    "operation": "55575f2fb45647115bbeb80a4f4db880ff418e2db38744c088ce9e8387aa3815",
    "artefact": "0c63faf1aa1582735137798c6e76c9d24ad4beeab2c3baf3da291f6738499edd",
    "artefact by code": "a8379f5955eb7e8c8e447afe8ad0f0d30e4e187c231c0384aa4b7401144da50c",
    "built-in": "41dd42c54ca31e48bb56ceb106b7fe624c166b3249944ca1ecff577860ef822f",
    "first of two": "b1883acdce99ce92a2030a95932865c3bb5d1d4e065d591b0f28862e17aaec02",
    "second of two": "4744c5cee124fe3d98f4b040763a46d4b0e723ed79514a5baf49055e23ebb82f",
    "shell task": "76360e191256c329c836f3b262f76dac42b66c94d4b58b2915492ac160ed398e",
    "shell operation": "2da2f0e3c8884c0eadf2f01d9ec44e7ebf6422228cfd2ab6f772f895d58d2575",
    "shell file": "202759c940198a301e8b15018fe85be09c003ca644cc804ba7564dc57f4f56d8",
    "shell stdout": "92354f27191ae5b883c5f197536812259642b4814dae8655635a40190837f387",
    "dataclass": "93bd30b0c5be019cc746f1e15614d0ffc77ce6a2777a28d028722271f61bf1b0",
    "twelve inputs": "167d416956b948069945836b4340723a9484e02663adbb276d185574641134ea",
    "artefacts": "fd627b4254b3a4ff9344d2f4b971f3f952cea3956222298593fe8332802ec49b",
    "morph": "09de5085ed612364f9e91aba0e6aa21d046e49597a8d09ee2a979f08ff967e8d",
    "map": "35e5a4ca6fb0dfc6dae49b34c9646d45101a0a847b05b07c796c3c7ef6418f4b",
    "trace": "a49c3b5aa22e6566b1ea3e24424ecc7296ce5db39f90eb5979f0bd2c6810c031",
}
