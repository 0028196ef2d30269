"""Columns of pandas, by their data types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.any_node import decode_any, encode_any
from funsies.core.encoding.frames import library
from funsies.core.encoding.libraries.pandas_columns import (
    read_cells,
    read_numpy,
    read_strings,
    read_texts,
    write_numpy,
    write_strings,
)
from funsies.core.encoding.libraries.pandas_parts import (
    NOT_PANDAS,
    Sink,
    numpy_here,
    pandas_here,
    part_at,
    read_cell,
    read_zone,
    write_cell,
    write_zone,
)
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


def values_of(column: Any) -> Any:
    """The values of a column or an index: an array of NumPy's, or one of pandas'."""
    return column.to_numpy() if isinstance(column.dtype, numpy_here().dtype) else column.array


def write_vector(values: Any, sink: Sink) -> dict[str, Json]:
    """Write an array.

    Args:
        values: an array of NumPy's, of one or two dimensions, or one of pandas'.
        sink: for the parts.

    Raises:
        ValueRefused: if it would not come back as it is.
    """
    if isinstance(values, numpy_here().ndarray):
        return write_numpy(values, sink)
    name = type(values.dtype).__name__
    write = _WRITERS.get(name)
    known = getattr(pandas_here(), name, None) or getattr(pandas_here().arrays, name, None)
    if isinstance(values.dtype, pandas_here().api.extensions.ExtensionDtype) and write is None:
        write = _masked_writer(values)
    if write is None or (known is not None and type(values.dtype) is not known):
        raise ValueRefused(
            f"values of dtype {values.dtype} ({type_name(type(values.dtype))} of another "
            "library) cannot be stored; convert them with astype(), or register_codec() for "
            "the class of the whole"
        )
    return write(values, sink)


def read_vector(raw: Json, parts: Sequence[Any]) -> Any:
    """Read an array.

    Raises:
        ValueRefused: if the data are not those of one.
    """
    if type(raw) is not dict or raw.get("is") not in _READERS:
        raise ValueRefused(NOT_PANDAS)
    return _READERS[str(raw["is"])](raw, parts)


def _masked_writer(values: Any) -> Callable[[Any, Sink], dict[str, Json]] | None:
    masked = (pandas_here().arrays.IntegerArray, pandas_here().arrays.FloatingArray)
    is_masked = type(values) in (*masked, pandas_here().arrays.BooleanArray)
    return _write_masked if is_masked else None


def _write_masked(values: Any, sink: Sink) -> dict[str, Json]:
    missing = numpy_here().asarray(values.isna())
    plain = values.dtype.numpy_dtype
    data = values.to_numpy(plain, na_value=plain.type(0))
    raw: dict[str, Json] = {"is": "masked", "data": write_numpy(data, sink)}
    return {**raw, "missing": sink.put(missing.data)} if missing.any() else raw


def _read_masked(raw: dict[str, Any], parts: Sequence[Any]) -> Any:
    numpy, arrays = numpy_here(), pandas_here().arrays
    data = read_vector(raw.get("data"), parts)
    missing = numpy.zeros(len(data), bool)
    if "missing" in raw:
        missing = numpy.frombuffer(part_at(parts, raw["missing"]), bool)
    made = {"b": arrays.BooleanArray, "f": arrays.FloatingArray}
    return made.get(data.dtype.kind, arrays.IntegerArray)(data, missing)


def _write_category(values: Any, sink: Sink) -> dict[str, Json]:
    from funsies.core.encoding.libraries.pandas_frames import write_index  # noqa: PLC0415 - it uses this

    raw = {"is": "category", "categories": write_index(values.categories, sink)}
    codes = write_numpy(values.codes, sink)
    return {**raw, "codes": codes, "ordered": bool(values.ordered)}


def _read_category(raw: dict[str, Any], parts: Sequence[Any]) -> Any:
    from funsies.core.encoding.libraries.pandas_frames import read_index  # noqa: PLC0415 - it uses this

    pandas = pandas_here()
    categories = read_index(raw.get("categories"), parts)
    dtype = pandas.CategoricalDtype(categories, ordered=raw.get("ordered") is True)
    return pandas.Categorical.from_codes(read_vector(raw.get("codes"), parts), dtype=dtype)


def _write_zoned(values: Any, sink: Sink) -> dict[str, Json]:
    moments = values.tz_convert(None)
    zone = write_zone(values.dtype.tz)
    return {"is": "zoned", "zone": zone, "utc": write_numpy(moments.to_numpy(), sink)}


def _read_zoned(raw: dict[str, Any], parts: Sequence[Any]) -> Any:
    moments = pandas_here().DatetimeIndex(read_vector(raw.get("utc"), parts), copy=False)
    return moments.tz_localize("UTC").tz_convert(read_zone(raw.get("zone"))).array


def _write_period(values: Any, sink: Sink) -> dict[str, Json]:
    ordinals = write_numpy(values.asi8, sink)
    return {
        "is": "period",
        "ordinals": ordinals,
        "freq": write_freq(values.dtype.freq, is_period=True),
    }


def _read_period(raw: dict[str, Any], parts: Sequence[Any]) -> Any:
    ordinals = read_vector(raw.get("ordinals"), parts)
    return pandas_here().PeriodIndex.from_ordinals(ordinals, freq=raw["freq"]).array


def write_freq(freq: Any, *, is_period: bool = False) -> str:
    """Write the frequency of an index.

    Raises:
        ValueRefused: if its name does not say all of it.
    """
    pandas = pandas_here()
    name: str = pandas.PeriodIndex([], freq=freq).freqstr if is_period else freq.freqstr
    try:
        read = (
            pandas.PeriodIndex([], freq=name).freq
            if is_period
            else pandas.tseries.frequencies.to_offset(name)
        )
    except ValueError:
        read = None
    if read != freq:
        raise ValueRefused(
            f"an index with the frequency {freq!r}, which its name {name} does not say; set "
            "index.freq = None before"
        )
    return name


def _write_interval(values: Any, sink: Sink) -> dict[str, Json]:
    left, right = (write_vector(values_of(each), sink) for each in (values.left, values.right))
    return {"is": "interval", "left": left, "right": right, "closed": values.closed}


def _read_interval(raw: dict[str, Any], parts: Sequence[Any]) -> Any:
    left, right = (read_vector(raw.get(side), parts) for side in ("left", "right"))
    pandas = pandas_here()
    return pandas.arrays.IntervalArray.from_arrays(
        pandas.Index(left), pandas.Index(right), closed=raw.get("closed")
    )


def _write_sparse(values: Any, sink: Sink) -> dict[str, Json]:
    positions = values.sp_index.indices
    return {
        "is": "sparse",
        "length": len(values),
        "kind": values.kind,
        "fill": write_cell(values.fill_value),
        "at": write_numpy(positions, sink),
        "values": write_vector(values.sp_values, sink),
    }


def _read_sparse(raw: dict[str, Any], parts: Sequence[Any]) -> Any:
    positions = read_vector(raw.get("at"), parts)
    values, fill = read_vector(raw.get("values"), parts), read_cell(raw.get("fill"))
    return _sparse(values, positions, raw["length"], fill, raw.get("kind"))


def _sparse(values: Any, positions: Any, length: int, fill: Any, kind: object) -> Any:
    pandas = pandas_here()
    sparse = pandas.arrays.SparseArray
    if hasattr(sparse, "from_indices"):
        return sparse.from_indices(values, positions, length, fill, kind, values.dtype)
    index = type(sparse([1], kind="integer").sp_index)(length, positions)
    if kind == "block":
        index = index.to_block_index()
    dtype = pandas.SparseDtype(values.dtype, fill)
    return sparse(values, sparse_index=index, fill_value=fill, dtype=dtype)


def _write_arrow(values: Any, sink: Sink) -> dict[str, Json]:  # noqa: ARG001
    arrow = library("pyarrow", "a column of Arrow")
    found = arrow.array(values)
    if isinstance(found, arrow.ChunkedArray):
        found = found.combine_chunks()
    return {"is": "arrow", "array": encode_any(found)}


def _read_arrow(raw: dict[str, Any], parts: Sequence[Any]) -> Any:  # noqa: ARG001
    arrow = library("pyarrow", "a column of Arrow")
    return pandas_here().arrays.ArrowExtensionArray(
        arrow.chunked_array([decode_any(raw.get("array"))])
    )


def _write_wrapped(values: Any, sink: Sink) -> dict[str, Json]:
    return {"is": "wrapped", "array": write_numpy(values.to_numpy(), sink)}


def _read_wrapped(raw: dict[str, Any], parts: Sequence[Any]) -> Any:
    return pandas_here().arrays.NumpyExtensionArray(read_vector(raw.get("array"), parts))


_WRITERS: Final[dict[str, Callable[[Any, Sink], dict[str, Json]]]] = {
    "ArrowDtype": _write_arrow,
    "CategoricalDtype": _write_category,
    "DatetimeTZDtype": _write_zoned,
    "IntervalDtype": _write_interval,
    "PeriodDtype": _write_period,
    "SparseDtype": _write_sparse,
    "StringDtype": write_strings,
    "NumpyEADtype": _write_wrapped,
}
_READERS: Final[dict[str, Callable[[dict[str, Any], Sequence[Any]], Any]]] = {
    "arrow": _read_arrow,
    "category": _read_category,
    "cells": read_cells,
    "interval": _read_interval,
    "masked": _read_masked,
    "numpy": read_numpy,
    "period": _read_period,
    "sparse": _read_sparse,
    "string": read_strings,
    "texts": read_texts,
    "wrapped": _read_wrapped,
    "zoned": _read_zoned,
}
