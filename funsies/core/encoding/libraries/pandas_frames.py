"""Frames, series, indexes and arrays of pandas as a head and parts, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.frames import Frame
from funsies.core.encoding.libraries import pandas_scalars
from funsies.core.encoding.libraries.pandas_looks import columns_of
from funsies.core.encoding.libraries.pandas_parts import (
    NOT_PANDAS,
    Sink,
    is_before_3,
    numpy_here,
    pandas_here,
    read_cell,
    write_cell,
    write_name,
)
from funsies.core.encoding.libraries.pandas_vectors import (
    read_vector,
    values_of,
    write_freq,
    write_vector,
)
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused, show_key, type_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

ARRAYS: Final = (
    "ArrowExtensionArray",
    "ArrowStringArray",
    "BooleanArray",
    "Categorical",
    "DatetimeArray",
    "FloatingArray",
    "IntegerArray",
    "IntervalArray",
    "NumpyExtensionArray",
    "PeriodArray",
    "SparseArray",
    "StringArray",
    "TimedeltaArray",
)

LONG_BYTES: Final = 1 << 16
"""Columns of numbers from this size on stand alone: they are written where they lie."""

_MALFORMED: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError)


def taken_apart(value: Any) -> Frame:
    """Take a value of pandas apart.

    Raises:
        ValueRefused: if it would not come back as it is.
    """
    sink, name = Sink(), type(value).__name__
    if name in pandas_scalars.KINDS:
        head = pandas_scalars.write_scalar(value)
    elif name in INDEXES:
        head = {**write_index(value, sink), "size": len(value)}
    elif name == "DataFrame":
        head = {"is": name, "size": len(value), **_write_frame(value, sink)}
    elif name == "Series":
        head = {"is": name, "size": len(value), **_write_series(value, sink)}
    else:
        values = write_vector(_plain(value), sink)
        head = {"is": "array", "size": len(value), "values": values}
    return Frame(head, sink.parts)


def _plain(array: Any) -> Any:
    """Arrays of pandas' that are no more than one of NumPy's."""
    return array.to_numpy() if isinstance(array.dtype, numpy_here().dtype) else array


def _write_series(value: Any, sink: Sink) -> dict[str, Json]:
    raw: dict[str, Json] = {"index": write_index(value.index, sink)}
    if value.name is not None:
        raw["name"] = write_name(value.name)
    return {**raw, "values": write_vector(values_of(value), sink), **_rest(value)}


def _rest(value: Any) -> dict[str, Json]:
    raw: dict[str, Json] = {"attrs": write_cell(value.attrs)} if value.attrs else {}
    return raw if value.flags.allows_duplicate_labels else {**raw, "unique": True}


def _write_frame(value: Any, sink: Sink) -> dict[str, Json]:
    index, columns = write_index(value.index, sink), write_index(value.columns, sink)
    raw: dict[str, Json] = {"index": index, "columns": columns}
    blocks = [_write_block(value, places, sink) for places in _blocks(value)]
    return {**raw, "blocks": blocks, **_rest(value)}


def _blocks(value: Any) -> Iterable[list[int]]:
    """Which columns stand together: short ones of one type of numbers.

    So the bytes are the same however the columns lie in memory. Numbers in the byte order of
    other machines cannot be put into order again when they are read (by pandas 2).
    """
    blocks: dict[object, list[int]] = {}
    are_native = all(dtype.isnative for dtype in value.dtypes if _is_of_numbers(dtype))
    for place, dtype in enumerate(value.dtypes):
        is_short = _is_of_numbers(dtype) and len(value) * dtype.itemsize < LONG_BYTES
        blocks.setdefault(dtype.str if is_short and are_native else place, []).append(place)
    return blocks.values()


def _is_of_numbers(dtype: Any) -> bool:
    return isinstance(dtype, numpy_here().dtype) and dtype.kind != "O"


def _write_block(value: Any, places: list[int], sink: Sink) -> Json:
    first, count = places[0], len(places)
    is_run = places[-1] - first + 1 == count
    try:
        if count == 1:
            return {"at": first, "values": write_vector(values_of(value.iloc[:, first]), sink)}
        block = value.iloc[:, slice(first, first + count) if is_run else places].to_numpy().T
        return {"at": first if is_run else places, "values": write_vector(block, sink)}
    except ValueRefused as refusal:
        raise refusal.at(f"[{show_key(value.columns[first])}]") from None


def made(frame: Frame) -> Any:
    """Make a value of pandas.

    Raises:
        ValueRefused: if the frame is not that of one.
    """
    head = frame.head
    if type(head) is not dict:
        raise ValueRefused(NOT_PANDAS)
    try:
        return _made(head, frame.parts)
    except _MALFORMED as problem:
        raise ValueRefused(f"{NOT_PANDAS} ({problem})") from None


def _made(head: dict[str, Any], parts: Sequence[Any]) -> Any:
    name = head.get("is")
    if name in pandas_scalars.KINDS:
        return pandas_scalars.read_scalar(head)
    if name in INDEXES:
        return read_index(head, parts)
    if name == "DataFrame":
        return _with_rest(_read_frame(head, parts), head)
    if name == "Series":
        return _with_rest(_read_series(head, parts), head)
    if name != "array":
        raise ValueRefused(NOT_PANDAS)
    values = read_vector(head.get("values"), parts)
    is_numpy = isinstance(values, numpy_here().ndarray)
    return pandas_here().Index(values, copy=False).array if is_numpy else values


def _with_rest(value: Any, head: dict[str, Any]) -> Any:
    if "attrs" in head:
        value.attrs = read_cell(head["attrs"])
    if head.get("unique") is True:
        value.flags.allows_duplicate_labels = False
    return value


def _read_series(head: dict[str, Any], parts: Sequence[Any]) -> Any:
    values = read_vector(head.get("values"), parts)
    index, name = read_index(head.get("index"), parts), read_cell(head.get("name"))
    series = _series(values, index)
    series.name = name
    return series


def _series(values: Any, index: Any) -> Any:
    return pandas_here().Series(values, index=index, dtype=values.dtype, copy=False)


def _read_frame(head: dict[str, Any], parts: Sequence[Any]) -> Any:
    pandas = pandas_here()
    index, columns = (read_index(head.get(axis), parts) for axis in ("index", "columns"))
    pieces, places = [], []
    for block in head["blocks"]:
        pieces.append(_piece(read_vector(block["values"], parts), index))
        places += columns_of(block, pieces[-1].shape[1])
    if not pieces:
        return pandas.DataFrame(index=index, columns=columns)
    frame = pieces[0] if len(pieces) == 1 else _side_by_side(pieces)
    if places != list(range(len(places))):
        frame = frame.iloc[:, numpy_here().argsort(places)]
    frame.columns = columns
    return frame


def _side_by_side(pieces: list[Any]) -> Any:
    without_copies = {"copy": False} if is_before_3() else {}
    return pandas_here().concat(pieces, axis=1, **without_copies)


def _piece(values: Any, index: Any) -> Any:
    if isinstance(values, numpy_here().ndarray) and values.dtype.kind != "O":
        return pandas_here().DataFrame(values.T, index=index, copy=False)
    return _series(values, index).to_frame()


INDEXES: Final = (
    "Index",
    "RangeIndex",
    "MultiIndex",
    "CategoricalIndex",
    "DatetimeIndex",
    "TimedeltaIndex",
    "PeriodIndex",
    "IntervalIndex",
)
_WITH_FREQUENCY: Final = ("DatetimeIndex", "TimedeltaIndex")
_RANGE_PARTS: Final = 3


def write_index(index: Any, sink: Sink) -> dict[str, Json]:
    """Write an index.

    Raises:
        ValueRefused: if it would not come back as it is.
    """
    kind = type(index)
    if kind.__name__ not in INDEXES or kind is not getattr(pandas_here(), kind.__name__):
        raise ValueRefused(
            f"an index of class {type_name(kind)} would lose what it has besides its values; "
            "pass pd.Index(...) of it"
        )
    raw: dict[str, Json] = {"is": kind.__name__}
    if kind.__name__ == "MultiIndex":
        return {**raw, **_write_levels(index, sink)}
    if index.name is not None:
        raw["name"] = write_name(index.name)
    if kind.__name__ == "RangeIndex":
        return {**raw, "range": [index.start, index.stop, index.step]}
    if kind.__name__ in _WITH_FREQUENCY and index.freq is not None:
        raw["freq"] = write_freq(index.freq)
    return {**raw, "values": write_vector(values_of(index), sink)}


def _write_levels(index: Any, sink: Sink) -> dict[str, Json]:
    raw: dict[str, Json] = {
        "names": [write_name(name) for name in index.names],
        "levels": [write_index(level.rename(None), sink) for level in index.levels],
        "codes": [write_vector(codes, sink) for codes in index.codes],
    }
    return raw if index.sortorder is None else {**raw, "sortorder": int(index.sortorder)}


def read_index(raw: Json, parts: Sequence[Any]) -> Any:
    """Read an index.

    Raises:
        ValueRefused: if the data are not those of one.
    """
    if type(raw) is not dict or raw.get("is") not in INDEXES:
        raise ValueRefused(NOT_PANDAS)
    index = _made_index(raw, parts)
    if type(index).__name__ != raw["is"]:
        raise ValueRefused(f"expected a {raw['is']}, found a {type_name(type(index))}")
    return index


def _made_index(raw: dict[str, Any], parts: Sequence[Any]) -> Any:
    pandas = pandas_here()
    if raw["is"] == "MultiIndex":
        return _made_of_levels(raw, parts)
    name = read_cell(raw.get("name"))
    if raw["is"] == "RangeIndex":
        return pandas.RangeIndex(*raw["range"], name=name)
    values = read_vector(raw.get("values"), parts)
    if raw["is"] in _WITH_FREQUENCY:
        index = getattr(pandas, raw["is"])(values, freq=raw.get("freq"), copy=False)
    else:
        index = pandas.Index(values, dtype=values.dtype, copy=False, tupleize_cols=False)
    return index if name is None else index.rename(name)


def _made_of_levels(raw: dict[str, Any], parts: Sequence[Any]) -> Any:
    return pandas_here().MultiIndex(
        levels=[read_index(level, parts) for level in raw["levels"]],
        codes=[read_vector(codes, parts) for codes in raw["codes"]],
        names=[read_cell(name) for name in raw["names"]],
        sortorder=raw.get("sortorder"),
        verify_integrity=False,
    )
