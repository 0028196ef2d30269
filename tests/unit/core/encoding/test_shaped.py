"""Data types and axes that annotations name are those of what is stored and of what is read."""

from __future__ import annotations

import pickle
import re
from dataclasses import dataclass
from typing import Annotated, Any

import cloudpickle
import pytest

from funsies.core.encoding import contradicts, decode_for, encoding_of
from funsies.core.errors import EncodingError, UnsupportedTypeError
from funsies.core.shape import Shape

np = pytest.importorskip("numpy")
NDArray = pytest.importorskip("numpy.typing").NDArray
jaxtyping = pytest.importorskip("jaxtyping")
from jaxtyping import Bool, Float, Float32, Float64, Int, Num, Shaped  # noqa: E402


class Counts(jaxtyping.AbstractDtype):  # type: ignore[misc, name-defined]  # imported above
    dtypes = ["uint8", re.compile("int.*")]  # noqa: RUF012 - as jaxtyping wants it


@dataclass
class Molecule:
    positions: Float64[np.ndarray, "n 3"]  # type: ignore[name-defined]  # noqa: F722
    charges: Annotated[NDArray[np.int64], Shape["*"]]


FITTING = [
    (Annotated[np.ndarray, Shape["*", 3], np.float64], np.zeros((2, 3))),
    (Annotated[NDArray[np.float64], Shape["*", 3]], np.zeros((0, 3))),
    (Annotated[np.ndarray, Shape[()]], np.array(1)),
    (Annotated[np.ndarray, np.floating], np.zeros(2, "f4")),
    (Annotated[np.ndarray, np.float32, np.float64], np.zeros(2, "f4")),
    (Annotated[np.ndarray, np.void], np.zeros(2, [("x", "f4")])),
    (Annotated[np.recarray, Shape[2]], np.zeros(2, [("x", "f4")]).view(np.recarray)),
    (Float[np.ndarray, "n 3"], np.zeros((2, 3), ">f4")),
    (Float[np.ndarray, "n n"], np.zeros((3, 3), order="F")),
    (Num[np.ndarray, "*batch 3"], np.zeros((1, 2, 3), complex)),
    (Shaped[np.ndarray, "..."], np.array(["a"])),
    (Bool[np.ndarray, "_"], np.array([True])),
    (Float[np.ndarray, "n n+1"], np.zeros((1, 1))),
    (Float[Float32[np.ndarray, "n"], "m"], np.zeros((1, 2), "f4")),
    (Float[float, ""], 1.5),
    (Float[Any, "2"], np.zeros(2)),
    (Float[np.ndarray, "n"] | Int[np.ndarray, "n"] | None, np.arange(3)),
    (Counts[np.ndarray, "n"], np.arange(3)),
    (list[Float[np.ndarray, "3"]], [np.zeros(3)]),
]
WRONG = [
    (Annotated[np.ndarray, Shape["*", 3], np.float64], np.zeros((2, 4)), "shape (2, 4)"),
    (Annotated[np.ndarray, Shape["*", 3]], np.zeros(3), "shape (3,)"),
    (Annotated[np.ndarray, Shape["n", "n"]], np.zeros((2, 3)), "shape (2, 3)"),
    (Annotated[NDArray[np.float64], Shape[2]], np.arange(2), "astype(np.float64)"),
    (Annotated[np.ndarray, np.integer], np.zeros(2), "astype(np.int64)"),
    (Float[np.ndarray, "n 3"], np.zeros((2, 2)), "shape (2, 2)"),
    (Float[np.ndarray, "n"], np.arange(2), "astype(np.float64)"),
    (Float[Float32[np.ndarray, "n"], "m"], np.zeros((1, 2)), "astype(np.float32)"),
    (Float[np.ndarray, "n"], [1.0], "expected ndarray, got a value of type list"),
    (Int[np.ndarray, "n"] | Bool[np.ndarray, "n"], np.zeros(2), "array of float64"),
    (Counts[np.ndarray, "n"], np.zeros(3), "array of float64"),
    (Float[Any, "2"], 3, "got a int"),
    (list[Float[np.ndarray, "3"]], [np.zeros(2)], "at [0]: "),
    (Molecule, Molecule(np.zeros((2, 3)), np.zeros(2, int).reshape(1, 2)), "at .charges: "),
]


@pytest.mark.parametrize(("annotation", "value"), FITTING, ids=str)
def test_what_fits_comes_back(annotation, value):
    encoding = encoding_of(annotation)
    found = encoding.decode(encoding.encode(value))
    np.testing.assert_array_equal(found, value)
    assert type(found) is type(value)
    assert getattr(found, "dtype", None) == getattr(value, "dtype", None)


@pytest.mark.parametrize(("annotation", "value", "problem"), WRONG, ids=str)
def test_what_does_not_fit_is_refused_with_the_remedy(annotation, value, problem):
    with pytest.raises(EncodingError, match=re.escape(problem)):
        encoding_of(annotation).encode(value)


@pytest.mark.parametrize(("annotation", "value", "problem"), WRONG[:8], ids=str)
def test_the_reader_of_what_any_array_may_be_looks_too(annotation, value, problem):
    produced = encoding_of(np.ndarray)
    with pytest.raises(EncodingError, match=re.escape(problem)):
        decode_for(encoding_of(annotation), produced, produced.encode(value))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Annotated[np.ndarray, Shape["*", 3]], Float[np.ndarray, "n 4"]),
        (Annotated[NDArray[np.float64], Shape["*", 3]], Float[np.ndarray, "n"]),
        (Float[np.ndarray, "..."], Int[np.ndarray, "..."]),
        (Float[np.ndarray, "n"], NDArray[np.int64]),
        (Float[np.ndarray, "n"] | Int[np.ndarray, "n"], Bool[np.ndarray, "n"]),
        (list[Float[np.ndarray, "3"]], list[Float[np.ndarray, "4"]]),
        (Float[np.ndarray, "n"], list[float]),
        (Counts[np.ndarray, "n"], Float[np.ndarray, "n"]),
    ],
    ids=str,
)
def test_what_can_never_fit_is_known_before_there_is_a_value(one, other):
    assert contradicts(encoding_of(one), encoding_of(other))
    assert contradicts(encoding_of(other), encoding_of(one))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (Annotated[np.ndarray, Shape["*", 3]], Float[np.ndarray, "n m"]),
        (Float[np.ndarray, "n"], NDArray[np.float32]),
        (Float[np.ndarray, "n"], np.ndarray),
        (Float[np.ndarray, "n"] | Int[np.ndarray, "n"], Int[np.ndarray, "3"]),
        (Float[np.ndarray, "n"], Any),
        (Shaped[np.ndarray, "... 3"], Bool[np.ndarray, "2 3"]),
    ],
    ids=str,
)
def test_what_may_fit_is_let_through(one, other):
    assert not contradicts(encoding_of(one), encoding_of(other))
    assert not contradicts(encoding_of(other), encoding_of(one))


def test_names_of_axes_are_no_part_of_the_type():
    same = encoding_of(Float[np.ndarray, "atoms 3"])
    assert encoding_of(Float[np.ndarray, "n 3"]) == same
    assert encoding_of(Float[np.ndarray, "n n"]) != encoding_of(Float[np.ndarray, "n m"])
    assert encoding_of(Float[np.ndarray, "n 4"]) != same
    assert encoding_of(Float64[np.ndarray, "n 3"]) != same


@pytest.mark.parametrize("annotation", [each for each, _ in FITTING] + [Molecule], ids=str)
def test_such_a_type_travels(annotation):
    encoding = encoding_of(annotation)
    again = pickle.loads(cloudpickle.dumps(encoding))  # noqa: S301 - made right here
    assert again.descriptor == encoding.descriptor


def test_a_shape_of_what_has_none_is_refused():
    with pytest.raises(UnsupportedTypeError, match="leave the shape out"):
        encoding_of(Annotated[list[int], Shape[3]])


def test_a_class_of_scalars_beside_another_type_means_nothing():
    assert encoding_of(Annotated[float, np.float64]) == encoding_of(float)
