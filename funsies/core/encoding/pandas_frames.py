"""Frames, series, indexes and arrays of pandas as a head and parts, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding import pandas_scalars
from funsies.core.encoding.frames import Frame
from funsies.core.encoding.node import Json, Refused, show_key
from funsies.core.encoding.pandas_indexes import KINDS as INDEXES
from funsies.core.encoding.pandas_indexes import read_index, write_index
from funsies.core.encoding.pandas_parts import (
    NOT_PANDAS,
    Sink,
    numpy_here,
    pandas_here,
    read_cell,
    write_cell,
)
from funsies.core.encoding.pandas_vectors import read_vector, values_of, write_vector

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

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
_MALFORMED: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError)


def taken_apart(value: Any) -> Frame:
    """Take a value of pandas apart.

    Raises:
        Refused: if it would not come back as it is.
    """
    sink, name = Sink(), type(value).__name__
    if name in pandas_scalars.KINDS:
        head = pandas_scalars.write_scalar(value)
    elif name in INDEXES:
        head = write_index(value, sink)
    elif name == "DataFrame":
        head = {"is": name, **_write_frame(value, sink)}
    elif name == "Series":
        head = {"is": name, **_write_series(value, sink)}
    else:
        head = {"is": "array", "values": write_vector(_plain(value), sink)}
    return Frame(head, sink.parts)


def _plain(array: Any) -> Any:
    """Arrays of pandas' that are no more than one of NumPy's."""
    return array.to_numpy() if isinstance(array.dtype, numpy_here().dtype) else array


def _write_series(value: Any, sink: Sink) -> dict[str, Json]:
    raw: dict[str, Json] = {"index": write_index(value.index, sink)}
    if value.name is not None:
        raw["name"] = write_cell(value.name)
    return {**raw, "values": write_vector(values_of(value), sink), **_rest(value)}


def _rest(value: Any) -> dict[str, Json]:
    raw: dict[str, Json] = {"attrs": write_cell(value.attrs)} if value.attrs else {}
    return raw if value.flags.allows_duplicate_labels else {**raw, "unique": True}


def _write_frame(value: Any, sink: Sink) -> dict[str, Json]:
    """Neighbouring columns of one type of numbers are one block, however they are in memory."""
    index, columns = write_index(value.index, sink), write_index(value.columns, sink)
    raw: dict[str, Json] = {"index": index, "columns": columns}
    return {**raw, "blocks": list(_blocks(value, sink)), **_rest(value)}


def _blocks(value: Any, sink: Sink) -> Iterator[Json]:
    dtypes, start = list(value.dtypes), 0
    while start < len(dtypes):
        stop = _end_of_block(dtypes, start)
        try:
            yield write_vector(_block(value, start, stop), sink)
        except Refused as refusal:
            raise refusal.at(f"[{show_key(value.columns[start])}]") from None
        start = stop


def _end_of_block(dtypes: Sequence[Any], start: int) -> int:
    stop, first = start + 1, dtypes[start]
    if is_of_numbers(first):
        while stop < len(dtypes) and is_of_numbers(dtypes[stop]) and dtypes[stop] == first:
            stop += 1
    return stop


def is_of_numbers(dtype: Any) -> bool:
    """True of columns that can be one block with their neighbours."""
    return isinstance(dtype, numpy_here().dtype) and dtype.kind != "O"


def _block(value: Any, start: int, stop: int) -> Any:
    if is_of_numbers(value.dtypes.iloc[start]):
        return value.iloc[:, start:stop].to_numpy().T
    return values_of(value.iloc[:, start])


def made(frame: Frame) -> Any:
    """Make a value of pandas.

    Raises:
        Refused: if the frame is not that of one.
    """
    head = frame.head
    if type(head) is not dict:
        raise Refused(NOT_PANDAS)
    try:
        return _made(head, frame.parts)
    except _MALFORMED as problem:
        raise Refused(f"{NOT_PANDAS} ({problem})") from None


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
        raise Refused(NOT_PANDAS)
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
    pieces = [_piece(read_vector(block, parts), index) for block in head["blocks"]]
    if not pieces:
        return pandas.DataFrame(index=index, columns=columns)
    frame = pieces[0] if len(pieces) == 1 else pandas.concat(pieces, axis=1)
    frame.columns = columns
    return frame


def _piece(values: Any, index: Any) -> Any:
    if isinstance(values, numpy_here().ndarray) and values.dtype.kind != "O":
        return pandas_here().DataFrame(values.T, index=index, copy=False)
    return _series(values, index).to_frame()
