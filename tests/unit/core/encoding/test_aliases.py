"""``type`` aliases stand for what they name, also where they name themselves."""

from __future__ import annotations

import pickle
import sys
from typing import TypeVar

import cloudpickle
import pytest
import typing_extensions

from funsies.core.encoding import contradicts, encoding_of, encoding_of_value
from funsies.core.errors import EncodingError

T = TypeVar("T")
Alias = typing_extensions.TypeAliasType

Numbers = Alias("Numbers", list[float])
Pair = Alias("Pair", tuple[T, T], type_params=(T,))


Tree = Alias("Tree", "int | list[Tree]")


def recursive():
    names = {}
    exec("type Json = bool | int | float | str | list[Json] | dict[str, Json] | None", names)  # noqa: S102  (syntax of Python 3.12)
    return names["Json"]


needs_type_statement = pytest.mark.skipif(
    sys.version_info < (3, 12), reason="the type statement is new in Python 3.12"
)


def test_an_alias_is_what_it_stands_for():
    assert encoding_of(Numbers) == encoding_of(list[float])
    assert encoding_of(dict[str, Numbers | None]) == encoding_of(dict[str, list[float] | None])


def test_the_text_of_an_alias_is_resolved_in_its_module():
    encoding = encoding_of(dict[str, Tree])
    assert encoding.descriptor == "dict[str, Tree]\ntype Tree = int | list[Tree]"
    assert encoding.decode(encoding.encode({"a": [1, [2]]})) == {"a": [1, [2]]}


def test_an_alias_may_have_type_arguments():
    assert encoding_of(Pair[int]) == encoding_of(tuple[int, int])


@needs_type_statement
def test_an_alias_may_mention_itself():
    json = recursive()
    encoding = encoding_of(json)
    value = {"a": [1, [2.5, {"b": None}], "c"], "d": {}}
    assert encoding.decode(encoding.encode(value)) == value
    assert encoding.descriptor == (
        "Json\ntype Json = float | dict[str, Json] | list[Json] | str | None"
    )
    assert encoding_of(list[json] | None).decode(
        encoding_of(list[json] | None).encode([value])
    ) == [value]
    with pytest.raises(EncodingError):
        encoding.encode({"a": [(1,)]})
    assert not contradicts(encoding, encoding_of_value(value))


@needs_type_statement
def test_an_alias_that_mentions_itself_can_be_pickled():
    encoding = encoding_of(dict[str, recursive()])
    found = pickle.loads(cloudpickle.dumps(encoding))  # noqa: S301  (made here)
    assert found.descriptor == encoding.descriptor
    assert found.decode(b'{"a":[1,[null]]}') == {"a": [1, [None]]}


@needs_type_statement
def test_classes_with_type_parameters_have_typed_fields():
    names = {}
    exec(_MODERN, names)  # noqa: S102  (syntax of Python 3.12)
    box, derived = names["Box"], names["Derived"]
    for annotation, value in [
        (box[bytes], box(b"x", [b"y"])),
        (derived[int], derived((1, 2), [(3, 4)])),
    ]:
        encoding = encoding_of(annotation)
        assert encoding.decode(encoding.encode(value)) == value


_MODERN = """
from dataclasses import dataclass

@dataclass
class Box[T]:
    content: T
    more: "list[T]"

@dataclass
class Derived[S](Box[tuple[S, S]]):
    pass
"""
