"""Arrow's arrays, laid out in one way: equal ones have equal buffers."""

from __future__ import annotations

from typing import Any

from funsies.core.encoding.frames import library
from funsies.core.encoding.refusal import ValueRefused, tell


def joined(arrow: Any, column: Any) -> Any:
    """A column in one piece."""
    if not isinstance(column, arrow.ChunkedArray):
        return column
    if column.num_chunks == 1:
        return column.chunk(0)
    whole = column.combine_chunks()
    if isinstance(whole, arrow.ChunkedArray):
        raise ValueRefused(
            f"a column of {column.type} is too long for one array; cast it, for example to "
            f"large_{column.type}"
        )
    return whole


def dense(arrow: Any, array: Any) -> Any:
    """The same array, from the beginning of its own buffers, with zeros under its nulls.

    Buffers of what has no nulls and is used as a whole are taken as they are.

    Raises:
        ValueRefused: if that cannot be had.
    """
    if _is_flat(arrow, array.type) and array.null_count == 0:
        return _sliced_free(arrow, array)
    return _gathered(arrow, array)


def _is_flat(arrow: Any, kind: Any) -> bool:
    types = arrow.types
    return kind.num_fields == 0 and (
        types.is_primitive(kind) or any(is_it(kind) for is_it in _flat_kinds(types))
    )


def _flat_kinds(types: Any) -> list[Any]:
    names = ("string", "large_string", "binary", "large_binary", "fixed_size_binary")
    return [getattr(types, f"is_{name}") for name in (*names, "decimal", "null")]


def _sliced_free(arrow: Any, array: Any) -> Any:
    """Copy what lies inside of larger buffers."""
    if array.offset == 0 and array.nbytes == array.get_total_buffer_size():
        return array
    return arrow.concat_arrays([array, array.slice(0, 0)])


def _gathered(arrow: Any, array: Any) -> Any:
    """Take item by item, and nothing where there is none, into new buffers."""
    compute = library("pyarrow.compute", "an array of Arrow")

    count = arrow.scalar(1, arrow.int64())
    places = compute.cumulative_sum(arrow.repeat(count, len(array)), start=-1)
    nothing = arrow.scalar(None, arrow.int64())
    try:
        return array.take(compute.if_else(array.is_valid(), places, nothing))
    except arrow.ArrowNotImplementedError:
        return _rebuilt(arrow, array)


def _rebuilt(arrow: Any, array: Any) -> Any:
    try:
        found = arrow.array(array.to_pylist(), array.type)
    except (arrow.ArrowException, TypeError, ValueError) as problem:
        raise _not_stored(array, tell(problem)) from problem
    if not found.equals(array):
        raise _not_stored(array, "it would not come back")
    return found


def _not_stored(array: Any, reason: str) -> ValueRefused:
    return ValueRefused(
        f"an array of {array.type} cannot be stored: {reason}; cast it to a usual type, or "
        "decode it, for example with pc.run_end_decode(...)"
    )
