"""A class of a library has no encoding: the message says what people do with such a thing."""

from __future__ import annotations

import queue
import socket
import threading
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

from funsies.core.encoding import encoding_of
from funsies.core.errors import EncodingError, UnsupportedTypeError


class Own(np.ndarray):
    pass


FRAME = pd.DataFrame({"kind": ["a", "b", "a"], "number": [1.0, 2.0, 3.0]})
CASES = [
    (FRAME.groupby("kind"), "dict(list(...))"),
    (FRAME["number"].rolling(2), "return what is computed from it"),
    (np.random.default_rng(1), "pass a seed"),
    (np.random.RandomState(1), "pass a seed"),
    (np.ma.array([1, 2], mask=[0, 1]), "pass its data and its mask"),
    (np.zeros(2).view(Own), "np.asarray(it)"),
    (queue.Queue(), "annotate it as funsies.Pickled[Queue], where"),
    (threading.Lock(), "make it inside of the function"),
    (threading.Thread(), "make it inside of the function"),
]


@pytest.mark.parametrize(("value", "remedy"), CASES, ids=lambda each: type(each).__name__)
def test_a_value_and_an_annotation_get_the_remedy_of_their_library(value, remedy):
    see_refused(value, remedy)


def test_a_model_gets_the_remedy_of_its_library_too():
    model = pytest.importorskip("sklearn.linear_model").LogisticRegression()  # takes a second
    see_refused(model, "annotate it as funsies.Pickled[LogisticRegression], where")


def see_refused(value, remedy):
    for refused in (lambda: encoding_of(Any).encode([value]), lambda: encoding_of(type(value))):
        with pytest.raises(EncodingError) as told:
            refused()
        assert remedy in str(told.value)
        assert "dataclass" not in str(told.value)


def test_a_figure_is_returned_as_the_bytes_of_its_picture():
    figure = pytest.importorskip("matplotlib.figure").Figure
    with pytest.raises(UnsupportedTypeError, match="savefig"):
        encoding_of(figure)
    with pytest.raises(EncodingError, match="savefig"):
        encoding_of(Any).encode(figure().subplots())


def test_a_class_of_the_user_may_become_a_dataclass():
    class Mine:
        pass

    with pytest.raises(UnsupportedTypeError, match="make it a dataclass"):
        encoding_of(Mine)


def test_a_socket_in_a_cell_of_a_frame_is_named_with_its_place():
    with (
        socket.socket() as opened,
        pytest.raises(EncodingError, match=r"at \['it'\]\[0\]: .*make it inside"),
    ):
        encoding_of(pd.DataFrame).encode(pd.DataFrame({"it": [opened]}))


@pytest.mark.parametrize(
    ("value", "remedy"),
    [
        (np.zeros(2), "pass .tolist() of it"),
        (FRAME["number"], "pass .tolist() of it"),
        (pl.Series([1.0]), "pass .to_list() of it"),
        (pa.array([1.0]), "pass .tolist() of it"),
    ],
)
def test_an_array_or_a_column_for_a_list_is_told_how_it_becomes_one(value, remedy):
    with pytest.raises(EncodingError, match="expected list") as told:
        encoding_of(list[float]).encode(value)
    assert remedy in str(told.value)
