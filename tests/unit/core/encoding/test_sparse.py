"""Sparse arrays come back as they were, or are refused."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import dataclass
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
sparse = pytest.importorskip("scipy.sparse")

FORMATS = ["bsr", "coo", "csc", "csr", "dia", "dok", "lil"]
KINDS = ["array", "matrix"]
DTYPES = ["b1", "i1", "u4", "i8", "f4", "f8", "c16"]


def of_format(name, kind, *arguments, **options):
    return getattr(sparse, f"{name}_{kind}")(*arguments, **options)


@st.composite
def sparse_arrays(draw):
    """With items that are zero, stored twice and unsorted, where a format has them."""
    rows, columns = draw(st.integers(0, 5)), draw(st.integers(1, 5))
    places = st.tuples(st.integers(0, max(0, rows - 1)), st.integers(0, columns - 1))
    at = draw(st.lists(places, max_size=8 if rows else 0))
    data = np.array(draw(st.lists(st.integers(-2, 2), min_size=len(at), max_size=len(at))))
    row, column = (np.array([place[axis] for place in at], "i4") for axis in (0, 1))
    name, kind = draw(st.sampled_from(FORMATS)), draw(st.sampled_from(KINDS))
    dtype = draw(st.sampled_from(DTYPES))
    value = of_format("coo", kind, (data.astype(dtype), (row, column)), shape=(rows, columns))
    return value.asformat(name)


def arrays_of(value):
    if value.format == "dok":
        return sorted((np.ravel(key).tolist(), item) for key, item in value.items())
    names = {"dia": ["data", "offsets"], "lil": ["data", "rows"], "coo": ["data"]}
    found = [
        getattr(value, each) for each in names.get(value.format, ["data", "indices", "indptr"])
    ]
    return [*found, *(value.coords if value.format == "coo" else [])]


def assert_same(found, value):
    assert type(found) is type(value)
    assert found.shape == value.shape
    assert found.dtype == value.dtype
    assert repr(arrays_of(found)) == repr(arrays_of(value))
    assert (found.toarray() == value.toarray()).all()


def check_ways(value):
    check_all_ways(value, assert_same)


@given(sparse_arrays())
def test_any_sparse_array_comes_back(value):
    check_ways(value)


@pytest.mark.parametrize("name", ["csr", "csc", "bsr", "coo"])
@pytest.mark.parametrize("dtype", ["i4", "i8"])
def test_the_type_of_the_indices_is_kept(name, dtype):
    value = of_format(name, "array", np.eye(4))
    indices = ["row", "col"] if name == "coo" else ["indices", "indptr"]
    if name == "coo":
        value.coords = tuple(each.astype(dtype) for each in value.coords)
    else:
        for each in indices:
            setattr(value, each, getattr(value, each).astype(dtype))
    check_ways(value)
    assert getattr(encoding_of(Any).decode(bytes_of(value)), indices[0]).dtype == dtype


@pytest.mark.parametrize("name", ["coo", "dok"])
def test_arrays_of_one_axis_come_back(name):
    check_ways(of_format(name, "array", np.array([0.0, 1.0, 0.0, 2.0])))


def test_what_lies_otherwise_is_another_value():
    sorted_one = sparse.csr_array((np.ones(2), [0, 1], [0, 2]), shape=(1, 2))
    other = sparse.csr_array((np.ones(2), [1, 0], [0, 2]), shape=(1, 2))
    assert (sorted_one.toarray() == other.toarray()).all()
    assert bytes_of(sorted_one) != bytes_of(other)
    assert bytes_of(sorted_one) == bytes_of(other.sorted_indices())


def test_the_order_in_which_a_dict_of_keys_was_filled_makes_no_difference():
    first, second = sparse.dok_array((3, 3)), sparse.dok_array((3, 3))
    first[0, 1], first[2, 0] = 1, 2
    second[2, 0], second[0, 1] = 2, 1
    assert bytes_of(first) == bytes_of(second)


def test_blocks_come_back_with_their_size():
    value = sparse.bsr_array(np.eye(6), blocksize=(2, 3))
    check_ways(value)
    assert encoding_of(Any).decode(bytes_of(value)).blocksize == (2, 3)


def test_what_is_read_may_be_changed_in_place():
    data = bytes_of(sparse.csr_array(np.eye(99)))
    found = encoding_of(Any).decode(data)
    found.data[:] = 7
    assert encoding_of(Any).decode(data).max() == 1


@dataclass
class Graph:
    edges: sparse.csr_array
    others: list[sparse.spmatrix | sparse.sparray | None]


@pytest.mark.parametrize("size", [3, 3000])
def test_sparse_arrays_come_back_inside_of_other_values(size):
    edges = sparse.eye_array(size, format="csr")
    graph = Graph(edges, [sparse.coo_matrix(edges), sparse.coo_array(edges), None])
    for annotation in (Graph, Any):
        encoding = encoding_of(annotation)
        found = encoding.decode(encoding.encode(graph))
        assert_same(found.edges, edges)
        assert_same(found.others[0], graph.others[0])
        assert_same(found.others[1], graph.others[1])


class Mine(sparse.csr_array):
    pass


REFUSED = [
    (sparse.csr_array, np.eye(3), r"pass scipy.sparse.csr_array\(it\)"),
    (sparse.csr_array, sparse.csc_array(np.eye(3)), "expected scipy.sparse.csr_array"),
    (sparse.spmatrix, sparse.csr_array(np.eye(3)), "expected scipy.sparse.spmatrix"),
    (sparse.csr_array, Mine(np.eye(3)), "type Mine"),
    (Any, Mine(np.eye(3)), "Mine"),
]


@pytest.mark.parametrize(("annotation", "value", "message"), REFUSED)
def test_what_is_wrong_is_refused(annotation, value, message):
    with pytest.raises(EncodingError, match=message):
        encoding_of(annotation).encode(value)


def test_formats_that_cannot_fit_are_known_when_the_step_is_built():
    def clash(parameter, produced):
        return contradicts(encoding_of(parameter), encoding_of(produced))

    assert clash(sparse.csr_array, sparse.csr_matrix)
    assert clash(sparse.csr_array, np.ndarray)
    assert clash(sparse.spmatrix, sparse.csr_array)
    assert not clash(sparse.sparray, sparse.csr_array)
    assert not clash(sparse.csr_array, sparse.sparray)


def test_data_that_are_no_sparse_array_are_refused():
    right = encoding_of(Any).encode(sparse.csr_array(np.eye(3)))
    for old, new in [
        (b'"csr_array"', b'"linalg"'),
        (b'"csr_array"', b'"dia_array"'),
        (b'"csr_array"', b'"coo_array"'),
        (b'"shape":[3,3]', b'"shape":[4,4]'),
        (b'"shape":[3,3]', b'"shape":3'),
        (b'"arrays"', b'"other"'),
        (b'"parts":[', b'"parts":["",'),
    ]:
        for reader in (encoding_of(sparse.csr_array), encoding_of(Any)):
            with pytest.raises(EncodingError):
                reader.decode(right.replace(old, new))


@given(sparse_arrays())
def test_a_sparse_array_becomes_a_file_that_scipy_reads(value):
    file = to_text("json", bytes_of(value))
    found = sparse.load_npz(io.BytesIO(file))
    stored_as = {"lil": "csr", "dok": "coo"}.get(value.format, value.format)
    assert found.format == stored_as
    assert isinstance(found, sparse.sparray) == isinstance(value, sparse.sparray)
    assert (found.toarray() == value.toarray()).all()
    assert to_text("json", bytes_of(value)) == file


SHOWN = [
    (sparse.csr_array(np.eye(3)), b"csr_array of float64, shape (3, 3), 3 stored"),
    (sparse.bsr_matrix(np.eye(4, dtype="i2")), b"bsr_matrix of int16, shape (4, 4), 4 stored"),
    ([sparse.dok_array((2, 2), dtype=bool)], b'["dok_array of bool, shape (2, 2), 0 stored"]'),
]


@pytest.mark.parametrize(("value", "expected"), SHOWN)
def test_a_preview_says_what_it_is(value, expected):
    assert to_preview("json", bytes_of(value)) == expected


WITHOUT = """
import sys
import funsies, funsies.core.encoding as it
from typing import Any
assert "scipy" not in sys.modules
sys.modules["scipy"] = None
data = DATA
print(it.to_preview("json", data).decode())
try:
    it.encoding_of(Any).decode(data)
except it.encoding.EncodingError as problem:
    print(problem)
"""


def test_funsies_works_without_scipy_and_says_where_it_is_needed():
    code = WITHOUT.replace("DATA", repr(bytes_of(sparse.csr_array(np.eye(3)))))
    run = [sys.executable, "-c", code]
    text = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert "csr_array of float64, shape (3, 3), 3 stored" in text
    assert "this is a sparse array, and scipy.sparse is not installed here" in text
