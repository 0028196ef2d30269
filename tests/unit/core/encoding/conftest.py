"""What it means that a value came back: equal, and of the same types all the way down."""

from __future__ import annotations

import dataclasses
import operator
from collections import deque
from datetime import datetime, time
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest


def is_identical(left: object, right: object) -> bool:
    """True if the two cannot be told apart: NaN is NaN, and dicts have an order."""
    if type(left) is not type(right):
        return False
    if names := _field_names(type(left)):
        return all(is_identical(getattr(left, name), getattr(right, name)) for name in names)
    compare = next((one for kinds, one in _COMPARISONS if isinstance(left, kinds)), operator.eq)
    return compare(left, right)


def _field_names(kind):
    if dataclasses.is_dataclass(kind):
        return [field.name for field in dataclasses.fields(kind)]
    attributes = getattr(kind, "__attrs_attrs__", ())
    return getattr(kind, "__struct_fields__", ()) or [field.name for field in attributes]


def _are_texts_identical(left, right):
    return repr(left) == repr(right)


def _are_parts_identical(left, right):
    limits = getattr(left, "maxlen", None) == getattr(right, "maxlen", None)
    return limits and len(left) == len(right) and all(map(is_identical, left, right))


def _are_sets_identical(left, right):
    return _typed(left) == _typed(right)


def _are_dicts_identical(left, right):
    if list(left) != list(right):
        return False
    factories = getattr(left, "default_factory", None), getattr(right, "default_factory", None)
    return (
        factories[0] is factories[1]
        and _typed(left) == _typed(right)
        and all(is_identical(value, right[key]) for key, value in left.items())
    )


def _typed(items):
    return {(type(item), repr(item) if isinstance(item, float) else item) for item in items}


def _are_arrays_identical(left, right):
    about = [(each.dtype, each.shape, each.tobytes()) for each in (left, right)]
    return about[0] == about[1]


def _are_frames_identical(left, right):
    is_frame = isinstance(left, pd.DataFrame)
    compare = pd.testing.assert_frame_equal if is_frame else pd.testing.assert_series_equal
    try:
        compare(left, right, check_exact=True)
    except AssertionError:
        return False
    return True


_COMPARISONS = (
    ((pd.DataFrame, pd.Series), _are_frames_identical),
    (np.ndarray, _are_arrays_identical),
    ((float, complex, range, datetime, time, Decimal), _are_texts_identical),
    (dict, _are_dicts_identical),
    ((list, tuple, deque), _are_parts_identical),
    ((set, frozenset), _are_sets_identical),
)


@pytest.fixture(scope="session")
def identical():
    return is_identical
