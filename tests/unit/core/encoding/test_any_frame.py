"""Any frame comes back as it was, and is the same bytes however it lies in memory."""

from __future__ import annotations

from collections.abc import Hashable
from datetime import UTC, timedelta, timezone
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.core.encoding import encoding_of
from funsies.core.encoding.parts import whole

from .test_pandas import assert_comes_back

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
npst = pytest.importorskip("hypothesis.extra.numpy")

ROWS = st.integers(0, 6)
UNITS = st.sampled_from(["s", "ms", "us", "ns"])
ZONES = st.sampled_from([None, UTC, ZoneInfo("Europe/Berlin"), timezone(timedelta(hours=-3))])
NUMBERS = st.sampled_from(["i1", "u2", "i4", "i8", "f4", "f8", "c16", "?"])
MASKED = st.sampled_from(["Int8", "UInt32", "Int64", "Float32", "Float64", "boolean"])
TEXTS = st.text(st.characters(), max_size=5)
UNICODE = st.text(st.characters(exclude_categories=["Cs"]), max_size=5)
MISSING = st.sampled_from([None, float("nan"), pd.NA])
CELLS = st.one_of(
    TEXTS,
    MISSING,
    st.integers(),
    st.floats(),
    st.booleans(),
    st.sampled_from([pd.NaT, pd.Timestamp("2020"), Decimal("1.50"), np.float32(1), np.int8(3)]),
    st.lists(st.integers() | TEXTS, max_size=2),
)
LABELS = st.one_of(
    UNICODE, st.integers(-9, 9), st.tuples(st.integers(0, 2), UNICODE), st.none()
)


def sized(draw, elements, rows):
    return draw(st.lists(elements, min_size=rows, max_size=rows))


def numbers(draw, rows):
    return draw(npst.arrays(np.dtype(draw(NUMBERS)), rows))


def texts(draw, rows):
    return pd.Series(
        sized(draw, st.one_of(TEXTS, MISSING), rows), dtype=object
    ).array.to_numpy()


def cells(draw, rows):
    array = np.empty(rows, object)
    for place, cell in enumerate(sized(draw, CELLS, rows)):
        array[place] = cell
    return array


def strings(draw, rows):
    storage = draw(st.sampled_from(["python", "pyarrow"]))
    na_value = draw(st.sampled_from([pd.NA, np.nan]))
    values = sized(draw, st.one_of(UNICODE, st.none()), rows)
    if storage == "pyarrow":
        pytest.importorskip("pyarrow")
    return pd.array(values, dtype=string_dtype(storage, na_value))


def string_dtype(storage, na_value):
    try:
        return pd.StringDtype(storage, na_value=na_value)
    except TypeError:  # before pandas 2.3
        return pd.StringDtype(storage)


def masked(draw, rows):
    dtype = pd.api.types.pandas_dtype(draw(MASKED))
    data = draw(npst.arrays(dtype.numpy_dtype, rows))
    mask = draw(npst.arrays(bool, rows))
    return dtype.construct_array_type()(data, mask)


def moments(draw, rows):
    unit, zone = draw(UNITS), draw(ZONES)
    counts = sized(draw, st.one_of(st.integers(-(10**9), 10**9), st.just(-(2**63))), rows)
    index = pd.DatetimeIndex(np.array(counts, "i8").view(f"M8[{unit}]"))
    return index if zone is None else index.tz_localize("UTC").tz_convert(zone)


def spans(draw, rows):
    counts = sized(draw, st.integers(-(10**9), 10**9), rows)
    return pd.TimedeltaIndex(np.array(counts, "i8").view(f"m8[{draw(UNITS)}]"))


def categories(draw, rows):
    labels = draw(st.lists(st.integers(0, 9), unique=True) | st.lists(UNICODE, unique=True))
    codes = sized(draw, st.integers(-1, len(labels) - 1), rows)
    return pd.Categorical.from_codes(codes, pd.Index(labels), ordered=draw(st.booleans()))


def periods(draw, rows):
    ordinals = np.array(sized(draw, st.integers(0, 99), rows), "i8")
    freq = draw(st.sampled_from(["D", "M", "Q-MAR", "Y-DEC", "2h"]))
    return pd.PeriodIndex.from_ordinals(ordinals, freq=freq)


def intervals(draw, rows):
    starts = sized(draw, st.integers(0, 9), rows)
    left = pd.Index(np.array(starts, draw(st.sampled_from(["i8", "f8"]))))
    closed = draw(st.sampled_from(["left", "right", "both", "neither"]))
    return pd.IntervalIndex.from_arrays(left, left + 1, closed=closed)


def sparse(draw, rows):
    values = np.array(
        sized(draw, st.sampled_from([0, 1, 2]), rows), draw(st.sampled_from(["i8", "f8"]))
    )
    return pd.arrays.SparseArray(values, kind=draw(st.sampled_from(["integer", "block"])))


KINDS = [numbers, numbers, texts, cells, strings, masked, moments, spans]
KINDS += [categories, periods, intervals, sparse]


def label(draw):
    return draw(LABELS)


def index_of(draw, size):
    kind = draw(st.sampled_from([*KINDS, "range", "freq", "levels"]))
    if kind == "range":
        start, step = draw(st.integers(-3, 3)), draw(st.sampled_from([-2, 1, 3]))
        return pd.RangeIndex(start, start + size * step, step, name=label(draw))
    if kind == "freq":
        freq = draw(st.sampled_from(["D", "2h", "MS", "QE-MAR", "B"]))
        return pd.date_range("2020-01-01", periods=size, freq=freq, tz=draw(ZONES))
    if kind == "levels":
        levels = [pd.Index(kind(draw, size)) for kind in (moments, categories)]
        return pd.MultiIndex.from_arrays(levels, names=[label(draw), label(draw)])
    values = kind(draw, size)
    if kind in (sparse, numbers) or len(values) != size:
        values = range(size)
    dtype = getattr(values, "dtype", None) if kind in (texts, cells) else None
    return pd.Index(values, dtype=dtype, name=label(draw), tupleize_cols=False)


@st.composite
def frames(draw):
    rows, width = draw(ROWS), draw(st.integers(0, 5))
    index, columns = index_of(draw, rows), index_of(draw, width)
    values = [draw(st.sampled_from(KINDS))(draw, rows) for _ in range(width)]
    series = [pd.Series(each, index=index, dtype=each.dtype) for each in values]
    frame = pd.concat(series, axis=1) if series else pd.DataFrame(index=index)
    frame.columns = columns
    if draw(st.booleans()):
        frame.attrs = {"source": draw(TEXTS)}
    return frame


@given(frames())
def test_any_frame_comes_back(frame):
    assert_comes_back(frame)


@given(frames())
def test_any_column_and_any_index_comes_back(frame):
    for at in range(len(frame.columns)):
        if isinstance(frame.columns[at], Hashable):
            assert_comes_back(frame.iloc[:, at])
    assert_comes_back(frame.index)
    assert_comes_back(frame.columns)


def stored(value):
    return whole(encoding_of(Any).encode(value))


@given(frames())
def test_a_frame_is_the_same_bytes_however_it_lies_in_memory(frame):
    one_by_one = pd.DataFrame(index=frame.index)
    for at in range(len(frame.columns)):
        one_by_one.insert(at, at, frame.iloc[:, at])
    one_by_one.columns = frame.columns
    one_by_one.attrs = frame.attrs
    assert stored(one_by_one) == stored(frame)
    assert stored(frame.iloc[:, ::-1].iloc[:, ::-1]) == stored(frame)
    consolidated = frame.copy()
    if list(consolidated.dtypes) == list(frame.dtypes):  # it changes the order of bytes
        assert stored(consolidated) == stored(frame)


@pytest.mark.parametrize("rows", [3, 10_000])
def test_blocks_of_any_order_are_the_same_bytes(rows):
    numbers = np.arange(3.0 * rows).reshape(rows, 3)
    frames = [
        pd.DataFrame(numbers),
        pd.DataFrame(np.asfortranarray(numbers)),
        pd.DataFrame({at: numbers[:, at] for at in range(3)}, copy=False),
        pd.DataFrame(np.repeat(numbers, 2, axis=0))[::2].set_axis(range(rows)),
    ]
    assert len({stored(frame.set_axis(range(3), axis=1)) for frame in frames}) == 1


@given(st.lists(st.one_of(UNICODE, st.none())))
def test_strings_are_the_same_bytes_wherever_arrow_keeps_them(values):
    pytest.importorskip("pyarrow")
    whole_array = pd.array([None, "before", *values], dtype="string[pyarrow]")
    pieces = pd.concat([pd.Series(whole_array[1:3]), pd.Series(whole_array[3:])]).array
    assert stored(pieces[1:]) == stored(pd.array(values, dtype="string[pyarrow]"))
