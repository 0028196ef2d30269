"""Frames, series, indexes and scalars of pandas come back as they were, or are refused."""

from __future__ import annotations

import subprocess
import sys
from datetime import date, datetime, timedelta, tzinfo
from decimal import Decimal
from typing import Any

import pytest

from funsies.core.encoding import contradicts, encoding_of, encoding_of_value, to_preview
from funsies.core.encoding.libraries.pandas_parts import is_before_3
from funsies.core.encoding.parts import whole
from funsies.core.errors import EncodingError

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")


def assert_same(found, value):
    assert type(found) is type(value)
    if isinstance(value, pd.DataFrame):
        pd.testing.assert_frame_equal(
            found, value, check_index_type="exact", check_column_type="exact"
        )
        assert list(found.dtypes) == list(value.dtypes)
        assert found.attrs == value.attrs
        assert found.flags == value.flags
        for at in range(len(value.columns)):
            assert_same_cells(found.iloc[:, at], value.iloc[:, at])
    elif isinstance(value, pd.Series):
        pd.testing.assert_series_equal(
            found, value, check_index_type="exact", check_names=False
        )
        pd.testing.assert_index_equal(found.index, value.index, exact=True)
        assert repr(found.name) == repr(value.name)
        assert_same_cells(found, value)
    elif isinstance(value, pd.Index):
        pd.testing.assert_index_equal(found, value, exact=True)
        assert getattr(found, "freq", None) == getattr(value, "freq", None)
    elif isinstance(value, pd.api.extensions.ExtensionArray):
        pd.testing.assert_extension_array_equal(found, value)
    elif value is pd.NA or value is pd.NaT:
        assert found is value
    else:
        assert found == value
        assert getattr(found, "unit", None) == getattr(value, "unit", None)
        assert repr(found) == repr(value)


def assert_same_cells(found, column):
    if column.dtype == object:
        assert [type(cell) for cell in found] == [type(cell) for cell in column]
        assert [repr(cell) for cell in found] == [repr(cell) for cell in column]


def assert_comes_back(value):
    encodings = [encoding_of(type(value)), encoding_of(Any), encoding_of_value(value)]
    for encoding in encodings:
        data = whole(encoding.encode(value))
        found = encoding.decode(data)
        assert_same(found, value)
        assert whole(encoding.encode(found)) == data


ROWS = 5
COLUMNS = {
    "integers": np.arange(ROWS),
    "small": np.arange(ROWS, dtype="i1"),
    "floats": np.array([1.5, np.nan, np.inf, -0.0, 2.0]),
    "truths": np.array([True, False] * 2 + [True]),
    "swapped": np.arange(ROWS, dtype=">i4"),
    "complex": np.arange(ROWS) * 1j,
    "texts": [*list("abcd"), "é"],
    "objects": pd.Series(["a", None, float("nan"), pd.NA, "é\ud800"], dtype=object),
    "mixed": pd.Series([1, "a", None, float("nan"), Decimal("1.5")], dtype=object),
    "rare": pd.Series([np.float64(1), np.int32(2), pd.NaT, [1, 2], {}], dtype=object),
    "strings": pd.array(["a", None, "é", "", "d"], dtype="string[python]"),
    "categories": pd.Categorical([*list("aabb"), None], ordered=True),
    "moments": pd.to_datetime(["2020-01-01", None, "2021", "2022", "2023"], format="ISO8601"),
    "zoned": pd.date_range("2020", periods=ROWS, tz="Europe/Berlin"),
    "spans": pd.to_timedelta([1, 2, 3, 4, None], unit="s"),
    "periods": pd.period_range("2020", periods=ROWS, freq="M"),
    "intervals": pd.interval_range(0, ROWS),
    "sparse": pd.arrays.SparseArray([0, 0, 1, 0, 2]),
    "masked": pd.array([1, 2, None, 4, 5], dtype="Int64"),
    "masked floats": pd.array([1.5, None, 2, 1, 2], dtype="Float32"),
    "masked truths": pd.array([True, None, False, True, True], dtype="boolean"),
}


@pytest.mark.parametrize("name", COLUMNS)
def test_a_column_of_any_type_comes_back(name):
    series = pd.Series(COLUMNS[name], name=name)
    for value in (series, series.array, series.iloc[:0], series.to_frame(), series[::2]):
        assert_comes_back(value)


def test_a_frame_of_all_columns_comes_back():
    frame = pd.DataFrame(COLUMNS)
    few = frame[["floats", "texts"]]
    for value in (frame, frame.iloc[:0], frame.iloc[:, :0], frame[::-1], few):
        assert_comes_back(value)


INDEXES = [
    pd.RangeIndex(3),
    pd.RangeIndex(6, 0, -2, name=("a", 1)),
    pd.Index([1.5, float("nan")]),
    pd.Index([1, 1], name=3),
    pd.Index(["a"], dtype=object),
    pd.Index([("a", 1)], tupleize_cols=False),
    pd.Index([]),
    pd.CategoricalIndex(["a", "b"], ["b", "a", "c"]),
    pd.date_range("2020", periods=3, name="day"),
    pd.date_range("2020", periods=3, freq="MS", tz="UTC"),
    pd.DatetimeIndex(["2020", "2021"]),
    pd.timedelta_range("1h", periods=3),
    pd.interval_range(0, 3),
    pd.period_range("2020", periods=3, freq="Q"),
    pd.MultiIndex.from_product([[1, 2], ["a", "b"]], names=["x", None]),
    pd.MultiIndex.from_product([[1, 2], pd.date_range("2020", periods=2)])[:3],
    pd.Index(pd.array([1, None], dtype="Int8")),
]


@pytest.mark.parametrize("index", INDEXES, ids=repr)
def test_an_index_comes_back_also_as_that_of_rows_and_columns(index):
    assert_comes_back(index)
    size = len(index)
    assert_comes_back(pd.Series(range(size), index=index))
    assert_comes_back(pd.DataFrame(np.eye(size), index=index, columns=index))


SCALARS = [
    pd.Timestamp("2020"),
    pd.Timestamp("2020", tz="Europe/Berlin"),
    pd.Timestamp("2020-10-25 02:30+01:00").tz_convert("Europe/Berlin"),
    pd.Timestamp("2020-01-01 03:00+02:00"),
    pd.Timestamp(1, unit="s"),
    pd.Timestamp(1, unit="ns"),
    pd.Timedelta("1s"),
    pd.Timedelta(-1, unit="ns"),
    pd.NaT,
    pd.NA,
    pd.Period("2020Q1"),
    pd.Interval(0.5, 1),
    pd.Interval(pd.Timestamp("2020"), pd.Timestamp("2021"), closed="both"),
]


@pytest.mark.parametrize("scalar", SCALARS, ids=repr)
def test_a_scalar_comes_back(scalar):
    assert_comes_back(scalar)


SUBCLASSES = [
    (datetime, pd.Timestamp("2020", tz="UTC")),
    (date, pd.Timestamp("2020")),
    (datetime | None, pd.Timestamp("2020")),
    (date | str, pd.Timestamp("2020")),
    (timedelta, pd.Timedelta("1s")),
    (int | timedelta, pd.Timedelta("1s")),
    (datetime, pd.NaT),
]


@pytest.mark.parametrize(("annotation", "scalar"), SUBCLASSES, ids=repr)
def test_a_scalar_comes_back_where_the_class_that_it_derives_from_is_asked_for(
    annotation, scalar
):
    for encoding, value in (
        (encoding_of(annotation), scalar),
        (encoding_of(list[annotation]), [scalar]),
    ):
        found = encoding.decode(encoding.encode(value))
        assert repr(found) == repr(value)


ARROW_TYPES = [
    lambda arrow: (arrow.int64(), [1, None, 3]),
    lambda arrow: (arrow.string(), ["a", None, "é"]),
    lambda arrow: (arrow.list_(arrow.int8()), [[1], None, []]),
    lambda arrow: (arrow.struct([("a", arrow.int64())]), [{"a": 1}, None, {"a": None}]),
    lambda arrow: (arrow.date32(), [date(2020, 1, 1), None, None]),
    lambda arrow: (arrow.timestamp("ms", "Europe/Berlin"), [None, pd.Timestamp("2020"), None]),
    lambda arrow: (arrow.dictionary(arrow.int32(), arrow.string()), ["b", "a", "b"]),
    lambda arrow: (arrow.decimal128(5, 2), [Decimal("1.50"), None, None]),
]


@pytest.mark.parametrize("make", ARROW_TYPES)
def test_a_column_that_arrow_keeps_comes_back(make):
    kind, values = make(pytest.importorskip("pyarrow"))
    series = pd.Series(values, dtype=pd.ArrowDtype(kind))
    for value in (series, series[1:], series[:0], series.to_frame("x"), series.array):
        assert_comes_back(value)
    encoding = encoding_of(pd.Series)
    pieces = pd.concat([series[:1], series[1:]])
    assert whole(encoding.encode(pieces)) == whole(encoding.encode(series))
    assert b"[pyarrow], 3 values" in to_preview("json", whole(encoding.encode(pieces)))


def test_attributes_and_flags_come_back():
    frame = pd.DataFrame({"a": [1]}).set_flags(allows_duplicate_labels=False)
    frame.attrs = {"unit": "m", "n": (1, 2)}
    assert_comes_back(frame)
    assert_comes_back(frame["a"])


def test_what_is_read_can_be_changed_and_changes_nothing_else():
    encoding = encoding_of(pd.DataFrame)
    data = whole(encoding.encode(pd.DataFrame({"a": np.zeros(9999), "b": np.zeros(9999)})))
    found = encoding.decode(data)
    found.loc[0, "a"] = 1.0
    found["b"] += 1
    assert whole(encoding.encode(encoding.decode(data))) == data


def test_a_series_never_stands_for_a_frame():
    frame, series = encoding_of(pd.DataFrame), encoding_of(pd.Series)
    assert contradicts(frame, series)
    assert contradicts(series, frame)
    assert not contradicts(encoding_of(pd.Index), encoding_of(pd.DatetimeIndex))
    with pytest.raises(EncodingError, match=r"got a Series; pass to_frame\(\) of it"):
        frame.encode(pd.Series([1]))
    with pytest.raises(EncodingError, match="got a DataFrame; pass one of its columns"):
        series.encode(pd.DataFrame({"a": [1]}))
    with pytest.raises(EncodingError, match=r"annotate it as pd\.Timestamp \| "):
        encoding_of(pd.Timestamp).encode(pd.NaT)


class Mine(pd.DataFrame):
    """Another library's, for example."""


class MyIndex(pd.Index):
    """Looks like an index until one looks closer."""

    def __new__(cls, values):
        made = pd.Index._simple_new.__func__(cls, np.array(values), None)
        assert type(made) is cls
        return made


class Summer(tzinfo):
    """A time zone of another library."""

    def utcoffset(self, _):
        return timedelta(hours=2)

    def dst(self, _):
        return timedelta(hours=1)


class Grade(pd.api.extensions.ExtensionDtype):
    """A data type of another library."""

    name = "grade"
    type = int

    @classmethod
    def construct_array_type(cls):
        return Grades


class Grades(pd.api.extensions.ExtensionArray):
    """Its values."""

    dtype = Grade()

    def __init__(self, values):
        self.values = np.asarray(values)

    @classmethod
    def _from_sequence(cls, values, **_):
        return cls(values)

    def __len__(self):
        return len(self.values)

    def __getitem__(self, item):
        found = self.values[item]
        return found if np.isscalar(found) else Grades(found)

    def isna(self):
        return np.zeros(len(self), bool)

    def copy(self):
        return Grades(self.values.copy())

    nbytes = 0


SOME_DAYS = pd.offsets.CustomBusinessDay(holidays=["2020-01-02"])


class Thing:
    """Has no encoding."""


REFUSED = [
    (Mine({"a": [1]}), r"register_codec\(\)"),
    (pd.DataFrame({"a": [1], "b": [Thing()]}), r"at \['b'\]\[0\]: .*Thing has no encoding"),
    (pd.DataFrame({"a": [1]}, index=[Thing()]), "Thing has no encoding"),
    (
        pd.DataFrame(index=pd.date_range("2020", periods=2, freq=SOME_DAYS)),
        r"does not say; set index.freq = None",
    ),
    (pd.DataFrame({"a": [1, 2]}, index=MyIndex([1, 2])), r"pd.Index\(...\)"),
    (pd.DataFrame({"x": pd.date_range("2020", periods=2, tz=Summer())}), "tz_convert"),
    (pd.DataFrame({"x": Grades([1, 2])}), r"at \['x'\]: values of dtype grade .*another"),
]


@pytest.mark.parametrize(("value", "message"), REFUSED)
def test_what_would_be_lost_is_refused_with_the_remedy(value, message):
    with pytest.raises(EncodingError, match=message):
        encoding_of(pd.DataFrame).encode(value)


WITHOUT_ARROW = """
import sys
from importlib.abc import MetaPathFinder
class NoArrow(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] == "pyarrow":
            raise ImportError(name)
sys.meta_path.insert(0, NoArrow())
import pandas as pd
from typing import Any
from funsies.core.encoding import encoding_of
frame = pd.DataFrame({"a": ["x", None, "é"], "n": [1, 2, 3]})
frame["s"] = frame["a"].astype("string")
encoding = encoding_of(Any)
theirs, ours = sys.stdin.buffer.read(), encoding.encode(frame)
assert ours == theirs, (ours, theirs)
pd.testing.assert_frame_equal(encoding.decode(theirs), frame)
"""


def test_a_frame_is_the_same_bytes_whether_or_not_there_is_arrow():
    frame = pd.DataFrame({"a": ["x", None, "é"], "n": [1, 2, 3]})
    frame["s"] = frame["a"].astype("string")
    run = [sys.executable, "-c", WITHOUT_ARROW]
    subprocess.run(run, input=whole(encoding_of(Any).encode(frame)), check=True)


@pytest.mark.skipif(is_before_3(), reason="pandas 2 copies columns when it puts them together")
def test_columns_are_read_where_they_lie():
    frame = pd.DataFrame({"a": np.zeros(9999), "b": np.ones(9999), "c": ["text"] * 9999})
    frame["m"] = pd.array(np.arange(9999), dtype="Int64")
    encoding = encoding_of(pd.DataFrame)
    memory = bytearray(whole(encoding.encode(frame)))
    found, lies = encoding.decode(memoryview(memory)), np.frombuffer(memory, "u1")
    for column in (found["a"].to_numpy(), found["b"].to_numpy(), found["m"].to_numpy()):
        assert np.shares_memory(column, lies)


def test_long_columns_are_written_where_they_lie():
    numbers = np.arange(20_000.0)
    frame = pd.DataFrame({"a": numbers, "b": numbers[::-1].copy()}, copy=False)
    parts = encoding_of(pd.DataFrame).node.to_frame(frame).parts
    assert any(
        np.shares_memory(np.frombuffer(part, "u1"), numbers) for part in parts if len(part)
    )


def test_a_name_that_pandas_would_not_take_again_is_refused():
    frame = pd.DataFrame([[1]], columns=pd.Series([[1]], dtype=object).array)
    assert_comes_back(frame)
    with pytest.raises(EncodingError, match="not hashable; use a tuple"):
        encoding_of(pd.Series).encode(frame.iloc[:, 0])


WRITTEN = (
    b'{"$pandas":{"is":"DataFrame","size":2,"index":{"is":"DatetimeIndex","name":"day",'
    b'"freq":"D","values":{"is":"zoned","zone":{"$type":"timezone","value":{"$timezone":'
    b'["P0DT0S"]}},"utc":{"is":"numpy","dtype":"<M8[s]","shape":[2],"data":0}}},"columns":'
    b'{"is":"Index","values":{"is":"texts","lengths":1,"bytes":1,"data":2}},"blocks":[{"at":'
    b'[0,3],"values":{"is":"numpy","dtype":"<i2","shape":[2,2],"data":3}},{"at":1,"values":'
    b'{"is":"texts","lengths":4,"bytes":1,"missing":5,"data":6}},{"at":2,"values":{"is":'
    b'"masked","data":{"is":"numpy","dtype":"|i1","shape":[2],"data":7},"missing":8}},{"at":4,'
    b'"values":{"is":"category","categories":{"is":"Index","values":{"is":"numpy","dtype":'
    b'"<f8","shape":[2],"data":9}},"codes":{"is":"numpy","dtype":"|i1","shape":[2],"data":10},'
    b'"ordered":false}}]},"parts":["AOELXgAAAACAMg1eAAAAAA==","AQEBAQE=","YWJjZGU=",'
    b'"AAABAAcACAA=","AQA=","AAE=","eA==","AQA=","AAE=","AAAAAAAABEAAAAAAAAAMQA==","Af8="]}'
)


def test_what_was_written_by_earlier_versions_stays_what_it_is():
    days = pd.date_range("2020", periods=2, unit="s", tz="UTC", name="day")
    columns = {
        "a": np.arange(2, dtype="i2"),
        "b": pd.Series(["x", None], days, object),
        "c": pd.array([1, None], dtype="Int8"),
        "d": np.array([7, 8], "i2"),
        "e": pd.Categorical.from_codes([1, -1], pd.Index([2.5, 3.5])),
    }
    frame = pd.DataFrame(columns, index=days)
    frame.columns = pd.Index(list("abcde"), dtype=object)
    encoding = encoding_of(pd.DataFrame)
    assert whole(encoding.encode(frame)) == WRITTEN
    assert_same(encoding.decode(WRITTEN), frame)
