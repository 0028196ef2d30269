"""Tables of Arrow and polars come back as they were, or are refused."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.core.encoding import (
    contradicts,
    encoding_of,
    text_pieces,
    to_preview,
    to_text,
)
from funsies.core.errors import EncodingError, UnsupportedTypeError
from tests.unit.core.encoding.ways import bytes_of, check_all_ways

np = pytest.importorskip("numpy")
pa = pytest.importorskip("pyarrow")
pc = pytest.importorskip("pyarrow.compute")
pl = pytest.importorskip("polars")

MOMENTS = st.integers(-(10**12), 10**12)
FLAT = {
    pa.int8(): st.integers(-128, 127),
    pa.uint64(): st.integers(0, 2**64 - 1),
    pa.float32(): st.floats(width=32),
    pa.float64(): st.floats(),
    pa.bool_(): st.booleans(),
    pa.string(): st.text(max_size=20),
    pa.large_string(): st.text(max_size=3),
    pa.binary(): st.binary(max_size=3),
    pa.binary(2): st.binary(min_size=2, max_size=2),
    pa.decimal128(5, 2): st.decimals(-999, 999, places=2),
    pa.date32(): st.dates(),
    pa.timestamp("us", "Europe/Berlin"): MOMENTS,
    pa.timestamp("ms"): MOMENTS,
    pa.duration("us"): st.timedeltas(timedelta(-999), timedelta(999)),
    pa.null(): st.none(),
    pa.dictionary(pa.int8(), pa.string()): st.sampled_from(["a", "b", "cc"]),
}
SIZES = st.integers(0, 12)


def nested(inner):
    kind, items = inner
    lists = st.lists(items | st.none(), max_size=3)
    return st.sampled_from(
        [
            (pa.list_(kind), lists),
            (pa.large_list(kind), lists),
            (pa.list_(kind, 2), st.lists(items | st.none(), min_size=2, max_size=2)),
            (
                pa.struct([("a", kind), ("b", pa.int8())]),
                st.fixed_dictionaries({"a": items | st.none(), "b": st.just(3)}),
            ),
            (pa.map_(pa.string(), kind), st.lists(st.tuples(st.text(max_size=2), items))),
        ]
    )


TYPES = st.recursive(st.sampled_from(list(FLAT.items())), lambda it: it.flatmap(nested))


@st.composite
def arrow_arrays(draw):
    kind, items = draw(TYPES)
    values = draw(st.lists(items | st.none() | items, max_size=12))
    return pa.array(values, kind)


def garbled(array):
    """The same array, and other bytes in its memory."""
    before, after = array.slice(0, 1), array.slice(len(array) // 2)
    joined = pa.concat_arrays([before, array, after, before])
    return joined.slice(len(before), len(array))


def in_chunks(array):
    middle = len(array) // 2
    return pa.chunked_array([array[:middle], array[middle:], array[:0]], array.type)


def assert_same(found, value):
    assert type(found) is type(value)
    assert repr(plain(found)) == repr(plain(value))
    if isinstance(value, (pa.Table, pa.RecordBatch)):
        assert found.schema.equals(value.schema, check_metadata=True)
        assert found.schema.metadata == value.schema.metadata
    elif hasattr(value, "type"):
        assert found.type == value.type


def plain(value):
    for name in ("to_pylist", "to_dicts", "to_list", "as_py"):
        if hasattr(value, name):
            return getattr(value, name)()
    return value


def check_ways(value):
    check_all_ways(value, assert_same)


@given(arrow_arrays())
def test_any_array_of_arrow_comes_back(array):
    check_ways(array)
    check_ways(in_chunks(array))
    check_ways(pa.table({"a": array, "b": array}, metadata={"made": "by me"}))
    for scalar in list(array)[:2]:
        check_ways(scalar)


@given(arrow_arrays())
def test_equal_arrays_have_equal_bytes_whatever_their_buffers(array):
    if not pa.types.is_dictionary(array.type):  # nested ones have dictionaries of their own
        array = pa.array(array.to_pylist(), array.type)
    assert bytes_of(garbled(array)) == bytes_of(array)
    assert bytes_of(in_chunks(array)) == bytes_of(pa.chunked_array([array], array.type))


THREE = {
    pa.int64(): [1, 2, 3],
    pa.float16(): list(np.array([1, 2, 3], "f2")),
    pa.bool_(): [True, True, True],
    pa.string(): ["a", "bb", "ccc"],
    pa.large_binary(): [b"a", b"bb", b"ccc"],
    pa.binary(1): [b"a", b"b", b"c"],
    pa.decimal256(5, 2): [Decimal("1.00"), Decimal("2.00"), Decimal("3.00")],
    pa.timestamp("ns", "UTC"): [1, 2, 3],
    pa.month_day_nano_interval(): [(1, 2, 3), (4, 5, 6), (7, 8, 9)],
}


@pytest.mark.parametrize("kind", THREE, ids=str)
def test_what_stands_in_memory_under_a_null_makes_no_difference(kind):
    full = pa.array(THREE[kind], kind)
    bits = pa.array([True, False, True]).buffers()[1]
    hiding = pa.Array.from_buffers(kind, 3, [bits, *full.buffers()[1:]])
    clean = pa.array([THREE[kind][0], None, THREE[kind][2]], kind)
    assert hiding.equals(clean)
    for made in (
        lambda array: array,
        lambda array: pa.StructArray.from_arrays([array], ["a"]),
        lambda array: pa.ListArray.from_arrays([0, 1, 3], array),
        lambda array: pa.StructArray.from_arrays(
            [array], ["a"], mask=pa.array([False, False, True])
        ),
    ):
        assert bytes_of(made(hiding)) == bytes_of(made(clean))
        check_ways(made(hiding))


UNION = [pa.array([0, 1, 0], pa.int8()), [pa.array([1, 2, 3]), pa.array(["a", "b", None])]]


@pytest.mark.parametrize(
    "value",
    [
        pa.table({}),
        pa.table({"a": []}),
        pa.table([[1], [2]], names=["same", "same"]),
        pa.chunked_array([], pa.int8()),
        pa.record_batch([], names=[]),
        pa.schema([pa.field("a", pa.int8(), nullable=False, metadata={"unit": "eV"})]),
        pa.schema([], metadata={"k": "v"}),
        pa.field("a", pa.list_(pa.field("b", pa.int8(), nullable=False))),
        pa.dictionary(pa.int8(), pa.string(), ordered=True),
        pa.run_end_encoded(pa.int32(), pa.string()),
        pa.scalar(None, pa.list_(pa.int8())),
        pa.array([["a"], None], pa.list_(pa.string_view())),
        pa.DictionaryArray.from_arrays([1, None, 0], ["a", "b"], ordered=True),
        pa.UnionArray.from_sparse(*UNION),
        pa.UnionArray.from_dense(UNION[0], pa.array([0, 1, 2], pa.int32()), UNION[1]),
        pa.FixedShapeTensorArray.from_numpy_ndarray(np.arange(6).reshape(3, 2)),
    ],
    ids=lambda value: f"{type(value).__name__} {str(getattr(value, 'type', ''))[:20]}",
)
def test_rare_values_of_arrow_come_back(value):
    check_ways(value)


def test_chunks_with_dictionaries_of_their_own_get_one():
    chunks = [pa.array([text]).dictionary_encode() for text in ("a", "b")]
    column = pa.chunked_array(chunks)
    found = encoding_of(Any).decode(bytes_of(column))
    assert found.type == column.type
    assert found.to_pylist() == ["a", "b"]
    assert bytes_of(found) == bytes_of(column)


def test_a_table_is_read_where_it_lies():
    table = pa.table({"a": list(range(9999))})
    memory = memoryview(bytes_of(table))
    address = encoding_of(Any).decode(memory)["a"].chunk(0).buffers()[1].address
    start = pa.py_buffer(memory).address
    assert start < address < start + memory.nbytes


class Mine(pa.ExtensionType):
    def __init__(self):
        super().__init__(pa.int8(), "mine")

    def __arrow_ext_serialize__(self):
        return b""

    @classmethod
    def __arrow_ext_deserialize__(cls, storage, serialized):
        return cls()


def test_extension_types_are_known_to_the_reader_or_refused():
    array = pa.ExtensionArray.from_storage(Mine(), pa.array([1, None], pa.int8()))
    for value in (array, pa.table({"a": array}), pa.list_(Mine())):
        with pytest.raises(EncodingError, match="register_extension_type"):
            bytes_of(value)
    pa.register_extension_type(Mine())
    try:
        check_ways(array)
        data = bytes_of(array)
    finally:
        pa.unregister_extension_type("mine")
    with pytest.raises(EncodingError, match="extension type mine, which is not known here"):
        encoding_of(Any).decode(data)


SERIES = [
    pl.Series("a", [1, None, 3], pl.UInt8),
    pl.Series("a", [1.5, float("nan"), None]),
    pl.Series("a", ["x" * 20, None, "y"]),
    pl.Series("a", [b"x", None, b""]),
    pl.Series("a", [True, None, False]),
    pl.Series("a", [None, None, None]),
    pl.Series("a", [date(2020, 1, 1), None, date(1, 1, 1)]),
    pl.Series("a", [0, None, None], pl.Datetime("ns", "Europe/Berlin")),
    pl.Series("a", [timedelta(1), None, timedelta(-1)], pl.Duration("ms")),
    pl.Series("a", [Decimal("1.50"), None, Decimal("-2.00")], pl.Decimal(10, 2)),
    pl.Series("a", ["x", None, "y"], pl.Categorical),
    pl.Series("a", ["x", None, "y"], pl.Enum(["z", "y", "x"])),
    pl.Series("a", [[1, None], None, []]),
    pl.Series("a", [["x" * 20], [None], None]),
    pl.Series("a", [[["x"], None], None, [[]]]),
    pl.Series("a", [["x"], None, ["y"]], pl.List(pl.Categorical)),
    pl.Series("a", [{"b": 1, "c": "x"}, None, {"b": None, "c": "y"}]),
    pl.Series("a", [[1, 2], None, [3, None]], pl.Array(pl.Int8, 2)),
    *([pl.Series("a", [1, 2, 3], pl.Int128)] if hasattr(pl, "Int128") else []),
]


@st.composite
def series(draw):
    """Series with other things in their memory than they show."""
    one = draw(st.sampled_from(SERIES))
    one = one if draw(st.booleans()) else one.drop_nulls()
    places = st.lists(st.integers(0, max(0, len(one) - 1)), max_size=12 if len(one) else 0)
    picked = draw(places)
    many = one.gather(picked) if picked else one.clear()
    size = len(many)
    mask = pl.Series(
        draw(st.lists(st.booleans(), min_size=size, max_size=size)), dtype=pl.Boolean
    )
    ways = {
        "as it is": lambda: many,
        "slice": lambda: many[1:],
        "filter": lambda: many.filter(mask),
        "chunks": lambda: pl.concat([many, one]),
        "sorted": lambda: many if many.dtype.is_nested() else many.sort(),
        "hidden": lambda: pl.select(pl.when(mask).then(many).alias("a")).to_series(),
    }
    return ways[draw(st.sampled_from(sorted(ways)))]()


@given(series())
def test_any_series_of_polars_comes_back_and_has_the_bytes_of_its_equals(column):
    check_ways(column)
    check_ways(column.to_frame())
    again = pl.Series(column.name, column.to_list(), column.dtype)
    assert encoding_of(Any).decode(bytes_of(column)).dtype == column.dtype
    assert bytes_of(column) == bytes_of(again)
    assert bytes_of(column.to_frame()) == bytes_of(again.to_frame())


HIDING = pl.select(
    pl.when(pl.Series([True, False, True, False])).then(pl.Series([1, 2, 3, 4])).alias("a")
).to_series()
NESTING = {
    "lists": lambda it: it.implode(),
    "groups": lambda it: (
        pl.DataFrame({"k": [1, 1, 2, 2], "a": it})
        .group_by("k", maintain_order=True)
        .agg("a")["a"]
    ),
    "structs": lambda it: it.to_frame().to_struct("a"),
    "lists of structs": lambda it: it.to_frame().to_struct("a").implode(),
    "arrays": lambda it: it.reshape((2, 2)),
    "lists of lists": lambda it: it.reshape((2, 2)).arr.to_list().implode(),
    "structs of arrays": lambda it: it.reshape((2, 2)).to_frame().to_struct("a"),
}


@pytest.mark.parametrize("way", NESTING)
def test_what_stands_under_a_null_inside_of_lists_makes_no_difference(way):
    hiding, clean = NESTING[way](HIDING), NESTING[way](pl.Series("a", [1, None, 3, None]))
    assert hiding.to_list() == clean.to_list()
    assert bytes_of(hiding) == bytes_of(clean)
    check_ways(hiding)


@pytest.mark.parametrize(
    "frame", [pl.DataFrame(), pl.DataFrame({"a": []}), pl.DataFrame({"": [1], "b": ["x"]})]
)
def test_small_frames_come_back(frame):
    check_ways(frame)
    assert encoding_of(Any).decode(bytes_of(frame)).schema == frame.schema


def test_what_is_read_may_be_changed_and_nobody_else_sees_it():
    data = bytes_of(pl.DataFrame({"a": range(9999)}))
    found = encoding_of(Any).decode(data)
    found[0, "a"] = 7
    assert encoding_of(Any).decode(data)[0, "a"] == 0


@dataclass
class Run:
    table: pa.Table
    frame: pl.DataFrame
    columns: list[pl.Series | pa.Array | pa.ChunkedArray | None]


@pytest.mark.parametrize("size", [3, 100_000])
def test_tables_come_back_inside_of_other_values(size):
    table, frame = pa.table({"a": range(size)}), pl.DataFrame({"a": range(size)})
    columns = [frame["a"], table["a"], table["a"].combine_chunks(), None]
    run = Run(table, frame, columns)
    for value, annotation in ((run, Run), (run, Any)):
        encoding = encoding_of(annotation)
        found = encoding.decode(encoding.encode(value))
        assert found.table.equals(table)
        assert found.frame.equals(frame)
        assert [type(each) for each in found.columns] == [type(each) for each in columns]


REFUSED = [
    (pa.Table, {"a": [1]}, "expected pyarrow.Table, got a value of type dict"),
    (pa.Table, pl.DataFrame(), r"pass it.to_arrow\(\)"),
    (pa.Array, pa.chunked_array([[1]]), r"combine_chunks\(\)"),
    (pa.Int64Array, pa.array(["a"]), "expected pyarrow.Int64Array"),
    (pa.Table, pa.table({"a": [1]}).select([]), "pass their number"),
    (Any, pa.table({"a": [1]}).to_reader(), r"read only once: pass list\(...\)"),
    (pl.DataFrame, pl.LazyFrame({"a": [1]}), r"pass frame.collect\(\)"),
    (Any, pl.LazyFrame({"a": [1]}), r"pass frame.collect\(\)"),
    (pl.DataFrame, pa.table({"a": [1]}), r"pl.from_arrow\(it\)"),
    (pl.Series, pl.DataFrame({"a": [1]}), "to_series"),
    (Any, pl.Series("a", [object()], pl.Object), "'a' of Object cannot be stored; cast it"),
    (pl.DataFrame, type("Mine", (pl.DataFrame,), {})({"a": [1]}), "type Mine"),
]


@pytest.mark.parametrize(("annotation", "value", "message"), REFUSED)
def test_what_is_wrong_or_would_be_lost_is_refused_with_the_remedy(annotation, value, message):
    with pytest.raises(EncodingError, match=message):
        encoding_of(annotation).encode(value)


@pytest.mark.parametrize("kind", [pl.LazyFrame, pl.Expr, pa.RecordBatchReader])
def test_annotations_of_what_has_to_be_read_first_are_refused(kind):
    with pytest.raises(UnsupportedTypeError, match="pass"):
        encoding_of(kind)


def test_tables_of_two_libraries_clash_when_the_step_is_built():
    def clash(parameter, produced):
        return contradicts(encoding_of(parameter), encoding_of(produced))

    pd = pytest.importorskip("pandas")
    assert clash(pl.DataFrame, pd.DataFrame)
    assert clash(pd.DataFrame, pl.DataFrame)
    assert clash(pl.DataFrame, pa.Table)
    assert clash(list[pl.DataFrame], list[pa.Table])
    assert clash(pa.Int64Array, pa.StringArray)
    assert clash(pl.DataFrame, pl.Series)
    assert not clash(pa.Array, pa.Int64Array)
    assert not clash(pa.Int64Array, pa.Array)
    assert not clash(pl.DataFrame | pa.Table, pa.Table)


def test_data_that_are_no_table_are_refused():
    for value, kind in (
        (pa.table({"a": [1]}), pa.Table),
        (pl.DataFrame({"a": [1]}), pl.DataFrame),
    ):
        right = encoding_of(kind).encode(value)
        for old, new in [
            (b'"Table"', b'"system"'),
            (b'"DataFrame"', b'"system"'),
            (b'"parts":[', b'"parts":["",'),
            (b'"parts":["', b'"parts":["AAAA'),
            (b'"class"', b'"other"'),
        ]:
            for reader in (encoding_of(kind), encoding_of(Any)):
                if old in right:
                    with pytest.raises(EncodingError):
                        reader.decode(right.replace(old, new))


SHOWN = [
    (
        pa.table({"a": [1, None], "b": ["x", "y"]}),
        "pyarrow.Table, 2 rows: a int64, b string",
        '"a","b"\n1,"x"\n,"y"\n',
    ),
    (pa.array([1.5]), "pyarrow.Array, 1 row: double", "1.5\n"),
    (pa.scalar("x"), "pyarrow.Scalar, 1 row: string", '"x"\n'),
    (pa.schema({"a": pa.int8()}), "pyarrow.Schema: a int8", "a: int8"),
    (pa.list_(pa.int8()), "pyarrow.DataType: list", "list<item: int8>"),
    (
        pl.DataFrame({"a": [1, None], "b": ["x", "y"]}),
        "polars.DataFrame, 2 rows: a Int64, b String",
        "a,b\n1,x\n,y\n",
    ),
    (pl.Series("a", [True]), "polars.Series, 1 row: a Boolean", "a\ntrue\n"),
]


@pytest.mark.parametrize(("value", "preview", "text"), SHOWN)
def test_a_table_is_shown_by_a_line_and_becomes_a_file_of_csv(value, preview, text):
    data = bytes_of(value)
    assert to_preview("json", bytes_of([value])).decode() == json.dumps([preview])
    assert to_preview("json", data).decode().startswith(preview.partition(":")[0])
    assert to_text("json", data).decode() == text
    pieces = text_pieces("json", io.BytesIO(data), lambda: io.BytesIO(data))
    assert b"".join(pieces) == to_text("json", data)


def test_a_wide_table_is_shown_by_its_first_columns():
    frame = pl.DataFrame({f"c{index}": [1] for index in range(100)})
    data = bytes_of(frame)
    assert to_preview("json", data).endswith(b"... and 92 more columns")
    assert b"c19 Int64, ... (100 columns)" in to_preview("json", bytes_of([frame]))


COLUMNS = {
    "count": [1, None, *range(1000)],
    "name": ["x", "y" * 99, *["z"] * 1000],
    "when": [None, date(2020, 1, 31), *[None] * 1000],
    "more": [[1], *[None] * 1001],
}


@pytest.mark.parametrize("table", [pl.DataFrame(COLUMNS), pa.table(COLUMNS)])
def test_cat_shows_the_first_rows(table):
    lines = to_preview("json", bytes_of(table)).decode().splitlines()
    assert lines[0].endswith(", 1,002 rows")
    assert lines[1].split() == ["count", "name", "when", "more"]
    assert lines[3].split() == ["1", "x", "..."]
    assert lines[4].split() == ["y" * 21 + "...", "2020-01-31", "..."]
    assert lines[5].split() == ["0", "z", "..."]
    assert lines[8:] == ["... and 997 more rows"]


def test_what_csv_cannot_say_becomes_a_file_of_arrow():
    for value in (pa.table({"a": [[1], None]}), pl.DataFrame({"a": [[1], None]})):
        file = to_text("json", bytes_of(value))
        assert pa.ipc.open_stream(file).read_all().to_pydict() == {"a": [[1], None]}


def test_a_large_table_becomes_a_file_as_well():
    table = pa.table({"a": range(300_000)})
    data = bytes_of(table)
    pieces = text_pieces("json", io.BytesIO(data), lambda: io.BytesIO(data))
    lines = b"".join(pieces).splitlines()
    assert lines[:2] + lines[-1:] == [b'"a"', b"0", b"299999"]


WITHOUT = """
import sys
import funsies, funsies.core.encoding as it
from typing import Any
assert not {"polars", "pyarrow"} & sys.modules.keys()
sys.modules["LIBRARY"] = None
data = DATA
print(it.to_preview("json", data).decode())
for read in (it.encoding_of(Any).decode, lambda data: it.to_text("json", data)):
    try:
        read(data)
    except it.encoding.EncodingError as problem:
        print(problem)
"""


@pytest.mark.parametrize("value", [pa.table({"a": [1]}), pl.DataFrame({"a": [1]})])
def test_funsies_works_without_the_library_and_says_where_it_is_needed(value):
    name = type(value).__module__.partition(".")[0]
    code = WITHOUT.replace("LIBRARY", name).replace("DATA", repr(bytes_of(value)))
    run = [sys.executable, "-c", code]
    text = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert f"{name}.{type(value).__name__}, 1 row\n" in text
    assert f"and {name} is not installed here" in text
    assert "cannot write this as a file" in text
