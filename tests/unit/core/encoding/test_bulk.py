"""Many values at once are written and read as each alone, whatever is among them."""

from __future__ import annotations

import gc
from collections import OrderedDict
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from enum import IntEnum
from typing import Any, NamedTuple, Optional
from unittest.mock import patch

import attrs
import msgspec
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from funsies.core.encoding import encoding_of, encoding_of_value
from funsies.core.encoding.node import Node
from funsies.core.encoding.parts import canonical_json
from funsies.core.encoding.refusal import ValueRefused
from funsies.core.errors import EncodingError, UnsupportedTypeError


class Level(IntEnum):
    LOW = 1


class Real(float):
    pass


@dataclass
class Plain:
    name: str
    x: float
    tag: str | None = None


@dataclass(frozen=True, slots=True)
class Slotted:
    name: str
    x: float
    tag: str | None = None


@dataclass
class Odd:
    """Its field is not simply what lies in its ``__dict__``."""

    name: str


Odd.name = property(lambda self: vars(self)["name"] + "!", lambda *_: None)


class Named(NamedTuple):
    name: str
    x: float
    tag: str | None = None


class Packed(msgspec.Struct):
    name: str
    x: float
    tag: str | None = None


@attrs.define(hash=True, cache_hash=True)
class Made:
    name: str
    x: float
    tag: str | None = None


@dataclass
class Line:
    start: Plain
    points: list[tuple[float, float]]
    names: dict[str, Plain]


texts = st.sampled_from(["", "a", "é", "\ud800", "$x", '"', "\n"]) | st.text(max_size=3)
numbers = st.floats() | st.sampled_from(
    [0, -1, 2**63 - 1, 2**63, -(2**63) - 1, True, 1e308, -0.0, np.float64(0.5), np.int32(1)]
)
odd_numbers = numbers | st.sampled_from([Level.LOW, Real(1.5), "1", None])
odd_texts = texts | st.sampled_from([np.str_("b"), None, 1])


def rows(kind):
    return st.lists(st.builds(kind, odd_texts, odd_numbers, st.none() | texts), max_size=4)


CASES = {
    list[float]: st.lists(odd_numbers),
    tuple[float, ...]: st.lists(odd_numbers).map(tuple),
    list[int]: st.lists(odd_numbers),
    list[str]: st.lists(odd_texts),
    list[float | None]: st.lists(odd_numbers),
    list[int | str]: st.lists(odd_numbers | odd_texts),
    list[list[float]]: st.lists(st.lists(numbers) | st.just((1.0,))),
    list[tuple[str, float]]: st.lists(st.tuples(texts, odd_numbers) | st.just(("a",))),
    set[str]: st.sets(odd_texts),
    set[float]: st.sets(numbers),
    dict[str, float]: st.dictionaries(texts, odd_numbers),
    dict[int, float]: st.dictionaries(st.integers() | texts, odd_numbers),
    dict[str, list[int]]: st.dictionaries(texts, st.lists(numbers)),
    list[dict[str, float]]: st.lists(st.dictionaries(odd_texts, numbers)),
    OrderedDict[str, float]: st.dictionaries(texts, odd_numbers).map(OrderedDict),
    list[Plain]: rows(Plain),
    list[Slotted]: rows(Slotted),
    list[Named]: rows(Named),
    list[Packed]: rows(Packed),
    list[Made]: rows(Made),
    list[Line]: st.lists(
        st.builds(
            Line,
            st.builds(Plain, texts, numbers),
            st.lists(st.tuples(numbers, numbers)),
            st.dictionaries(texts, st.builds(Plain, texts, odd_numbers)),
        ),
        max_size=3,
    ),
    Any: st.lists(odd_numbers) | st.lists(odd_texts) | st.dictionaries(odd_texts, odd_numbers),
}


@contextmanager
def each_alone():
    """Have every type write and read its values one by one."""
    with ExitStack() as patches:
        pending = [Node]
        while pending:
            kind = pending.pop()
            pending += kind.__subclasses__()
            for name in {"encode_all", "decode_all"} & vars(kind).keys():
                patches.enter_context(patch.object(kind, name, getattr(Node, name)))
        yield


def outcome(act, argument):
    try:
        return act(argument)
    except EncodingError as problem:
        return str(problem)


@pytest.mark.parametrize("annotation", CASES, ids=str)
@settings(max_examples=40)
@given(data=st.data())
def test_many_at_once_are_written_and_read_as_each_alone(annotation, data, identical):
    value, encoding = data.draw(CASES[annotation]), encoding_of(annotation)
    at_once = outcome(encoding.encode, value)
    with each_alone():
        alone = outcome(encoding.encode, value)
    if not isinstance(at_once, bytes):
        assert not isinstance(alone, bytes)
        return
    assert at_once == alone
    read = encoding.decode(at_once)
    with each_alone():
        assert identical(encoding.decode(at_once), read)


@pytest.mark.parametrize(
    ("annotation", "value", "path"),
    [
        (list[list[float]], [[1.0], [], [2.0, "x"]], "at [2][1]"),
        (dict[str, list[int]], {"a": [], "b": [1, "x"]}, "at ['b'][1]"),
        (list[dict[str, float]], [{}, {"a": 1.0, "b": "x"}], "at [1]['b']"),
        (list[tuple[str, float]], [("a", 1.0), ("b", "x")], "at [1][1]"),
        (list[Plain], [Plain("a", 1.0), Plain("b", "x")], "at [1].x"),
        (dict[str, list[Plain]], {"k": [Plain("a", 1.0), Plain(2, 2.0)]}, "at ['k'][1].name"),
        (tuple[list[Slotted], ...], ([], [Slotted("a", "x")]), "at [1][0].x"),
        (Any, [[1.0], {"k": (1, len)}], "at [1]['k'][1]"),
    ],
    ids=str,
)
def test_what_is_refused_among_many_is_named_by_its_place(annotation, value, path):
    with pytest.raises(EncodingError) as caught:
        encoding_of(annotation).encode(value)
    assert path in str(caught.value)


def test_what_is_refused_deep_inside_costs_no_more_than_what_is_not():
    """Each level is tried once, not twice: else thirty levels would take years."""
    value: Any = len
    for _ in range(30):
        value = [value, [1]]
    with pytest.raises(EncodingError, match="function"):
        encoding_of(Any).encode(value)


@dataclass
class Tree:
    children: list[Tree]
    left: Optional[Tree] = None  # noqa: UP045  (people write it so)


def test_a_value_inside_of_itself_twice_is_refused_and_fills_no_memory():
    tree = Tree([])
    tree.children += [tree, tree]
    with pytest.raises(EncodingError, match="inside itself"):
        encoding_of(list[Tree]).encode([tree, tree])


def test_objects_that_hold_more_or_less_than_their_fields_are_seen_among_many():
    encoding = encoding_of(list[Plain])
    more, less = Plain("a", 1.0), Plain("b", 1.0)
    more.extra = 1
    with pytest.raises(EncodingError, match="extra"):
        encoding.encode([less, more])
    del less.tag  # the class has a default, which is what the object shows
    assert encoding.encode([less]) == b'[{"name":"b","x":1.0,"tag":null}]'
    less.other = None  # as many as there are fields
    with pytest.raises(EncodingError, match="other"):
        encoding.encode([less, less])


def test_a_class_with_its_own_way_to_a_field_is_read_as_it_shows_itself():
    one = Odd("")
    vars(one)["name"] = "a"
    assert encoding_of(list[Odd]).encode([one, one]) == b'[{"name":"a!"},{"name":"a!"}]'


def test_nothing_of_a_value_is_shared_with_what_was_written():
    value = {"a": [1.0], "b": [2.0]}
    encoding = encoding_of(dict[str, list[float]])
    read = encoding.decode(encoding.encode(value))
    assert read == value
    assert read is not value
    assert read["a"] is not value["a"]


@pytest.mark.parametrize("is_on", [True, False])
def test_the_garbage_collector_is_as_it_was_when_a_large_value_was_read(is_on):
    encoding = encoding_of(list[int])
    data = encoding.encode(list(range(300_000)))
    was_on = gc.isenabled()
    (gc.enable if is_on else gc.disable)()
    try:
        encoding.decode(data)
        with pytest.raises(EncodingError):
            encoding_of(list[str]).decode(data)
        assert gc.isenabled() == is_on
    finally:
        (gc.enable if was_on else gc.disable)()


def test_a_node_says_which_of_many_it_refuses():
    with pytest.raises(ValueRefused) as caught:
        encoding_of(float).node.encode_all([1.0, 2.0, "x"])
    assert caught.value.position == 2
    assert canonical_json(encoding_of(float).node.encode_all([1.0])) == b"[1.0]"


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ([[[1]], [], [[2.5], [None]]], "list[list[list[float | None]]]"),
        (
            {"a": {"b": [1]}, "c": {}, "d": {1: ["x"]}},
            "dict[str, dict[int | str, list[int | str]]]",
        ),
        ([(1, "a"), (2, "b"), ()], "list[tuple[()] | tuple[int, str]]"),
        ([[(0,) * size for size in range(12)], [("a",)]], "list[list[tuple[int | str, ...]]]"),
    ],
    ids=repr,
)
def test_the_type_of_a_value_is_found_from_all_that_is_in_it(value, found):
    encoding = encoding_of_value(value)
    assert encoding.descriptor == found
    assert encoding.decode(encoding.encode(value)) == value


def test_the_type_of_a_value_inside_of_itself_is_refused_and_fills_no_memory():
    value: list[Any] = []
    value += [value, {"a": value, "b": (value, value)}]
    with pytest.raises(UnsupportedTypeError, match="inside itself"):
        encoding_of_value(value)
