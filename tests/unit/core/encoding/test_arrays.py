"""NumPy's arrays come back as they were, or are refused."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from funsies.core.encoding import (
    contradicts,
    decode_for,
    encoding_of,
    encoding_of_value,
    register_codec,
    text_pieces,
    to_preview,
    to_text,
    unregister_codec,
)
from funsies.core.errors import EncodingError, UnsupportedTypeError

np = pytest.importorskip("numpy")
npst = pytest.importorskip("hypothesis.extra.numpy")
NDArray = pytest.importorskip("numpy.typing").NDArray

Number = TypeVar("Number", np.float32, np.float64)

without_explanations = settings(
    phases=[Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink]
)

DTYPES = st.one_of(
    npst.scalar_dtypes(),
    npst.unicode_string_dtypes(max_len=3),
    npst.byte_string_dtypes(max_len=3),
    npst.nested_dtypes(max_itemsize=200),
    npst.datetime64_dtypes(),
    st.just(np.dtype(np.longdouble)),
)


@st.composite
def arrays(draw):
    dtype = draw(DTYPES)
    array = draw(npst.arrays(dtype, npst.array_shapes(min_dims=0, max_dims=3, min_side=0)))
    way = draw(st.sampled_from(["as it is", "Fortran", "backwards", "transposed", "memory"]))
    if way == "Fortran":
        return np.asfortranarray(array)
    if way == "backwards" and array.ndim:
        return array[::-1]
    if way == "memory":  # items may be unaligned, and their padding arbitrary
        bytes_before = bytearray(b"\xab") + array.tobytes()
        return np.ndarray(array.shape, array.dtype, bytes_before, offset=1)
    return array.T if way == "transposed" else array


def assert_same(found, array):
    assert type(found) is type(array)
    assert found.dtype == array.dtype
    assert found.dtype.isalignedstruct == array.dtype.isalignedstruct
    assert found.shape == array.shape
    assert found.flags.fnc == array.flags.fnc
    assert repr(found.tolist()) == repr(array.tolist())
    if array.dtype.names is None and array.dtype.char not in "gG":
        assert found.tobytes() == array.tobytes()  # bit for bit, NaN as well


def there_and_back(annotation, value):
    encoding = encoding_of(annotation)
    return encoding.decode(encoding.encode(value))


@given(arrays())
def test_any_array_comes_back(array):
    encodings = [encoding_of(np.ndarray), encoding_of(Any), encoding_of_value(array)]
    for encoding in encodings:
        found = encoding.decode(encoding.encode(array))
        assert_same(found, array)
        assert encoding.encode(found) == encoding.encode(array)
        assert found.flags.writeable


@given(arrays())
def test_equal_arrays_have_equal_bytes_whatever_their_strides(array):
    encoding = encoding_of(np.ndarray)
    spread = np.zeros((*array.shape, 2), array.dtype)[..., 0]
    spread[...] = array
    assert encoding.encode(spread) == encoding.encode(np.array(array, order="C"))


@pytest.mark.parametrize("size", [3, 100_000])
def test_arrays_come_back_inside_of_other_values(size):
    @dataclass
    class Run:
        positions: np.ndarray
        energies: NDArray[np.float64]
        steps: list[np.ndarray | int | None]

    run = Run(np.arange(size), np.linspace(0, 1, size), [np.ones(size), 3, None])
    found = there_and_back(Run, run)
    assert_same(found.positions, run.positions)
    assert_same(found.energies, run.energies)
    assert_same(found.steps[0], run.steps[0])
    assert found.steps[1:] == [3, None]
    by_name = there_and_back(Any, {"a": run.positions, "b": (run.energies,)})
    assert_same(by_name["b"][0], run.energies)


def test_arrays_that_were_equal_can_be_changed_one_by_one():
    first, second = there_and_back(list[np.ndarray], [np.zeros(9999), np.zeros(9999)])
    first += 1
    assert not second.any()


def test_an_array_that_is_read_does_not_change_the_bytes_that_it_was_read_from():
    encoding = encoding_of(np.ndarray)
    data = encoding.encode(np.zeros(9999))
    found = encoding.decode(data)
    found += 1
    assert not encoding.decode(data).any()


def test_an_array_is_read_where_it_lies():
    encoding = encoding_of(np.ndarray)
    memory = bytearray(encoding.encode(np.zeros(9999)))
    found = encoding.decode(memoryview(memory))
    found[-1] = 1
    assert memory.endswith(np.float64(1).tobytes())


@pytest.mark.parametrize(
    "value",
    [
        np.arange(4).reshape(2, 2).view(np.matrix),
        np.rec.array([(1, 2.0)], dtype=[("a", "i1"), ("b", "f8")]),
        np.zeros(2, np.dtype({"names": ["a"], "formats": ["i4"], "offsets": [8]})),
        np.zeros(2, [(("title", "a"), "i4"), ("b", [("c", "u1"), ("d", ">f8", (2, 3))])]),
        np.zeros(2, np.dtype("i1,f8", align=True)),
        np.array(["NaT", "2020-01-01T00:00"], "M8[15m]"),
        np.zeros((0, 3), "S0"),
        np.zeros(3, []),
        np.longdouble(1) / 3 * np.ones(2, np.longdouble),
    ],
)
def test_rare_arrays_come_back(value):
    for annotation in (np.ndarray, type(value), Any):
        assert_same(there_and_back(annotation, value), value)


def test_a_map_of_a_file_comes_back_as_an_array(tmp_path):
    mapped = np.memmap(tmp_path / "data", "f8", "w+", shape=(3,))
    assert_same(there_and_back(np.ndarray, mapped), np.zeros(3))


@pytest.mark.parametrize(
    "value",
    [
        np.datetime64("2020-01-01T03", "h"),
        np.datetime64("NaT", "s"),
        np.timedelta64(3, "ms"),
        np.longdouble(1) / 3,
        np.clongdouble(1j) / 3,
        np.bytes_(b"abc"),
        np.zeros(1, "i4,f4")[0],
    ],
    ids=repr,
)
def test_scalars_that_python_has_not_come_back(value):
    for encoding in (encoding_of(type(value)), encoding_of(Any), encoding_of_value(value)):
        found = encoding.decode(encoding.encode(value))
        assert type(found) is type(value)
        assert found.dtype == value.dtype
        assert found.tobytes()[:10] == value.tobytes()[:10]


REFUSED = [
    (np.ndarray, np.array([object()]), "holds Python objects"),
    (Any, np.array([None]), "holds Python objects"),
    (np.ndarray, np.zeros(2, [("a", "O")]), "holds Python objects"),
    (np.ndarray, np.zeros(2, np.dtype("i4", metadata={"a": 1})), "would not come back"),
    (np.ndarray, np.ma.array([1], mask=[True]), "mask would be lost"),
    (np.ndarray, np.zeros(2).view(type("Mine", (np.ndarray,), {})), "np.asarray"),
    (np.ndarray, [1.0], "expected ndarray, got a value of type list"),
    (np.matrix, np.zeros((2, 2)), "expected matrix"),
    (NDArray[np.float64], np.arange(3), r"astype\(np.float64\)"),
    (list[NDArray[np.floating]], [np.arange(3)], r"at \[0\]: expected NDArray\[floating\]"),
    (NDArray[np.float32 | np.int8], np.zeros(3), r"NDArray\[float32 | int8\]"),
    (np.ndarray[tuple[int, int], np.dtype[np.float64]], np.zeros(3), r"shape \(3,\)"),
    (np.ndarray[tuple[int, Literal[3]], np.dtype[Any]], np.zeros((2, 2)), r"shape \(2, 2\)"),
]


@pytest.mark.parametrize(("annotation", "value", "message"), REFUSED)
def test_what_would_be_lost_or_is_wrong_is_refused_with_the_remedy(annotation, value, message):
    with pytest.raises(EncodingError, match=message):
        encoding_of(annotation).encode(value)


@pytest.mark.parametrize("kind", [np.object_, np.ma.MaskedArray])
def test_classes_without_an_encoding_are_refused(kind):
    with pytest.raises(UnsupportedTypeError):
        encoding_of(kind)


FITTING = [
    (NDArray[np.floating], np.zeros(3, "f4")),
    (NDArray[np.float32 | np.int8], np.zeros(3, "i1")),
    (NDArray[Number], np.zeros(3, "f4")),
    (NDArray[Any], np.zeros(3, "U3")),
    (NDArray[np.generic], np.zeros(3, "U3")),
    (np.ndarray[tuple[int, Literal[3]], np.dtype[np.int64]], np.zeros((2, 3), "i8")),
    (np.ndarray[tuple[()], np.dtype[np.int64]], np.array(3)),
    (np.ndarray[tuple[int, ...], np.dtype[np.int64]], np.zeros((2, 3), "i8")),
    (np.ndarray[Any, np.dtype[np.int64]], np.zeros((2, 3), "i8")),
    (NDArray[np.int64] | NDArray[np.float64], np.zeros(2)),
    (NDArray[np.int64] | str, np.zeros(2, "i8")),
]


@pytest.mark.parametrize(("annotation", "value"), FITTING)
def test_an_annotation_takes_what_it_says(annotation, value):
    assert_same(there_and_back(annotation, value), value)


def test_an_annotation_is_checked_where_a_value_is_read_as_well():
    wrong = encoding_of(np.ndarray).encode(np.arange(3))
    with pytest.raises(
        EncodingError, match=r"expected NDArray\[float64\], got an array of int64"
    ):
        encoding_of(NDArray[np.float64]).decode(wrong)
    with pytest.raises(
        EncodingError, match=r"expected NDArray\[float64\], got an array of int64"
    ):
        decode_for(encoding_of(NDArray[np.float64]), encoding_of(np.ndarray), wrong)


def test_steps_that_cannot_fit_are_known_before_they_run():
    def clash(parameter, produced):
        return contradicts(encoding_of(parameter), encoding_of(produced))

    assert clash(NDArray[np.float64], NDArray[np.int64])
    assert clash(list[NDArray[np.float64]], list[NDArray[np.int64]])
    assert clash(list[int], np.ndarray)
    assert clash(
        np.ndarray[tuple[int], np.dtype[Any]], np.ndarray[tuple[int, int], np.dtype[Any]]
    )
    assert not clash(NDArray[np.floating], NDArray[np.float64])
    assert not clash(NDArray[np.float64], NDArray[np.floating])
    assert not clash(NDArray[np.float64], np.ndarray)
    assert not clash(np.ndarray, NDArray[np.float64])


def test_data_that_are_no_array_are_refused():
    encoding = encoding_of(np.ndarray)
    right = encoding.encode(np.arange(3))
    for old, new in [
        (b'"<i8"', b'"|O"'),
        (b'"<i8"', b'"nonsense"'),
        (b'"<i8"', b"7"),
        (b'"<i8"', b'{"fields":3}'),
        (b"[3]", b"[4]"),
        (b"[3]", b"[-3]"),
        (b"[3]", b"3"),
        (b'"parts":[', b'"parts":["",'),
        (b'"dtype"', b'"other"'),
        (b'"shape"', b'"class":"system","shape"'),
    ]:
        for reader in (encoding, encoding_of(Any)):
            with pytest.raises(EncodingError):
                reader.decode(right.replace(old, new))


def test_a_codec_of_the_users_own_comes_first():
    def write(array):
        return b"mine"

    register_codec("mine", np.ndarray, write, lambda data: np.zeros(len(data)))
    try:
        assert encoding_of(np.ndarray).encode(np.arange(3)) == b"mine"
        assert encoding_of(NDArray[np.int64]).encode(np.arange(3)) == b"mine"
        assert there_and_back(list[np.ndarray], [np.arange(3)])[0].shape == (4,)
        assert there_and_back(Any, [np.arange(3)])[0].shape == (4,)
    finally:
        unregister_codec("mine")
    assert encoding_of(np.ndarray).encode(np.arange(3)) != b"mine"


@given(arrays())
def test_an_array_is_shown_as_a_file_that_numpy_reads(array):
    data = encoding_of(np.ndarray).encode(array)
    text = to_text("json", data)
    pieces = list(text_pieces("json", io.BytesIO(data), lambda: io.BytesIO(data)))
    assert b"".join(pieces) == text
    if array.dtype.names is None and array.dtype.char not in "gG":
        assert_same(np.load(io.BytesIO(text)), array)


def test_a_large_array_is_shown_in_pieces():
    array = np.arange(1_000_000)
    data = encoding_of(np.ndarray).encode(array)
    pieces = list(text_pieces("json", io.BytesIO(data), lambda: io.BytesIO(data)))
    assert max(map(len, pieces)) < 2 << 20
    assert (np.load(io.BytesIO(b"".join(pieces))) == array).all()


PREVIEWS = [
    (np.arange(3), b"array of int64, shape (3,): 0, 1, 2"),
    (
        np.arange(1e6, dtype="f4"),
        b"array of float32, shape (1000000,): 0.0, 1.0, 2.0, 3.0, 4.0, 5.0, ...",
    ),
    (np.array(True), b"array of bool, shape (): True"),
    (np.array([1], ">u2"), b"array of big-endian uint16, shape (1,): 1"),
    (np.array([], "c8"), b"array of complex64, shape (0,)"),
    (np.array(["2020"], "M8[Y]"), b"array of datetime64[Y], shape (1,)"),
    (np.zeros(1, "i4,f4"), b"array of records, shape (1,)"),
    (np.array([[7]]).view(np.matrix), b"matrix of int64, shape (1, 1): 7"),
    ([np.arange(2)], b'["array of int64, shape (2,): 0, 1"]'),
    (
        {"a": np.zeros(9999, "i1")},
        b'{"a":"array of int8, shape (9999,): 0, 0, 0, 0, 0, 0, ..."}',
    ),
]


@pytest.mark.parametrize(("value", "expected"), PREVIEWS)
def test_a_preview_says_what_it_is_and_never_all_of_it(value, expected):
    assert to_preview("json", encoding_of(Any).encode(value)) == expected


WITHOUT_NUMPY = """
import sys
import funsies, funsies.core.encoding as it
assert "numpy" not in sys.modules
sys.modules["numpy"] = None
data = b'{"$array":{"dtype":"<i2","shape":[1]},"parts":["AQA="]}'
assert it.to_preview("json", data) == b"array of int16, shape (1,): 1"
assert it.to_text("json", data)[:6] == b"\\x93NUMPY"
from typing import Any
try:
    it.encoding_of(Any).decode(data)
except it.encoding.EncodingError as problem:
    print(problem)
"""


def test_funsies_works_without_numpy_and_says_where_it_is_needed():
    run = [sys.executable, "-c", WITHOUT_NUMPY]
    text = subprocess.run(run, capture_output=True, text=True, check=True).stdout
    assert "this is a NumPy array, and numpy is not installed here" in text
