"""Users can teach funsies how to store a class of theirs."""

from __future__ import annotations

from array import array
from dataclasses import dataclass

import pytest

from funsies.core.encoding import (
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
