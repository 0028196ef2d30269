"""Arrays and datasets of xarray come back as they were, or are refused."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.core.encoding import (
    contradicts,
    encoding_of,
    to_preview,
    to_text,
)
from funsies.core.errors import EncodingError
from tests.unit.core.encoding.ways import bytes_of, check_all_ways

np = pytest.importorskip("numpy")
npst = pytest.importorskip("hypothesis.extra.numpy")
pd = pytest.importorskip("pandas")
xr = pytest.importorskip("xarray")

DTYPES = st.one_of(
    npst.floating_dtypes(endianness="=", sizes=(32, 64)),
    npst.integer_dtypes(endianness="="),
    npst.boolean_dtypes(),
    st.sampled_from([np.dtype("U3"), np.dtype("M8[ns]"), np.dtype("m8[ns]")]),
)
NAMES = st.sampled_from(["a", "b", "c"])
ATTRIBUTES = st.dictionaries(
    st.text(max_size=3), st.integers() | st.text(max_size=3) | st.just(float("inf")), max_size=2
)
SIZES = {"x": 2, "y": 3, "z": 1}


@st.composite
def variables(draw):
    dims = draw(st.permutations(sorted(SIZES)))[: draw(st.integers(0, 3))]
    values = draw(npst.arrays(draw(DTYPES), tuple(SIZES[dim] for dim in dims)))
    return dims, values, draw(ATTRIBUTES)


@st.composite
def datasets(draw):
    coordinates = draw(st.dictionaries(st.sampled_from(["l", "m"]), variables(), max_size=2))
    for dim in draw(st.sets(st.sampled_from(sorted(SIZES)))):
        values = draw(npst.arrays(draw(DTYPES), SIZES[dim], unique=True))
        coordinates[dim] = (dim, values, draw(ATTRIBUTES))
    return xr.Dataset(
        draw(st.dictionaries(NAMES, variables(), max_size=3)), coordinates, draw(ATTRIBUTES)
    )


def assert_same(found, value):
    assert type(found) is type(value)
    assert found.identical(value)
    if isinstance(value, (xr.Dataset, xr.DataArray)):
        assert list(found.coords) == list(value.coords)
        assert [type(each) for each in found.xindexes.values()] == [
            type(each) for each in value.xindexes.values()
        ]
        for name, coordinate in value.coords.items():
            assert found.coords[name].dtype == coordinate.dtype
            assert type(found.coords[name].variable) is type(coordinate.variable)
    if isinstance(value, xr.DataArray):
        assert found.dtype == value.dtype


def check_ways(value):
    check_all_ways(value, assert_same)


@given(datasets())
def test_any_dataset_comes_back_and_so_do_its_arrays(dataset):
    check_ways(dataset)
    for array in [*dataset.data_vars.values(), *dataset.coords.values()]:
        check_ways(array)
        check_ways(xr.Variable(array.dims, array.values, array.attrs))


ARRAY = xr.DataArray(
    np.arange(6.0).reshape(2, 3),
    dims=("x", "y"),
    coords={"x": ("x", [1, 2], {"units": "m"}), "l": ("y", ["a", "b", "c"]), "t": 3.5},
    attrs={"made": np.arange(2)},
    name="n",
)


@pytest.mark.parametrize(
    "value",
    [
        ARRAY.stack(z=("x", "y")),
        ARRAY.stack(z=("x", "y"))["x"],
        ARRAY.set_xindex("l"),
        ARRAY.drop_indexes("x"),
        ARRAY.T,
        ARRAY.rename(None),
        xr.DataArray(3.5),
        xr.Dataset(),
        xr.Dataset({"o": ("x", np.array(["a", None, 3], dtype=object))}),
        xr.DataArray([1], dims=[("a", 1)], name=("q", 2)),
        xr.DataArray(np.zeros(3), {"t": pd.date_range("2020", periods=3, freq="D")}, "t"),
        xr.DataArray([1, 2], {"x": np.array(["a", 1], object)}, "x"),
        xr.DataArray([1, 2], {"x": np.array([1, 2], "i2")}, "x"),
        xr.DataArray([1, 2], {"x": ["p", "q"]}, "x"),
    ],
    ids=lambda value: str(value).partition("\n")[0][:60],
)
def test_rare_values_come_back(value):
    check_ways(value)


@pytest.mark.skipif(not hasattr(xr, "DataTree"), reason="this xarray has no trees")
def test_trees_come_back_and_a_part_of_one_says_what_to_do():
    nodes = {"/": ARRAY.to_dataset(), "/a": xr.Dataset({"q": ("x", [1, 2])}), "/a/b": None}
    tree = xr.DataTree.from_dict(nodes, name="r")
    check_ways(tree)
    with pytest.raises(EncodingError, match=r"pass it.copy\(\)"):
        bytes_of(tree["a"])
    check_ways(tree["a"].copy())
    assert b"/a: q int64 (x: 2)" in to_preview("json", bytes_of(tree))


def test_how_a_variable_was_stored_in_a_file_is_no_part_of_it():
    other = ARRAY.copy()
    other.encoding = {"zlib": True}
    assert bytes_of(other) == bytes_of(ARRAY)


def test_what_is_read_may_be_changed_in_place():
    data = bytes_of(xr.DataArray(np.zeros(9999)))
    found = encoding_of(Any).decode(data)
    found[0] = 7
    assert encoding_of(Any).decode(data).max() == 0


@dataclass
class Run:
    result: xr.Dataset
    others: list[xr.DataArray | None]


@pytest.mark.parametrize("size", [3, 3000])
def test_datasets_come_back_inside_of_other_values(size):
    array = xr.DataArray(np.arange(size), {"x": np.arange(size)}, "x", "n")
    run = Run(array.to_dataset(), [array, None])
    for annotation in (Run, Any):
        encoding = encoding_of(annotation)
        found = encoding.decode(encoding.encode(run))
        assert_same(found.result, run.result)
        assert_same(found.others[0], array)


class Lazy:
    """As dask has it: an array that is somewhere else."""

    __module__ = "dask.array"
    shape, dtype, ndim = (2,), np.dtype("f8"), 1

    def __array_function__(self, *arguments):
        return NotImplemented

    def __array_ufunc__(self, *arguments):
        return NotImplemented


class Mine(xr.Dataset):
    __slots__ = ()


REFUSED = [
    (xr.Dataset, ARRAY, r"pass it.to_dataset\(name=...\)"),
    (xr.DataArray, np.zeros(3), r"pass xr.DataArray\(it\)"),
    (xr.Dataset, Mine(), "type Mine"),
    (Any, xr.DataArray(Lazy(), dims="x"), r"Lazy of dask.array, .* pass it.compute\(\)"),
    (Any, ARRAY.assign_attrs(made=object()), "object"),
    (Any, xr.DataArray(np.ma.array([1.0])).assign_attrs(f=print), "function"),
    (Any, xr.Dataset({"o": ("x", np.array([object()]))}), "object"),
]


@pytest.mark.parametrize(("annotation", "value", "message"), REFUSED)
def test_what_is_wrong_or_would_be_lost_is_refused_with_the_remedy(annotation, value, message):
    with pytest.raises(EncodingError, match=message):
        encoding_of(annotation).encode(value)


def test_an_index_that_is_no_index_of_pandas_is_refused():
    indexes = import_module("xarray.indexes")  # old versions do not import it themselves

    class Other(indexes.PandasIndex):
        pass

    index = Other([1, 2], "x")
    coordinates = xr.Coordinates(index.create_variables(), {"x": index})
    with pytest.raises(EncodingError, match=r"drop_indexes\(\['x'\]\)"):
        bytes_of(xr.Dataset(coords=coordinates))


def test_classes_that_cannot_fit_are_known_when_the_step_is_built():
    def clash(parameter, produced):
        return contradicts(encoding_of(parameter), encoding_of(produced))

    assert clash(xr.Dataset, xr.DataArray)
    assert clash(xr.DataArray, np.ndarray)
    assert not clash(xr.Dataset | None, xr.Dataset)


def test_data_that_are_no_value_of_xarray_are_refused():
    right = bytes_of(ARRAY)
    for old, new in [
        (b'"DataArray"', b'"open_dataset"'),
        (b'"DataArray"', b'"Dataset"'),
        (b'"DataArray"', b'"Variable"'),
        (b'"sizes":[2,3]', b'"sizes":[3,2]'),
        (b'"dims"', b'"other"'),
        (b'"index":', b'"other":'),
    ]:
        assert old in right
        for reader in (encoding_of(xr.DataArray), encoding_of(Any)):
            with pytest.raises(EncodingError):
                reader.decode(right.replace(old, new))


SHOWN = [
    (
        ARRAY.to_dataset(),
        """xarray.Dataset
  n float64 (x: 2, y: 3)
  * x int64 (x: 2)
  * l <U1 (y: 3)
  * t float64 ()""",
    ),
    (xr.DataArray([1.5], dims="x"), "xarray.DataArray: float64 (x: 1)"),
    ([xr.Variable("x", [1.5])], '["xarray.Variable: float64 (x: 1)"]'),
]


@pytest.mark.parametrize(("value", "expected"), SHOWN)
def test_a_preview_says_which_variables_there_are(value, expected):
    assert to_preview("json", bytes_of(value)).decode() == expected


def test_it_becomes_a_file_of_netcdf_where_that_can_say_it():
    pytest.importorskip("scipy")
    file = to_text("json", bytes_of(ARRAY.to_dataset()))
    assert (xr.open_dataset(io.BytesIO(file))["n"].values == ARRAY.values).all()
    with pytest.raises(EncodingError, match="cannot write this as NetCDF"):
        to_text("json", bytes_of(xr.Variable("x", [1])))


WITHOUT = """
import sys
import funsies, funsies.core.encoding as it
from typing import Any
assert "xarray" not in sys.modules
sys.modules["xarray"] = None
data = DATA
print(it.to_preview("json", data).decode())
for read in (it.encoding_of(Any).decode, lambda data: it.to_text("json", data)):
    try:
        read(data)
    except it.encoding.EncodingError as problem:
        print(problem)
"""


def test_funsies_works_without_xarray_and_says_where_it_is_needed():
    code = WITHOUT.replace("DATA", repr(bytes_of(xr.DataArray([1.5], dims="x"))))
    run = [sys.executable, "-c", code]
    text = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert "xarray.DataArray: float64 (x: 1)" in text
    assert text.count("this is a value of xarray, and xarray is not installed here") == 2
