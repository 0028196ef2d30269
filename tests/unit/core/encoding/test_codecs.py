"""Users can teach funsies how to store a class of theirs."""

from __future__ import annotations

import json
import pickle
from abc import ABC, abstractmethod
from array import array
from dataclasses import dataclass
from typing import Any, get_origin

import pytest

from funsies.core.encoding import (
    Codec,
    add_missing_codecs,
    encoding_of,
    encoding_of_value,
    register_codec,
    unregister_codec,
)
from funsies.core.errors import EncodingError, UnsupportedTypeError


class Matrix:
    def __init__(self, rows):
        self.rows = rows

    def __eq__(self, other):
        return isinstance(other, Matrix) and self.rows == other.rows

    def __hash__(self):
        return hash(repr(self.rows))


def write(matrix):
    return repr(matrix.rows).encode()


def read(data):
    return Matrix(
        [[float(x) for x in row.split(",")] for row in data.decode()[2:-2].split("], [")]
    )


@pytest.fixture
def matrix_codec():
    register_codec("test-matrix", Matrix, write, read)
    yield
    unregister_codec("test-matrix")


@dataclass
class Model:
    weights: Matrix
    name: str


@dataclass
class Atom:
    symbol: str


@pytest.mark.usefixtures("matrix_codec")
def test_a_registered_class_is_stored_by_its_codec():
    value = Matrix([[1.0, 2.0], [3.0, 4.0]])
    encoding = encoding_of(Matrix)
    assert encoding.wire == "test-matrix"
    assert encoding.encode(value) == b"[[1.0, 2.0], [3.0, 4.0]]"
    assert encoding.decode(encoding.encode(value)) == value
    assert encoding.descriptor == "Matrix by codec test-matrix"
    assert encoding_of_value(value) == encoding


@pytest.mark.usefixtures("matrix_codec")
def test_a_registered_class_can_be_part_of_other_values():
    value = Model(Matrix([[1.0]]), "a")
    encoding = encoding_of(Model | Matrix | None)
    assert encoding.decode(encoding.encode(value)) == value
    assert encoding.decode(encoding.encode(value.weights)) == value.weights
    stored = encoding_of(Model).encode(value)
    assert stored == b'{"weights":{"$codec":"test-matrix","data":"W1sxLjBdXQ=="},"name":"a"}'


@pytest.mark.usefixtures("matrix_codec")
def test_a_codec_that_fails_is_a_clear_error():
    with pytest.raises(EncodingError, match="the codec test-matrix failed: ValueError"):
        encoding_of(Matrix).decode(b"nonsense")
    with pytest.raises(EncodingError, match="expected Matrix, got a value of type array"):
        encoding_of(Matrix).encode(array("d"))


def test_a_class_has_no_encoding_without_its_codec():
    with pytest.raises(UnsupportedTypeError, match="register a codec"):
        encoding_of(Matrix)


def test_a_codec_cannot_replace_an_encoding():
    for kind in (int, list, Atom, dict):
        with pytest.raises(EncodingError, match="has an encoding already"):
            register_codec("mine", kind, lambda _: b"", lambda _: None)


@pytest.mark.usefixtures("matrix_codec")
def test_a_name_belongs_to_one_class():
    for name in ("json", "blob", "test-matrix"):
        with pytest.raises(EncodingError, match="is taken"):
            register_codec(name, array, bytes, array)


@pytest.mark.usefixtures("matrix_codec")
def test_registering_again_replaces_the_codec():
    """So that a notebook cell can be run twice."""
    register_codec("test-matrix", Matrix, lambda _: b"new", read)
    assert encoding_of(Matrix).encode(Matrix([])) == b"new"


def test_a_codec_must_make_bytes():
    register_codec("test-matrix", Matrix, lambda matrix: matrix.rows, read)
    try:
        with pytest.raises(EncodingError, match="made list, not bytes"):
            encoding_of(Matrix).encode(Matrix([]))
    finally:
        unregister_codec("test-matrix")


class Wide(Matrix):
    pass


class Square(Wide):
    pass


@dataclass
class Labelled(Matrix):
    rows: list[list[float]]
    label: str


def named(matrix):
    return f"{type(matrix).__name__} {matrix.rows!r}".encode()


def by_name(data):
    name, _, rows = data.decode().partition(" ")
    return globals()[name](json.loads(rows))


@pytest.fixture
def with_subclasses():
    register_codec("test-matrix", Matrix, named, by_name, subclasses=True)
    yield
    unregister_codec("test-matrix")


def same(annotation, value):
    encoding = encoding_of(annotation)
    found = encoding.decode(encoding.encode(value))
    return found == value and type(found) is type(value)


@pytest.mark.usefixtures("with_subclasses")
@pytest.mark.parametrize("kind", [Matrix, Wide, Square])
def test_a_codec_can_take_the_subclasses_of_its_class(kind):
    value = kind([[1.5]])
    bases = [base for base in kind.__mro__ if issubclass(base, Matrix)]
    for base in bases:
        assert encoding_of(base).encode(value) == f"{kind.__name__} [[1.5]]".encode()
        for annotation in (base, base | None, int | base, list[base], dict[str, base | int]):
            wrapped = {list: [value], dict: {"a": value}}
            assert same(annotation, wrapped.get(get_origin(annotation), value))
    assert same(Any, value)
    assert same(Any, {"deep": (value,)})
    assert encoding_of_value(value) == encoding_of(kind)


@pytest.mark.usefixtures("with_subclasses")
def test_what_is_no_subclass_is_refused():
    with pytest.raises(EncodingError, match="expected Wide, got a value of type Matrix"):
        encoding_of(Wide).encode(Matrix([]))
    with pytest.raises(EncodingError, match="made a value of type Matrix, not Wide"):
        encoding_of(Wide).decode(b"Matrix [[1.5]]")


@pytest.mark.usefixtures("with_subclasses")
def test_the_nearest_base_writes_a_value():
    register_codec("test-wide", Wide, named, by_name, subclasses=True)
    try:
        assert encoding_of(Square).wire == "test-wide"
        assert encoding_of(Matrix).wire == "test-matrix"
        assert same(list[Matrix], [Square([[1.5]]), Matrix([[1.5]]), Wide([[1.5]])])
        assert same(Any, Square([[1.5]]))
        with pytest.raises(EncodingError, match=r"of its own.*annotate Matrix \| Square"):
            encoding_of(Matrix).encode(Square([[1.5]]))
        assert same(Matrix | Square, Square([[1.5]]))
    finally:
        unregister_codec("test-wide")


@pytest.mark.usefixtures("with_subclasses")
def test_a_codec_for_one_class_leaves_its_subclasses_to_their_bases():
    register_codec("test-wide", Wide, named, by_name)
    try:
        assert encoding_of(Wide).wire == "test-wide"
        assert encoding_of(Square).wire == "test-matrix"
        assert same(list[Wide], [Square([[1.5]]), Wide([[1.5]])])
    finally:
        unregister_codec("test-wide")


@pytest.mark.usefixtures("with_subclasses")
def test_a_subclass_with_fields_is_written_by_the_codec_too():
    """It says what is to be kept of all of them."""
    assert encoding_of(Labelled).wire == "test-matrix"
    with pytest.raises(EncodingError, match="the codec test-matrix failed: TypeError"):
        encoding_of(Labelled).encode(Labelled([[1.5]], "a"))


@pytest.mark.usefixtures("matrix_codec")
def test_what_loses_the_class_is_refused_where_it_is_written():
    register_codec("test-matrix", Matrix, write, read, subclasses=True)
    assert same(Matrix, Matrix([[1.5]]))
    for annotation in (Matrix, Wide, Matrix | None, Any):
        with pytest.raises(EncodingError, match="makes a Matrix of a Wide; register a codec"):
            encoding_of(annotation).encode(Wide([[1.5]]))


@pytest.mark.usefixtures("matrix_codec")
def test_a_codec_for_one_class_names_the_way_to_subclasses():
    for annotation in (Matrix, list[Matrix], Any):
        value = [Wide([])] if annotation == list[Matrix] else Wide([])
        with pytest.raises(EncodingError, match="subclasses=True"):
            encoding_of(annotation).encode(value)
    with pytest.raises(UnsupportedTypeError, match=r"base Matrix takes.*subclasses"):
        encoding_of(Wide)
    assert same(list[Matrix], [Matrix([[1.5]])])


@pytest.mark.usefixtures("with_subclasses")
def test_compiled_types_see_codecs_that_come_and_go():
    """Those of workers come with the steps that need them."""
    assert encoding_of(Square).wire == "test-matrix"
    codec = Codec("test-square", Square, named, by_name)
    add_missing_codecs([codec])
    assert encoding_of(Square).wire == "test-square"
    unregister_codec("test-square")
    assert encoding_of(Square).wire == "test-matrix"


class Base(ABC):
    @abstractmethod
    def act(self): ...


class Actor(Base):
    def act(self):
        return 1


@dataclass
class Player(Base):
    name: str

    def act(self):
        return 2


def test_an_abstract_class_has_a_codec_with_its_subclasses_only():
    with pytest.raises(EncodingError, match=r"is abstract.*subclasses=True"):
        register_codec("test-base", Base, pickle.dumps, pickle.loads)
    assert encoding_of(Player).wire == "json"
    register_codec("test-base", Base, pickle.dumps, pickle.loads, subclasses=True)
    try:
        value = encoding_of(Base).decode(encoding_of(Base).encode(Actor()))
        assert type(value) is Actor
        assert same(Base, Player("a"))
        assert encoding_of(Player).wire == "test-base"
    finally:
        unregister_codec("test-base")
    assert encoding_of(Player).wire == "json"


def test_a_codec_is_for_a_class():
    with pytest.raises(EncodingError, match="for a class; a value of type function is none"):
        register_codec("test-function", write, write, read)


def test_a_codec_whose_name_does_not_come_first_is_told_so():
    with pytest.raises(
        EncodingError, match=r"comes first: register_codec\('molecule', the cla"
    ):
        register_codec(Matrix, "molecule", str.encode, bytes.decode)
