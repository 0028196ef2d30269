"""Axes of arrays: who has them, and which ones no array can have at once."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from funsies.core.axes import are_other_axes, have_shape, read_axes
from funsies.core.shape import Shape

WORDS = st.sampled_from(["0", "1", "3", "#3", "n", "m", "_", "k=3", "n+1", "#b"])
MORE = st.sampled_from(["...", "*batch", "*#batch"])


@st.composite
def texts(draw):
    first, last = draw(st.lists(WORDS, max_size=3)), draw(st.lists(WORDS, max_size=2))
    return " ".join([*first, draw(MORE), *last] if draw(st.booleans()) else first)


SHAPES = st.lists(st.sampled_from([0, 1, 2, 3]), max_size=5).map(tuple)


@given(texts(), texts(), SHAPES)
def test_axes_that_are_others_are_those_of_no_array(one, other, shape):
    left, right = read_axes(one), read_axes(other)
    assert are_other_axes(left, right) == are_other_axes(right, left)
    if have_shape(left, shape) and have_shape(right, shape):
        assert not are_other_axes(left, right)


@given(texts(), SHAPES)
def test_what_is_written_of_axes_means_the_same(text, shape):
    axes = read_axes(text)
    again = read_axes(axes.written())
    assert again.written() == axes.written()
    assert have_shape(again, shape) == have_shape(axes, shape)


@given(texts(), SHAPES)
@example("... #b #b", (0, 2))
@example("#b b #b", (1, 3, 3))
@example("b #b b", (2, 1, 1))
def test_axes_mean_what_they_mean_to_jaxtyping(text, shape):
    np, jaxtyping = pytest.importorskip("numpy"), pytest.importorskip("jaxtyping")
    if "+" not in text:  # only jaxtyping's own decorator calculates
        array = np.zeros(shape)
        assert have_shape(read_axes(text), shape) == isinstance(
            array, jaxtyping.Shaped[np.ndarray, text]
        )


@pytest.mark.parametrize(
    ("one", "other"),
    [("n 3", "n 4"), ("n 3", "_"), ("... 3", "... n 4"), ("3 4 ...", "3"), ("#3", "4")],
)
def test_sizes_and_numbers_of_axes_that_differ_are_found(one, other):
    assert are_other_axes(read_axes(one), read_axes(other))


@pytest.mark.parametrize(
    ("shape", "notation"),
    [
        (Shape["*", 3], "_ 3"),
        (Shape[3], "3"),
        (Shape[()], ""),
        (Shape[..., "n", "n"], "... n n"),
    ],
)
def test_a_shape_means_its_axes(shape, notation):
    assert shape.axes == read_axes(notation)


def test_a_shape_is_shown_as_it_is_written():
    assert repr(Shape[..., "n", 3]) == "Shape[..., 'n', 3]"
    assert repr(Shape[()]) == "Shape[()]"


@pytest.mark.parametrize("axis", [-1, 1.5, True, None, "a b", "", "3", (2, 3)])
def test_what_is_no_axis_is_refused_where_it_is_written(axis):
    with pytest.raises(TypeError, match="an axis of Shape is a number"):
        Shape["n", axis]
    with pytest.raises(TypeError, match=r"\.\.\. once"):
        Shape[..., 3, ...]
