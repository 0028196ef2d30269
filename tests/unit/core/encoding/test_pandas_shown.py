"""Frames are shown without pandas, and become files that everybody reads."""

from __future__ import annotations

import io
import subprocess
import sys
from typing import Any

import pytest

from funsies.core.encoding import encoding_of, preview_pieces, text_pieces, to_preview, to_text
from funsies.core.encoding.parts import whole

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")


def stored(value):
    return whole(encoding_of(Any).encode(value))


FRAME = pd.DataFrame(
    {
        "step": np.arange(3),
        "energy": [0.1, float("nan"), -1 / 3],
        "name": ["water", None, "é"],
        "day": pd.to_datetime(["2020-01-01", "2020-01-02 03:04:05.5", None], format="ISO8601"),
        "kind": pd.Categorical(["a", None, "b"], ["b", "a"]),
        "count": pd.array([1, None, 3], dtype="Int64"),
        "month": pd.period_range("2020", periods=3, freq="M"),
    }
)
LOOKS = """\
DataFrame, 3 rows, 7 columns
    step     energy   name                    day      kind  count      month
   int64    float64    str         datetime64[us]  category  Int64  period[M]
0      0        0.1  water    2020-01-01 00:00:00         a      1        ...
1      1        nan    nan  2020-01-02 03:04:05.5       nan   <NA>        ...
2      2  -0.333333      é                    NaT         b      3        ..."""


def test_a_frame_is_shown_as_its_first_rows():
    frame = FRAME.astype({"day": "M8[us]"})
    shown = to_preview("json", stored(frame)).decode()
    expected = LOOKS
    if frame["name"].dtype == object:  # before pandas 3
        expected = LOOKS.replace("str", "object").replace("nan    nan", "nan   None")
    assert shown.split() == expected.split()
    assert len(set(map(len, shown.splitlines()[1:]))) == 1


PREVIEWS = [
    (pd.Series([0.5, 1.5], name="x"), "Series x of float64, 2 values: 0.5, 1.5"),
    (pd.Series(range(9)), "Series of int64, 9 values: 0, 1, 2, 3, 4, ..."),
    (pd.Index(["a", None], dtype=object), "Index of object, 2 values: a, None"),
    (pd.RangeIndex(5), "RangeIndex of 5: range(0, 5)"),
    (pd.MultiIndex.from_tuples([(1, "a")]), "MultiIndex of 1: (1, a)"),
    (pd.interval_range(0, 2), "IntervalIndex of interval, 2 values"),
    (pd.Timestamp("2020"), "2020-01-01 00:00:00"),
    (pd.Timestamp("2020", tz="UTC"), "2020-01-01 00:00:00 UTC"),
    (pd.Timedelta("90s"), "0:01:30"),
    (pd.NaT, "NaT"),
    (pd.NA, "<NA>"),
    (pd.DataFrame(), "DataFrame, 0 rows, 0 columns"),
    (pd.DataFrame(index=[1]), "DataFrame, 1 row, 0 columns"),
    ([pd.DataFrame({"a": [1]})], '["DataFrame, 1 row, 1 column: a int64"]'),
    (pd.array([True, None], dtype="boolean"), "array of boolean, 2 values: True, <NA>"),
]


@pytest.mark.parametrize(("value", "expected"), PREVIEWS)
def test_a_preview_says_what_it_is(value, expected):
    assert to_preview("json", stored(value)).decode() == expected


def test_the_first_rows_of_a_large_frame_are_found_where_they_are_stored():
    frame = pd.DataFrame({"a": np.arange(2e5), "b": np.arange(2e5), "c": ["text"] * 200_000})
    frame["b"] += 7
    data = stored(frame)
    (shown,) = preview_pieces("json", io.BytesIO(data), lambda: io.BytesIO(data))
    lines = shown.decode().splitlines()
    assert lines[0] == "DataFrame, 200,000 rows, 3 columns"
    assert lines[4].split() == ["1", "1.0", "8.0", "text"]
    assert lines[-1] == "... and 199,995 more rows"


def test_a_frame_of_a_later_version_is_still_named():
    data = b'{"$pandas":{"is":"DataFrame","blocks":7},"parts":[]}'
    assert b"DataFrame of pandas" in to_preview("json", data)


FILES = [
    (pd.DataFrame({"a": [1, 2], "b": ["x", None]}), b"a,b\n1,x\n2,\n"),
    (pd.DataFrame({"a": [1, 2]}, index=["x", "y"]), b",a\nx,1\ny,2\n"),
    (pd.DataFrame({"a": [1]}, index=pd.Index([3], name="n")), b"n,a\n3,1\n"),
    (pd.DataFrame({"a": [1, 2]})[1:], b",a\n1,2\n"),
    (pd.Series([0.5], name="x"), b"x\n0.5\n"),
    (pd.Series([0.5]), b"0\n0.5\n"),
    (pd.Index(["a"], name="n"), b"n\na\n"),
    (pd.array([1, None], dtype="Int64"), b'0\n1\n""\n'),
    (pd.Timestamp("2020"), b"2020-01-01 00:00:00"),
]


@pytest.mark.parametrize(("value", "expected"), FILES)
def test_a_frame_becomes_a_csv_file_with_its_index_if_that_says_something(value, expected):
    data = stored(value)
    assert to_text("json", data) == expected
    pieces = text_pieces("json", io.BytesIO(data), lambda: io.BytesIO(data))
    assert b"".join(pieces) == expected


def test_a_large_frame_becomes_a_csv_file():
    frame = pd.DataFrame({"a": np.arange(100_000), "b": np.arange(100_000) / 7})
    data = stored(frame)
    pieces = text_pieces("json", io.BytesIO(data), lambda: io.BytesIO(data))
    assert b"".join(pieces) == frame.to_csv(index=False).encode()


WITHOUT_PANDAS = """
import sys
import funsies, funsies.core.encoding as it
from funsies.core.errors import EncodingError
assert not {"numpy", "pandas"} & set(sys.modules)
sys.modules.update(numpy=None, pandas=None)
data = sys.stdin.buffer.read()
print(it.to_preview("json", data).decode())
from typing import Any
for read in (it.encoding_of(Any).decode, lambda data: it.to_text("json", data)):
    try:
        read(data)
    except EncodingError as problem:
        print(problem)
assert "pyarrow" not in sys.modules
"""


def test_funsies_shows_frames_without_pandas_and_says_where_it_is_needed():
    run = [sys.executable, "-c", WITHOUT_PANDAS]
    data = stored(pd.DataFrame({"a": [1.5, 2.5], "b": ["x", "y"]}))
    text = subprocess.run(run, input=data, capture_output=True, check=True).stdout.decode()
    assert text.count("this is a value of pandas, and pandas is not installed here") == 2
    assert "1.5" in text
