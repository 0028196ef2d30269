"""Columns that NumPy keeps: numbers, times, and objects."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.frames import Frame
from funsies.core.encoding.libraries import numpy_frames
from funsies.core.encoding.libraries.pandas_parts import (
    NOT_PANDAS,
    Sink,
    numpy_here,
    pandas_here,
    part_at,
    read_cell,
    write_cell,
)
from funsies.core.encoding.libraries.pandas_texts import Texts, write_texts
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

_KINDS_OF_NUMBERS: Final = "biufcMm"


def write_numpy(values: Any, sink: Sink) -> dict[str, Json]:
    """Write an array of NumPy's, of one or two dimensions.

    Raises:
        Refused: if it cannot be stored.
    """
    if values.dtype.kind == "O":
        return _write_objects(values, sink)
    if values.dtype.kind not in _KINDS_OF_NUMBERS:
        raise Refused(f"a column of NumPy's {values.dtype} cannot be stored; use astype()")
    head, (data,) = numpy_frames.taken_apart(numpy_here().ascontiguousarray(values))
    assert isinstance(head, dict)  # noqa: S101 - for the type checker
    return {
        "is": "numpy",
        "dtype": head["dtype"],
        "shape": list(values.shape),
        "data": sink.put(data),
    }


def read_numpy(raw: dict[str, Any], parts: Sequence[Any]) -> Any:
    """Read an array of numbers or times."""
    head = {"dtype": raw.get("dtype"), "shape": raw.get("shape")}
    return numpy_frames.made(Frame(head, [part_at(parts, raw.get("data"))]))


_NONE, _NAN, _NA = 1, 2, 3
"""What stands in a column of objects where a text is missing."""


def _write_objects(values: Any, sink: Sink) -> dict[str, Json]:
    cells = values.tolist()
    codes = {str: 0, type(None): _NONE, float: _NAN, type(pandas_here().NA): _NA}
    kinds = set(map(type, cells))
    if not kinds <= codes.keys() or (float in kinds and not _all_nan(cells)):
        return {"is": "cells", "cells": _written_cells(values)}
    if kinds <= {str}:
        return {"is": "texts", **write_texts(cells, None, sink)}
    numpy = numpy_here()
    missing = numpy.fromiter((codes[type(cell)] for cell in cells), "u1", len(cells))
    texts = [cell if type(cell) is str else "" for cell in cells]
    return {"is": "texts", **write_texts(texts, missing, sink)}


def _all_nan(cells: list[Any]) -> bool:
    return all(cell != cell for cell in cells if type(cell) is float)  # noqa: PLR0124


def _written_cells(values: Any) -> list[Json]:
    result: list[Json] = []
    try:
        for cell in values:
            result.append(write_cell(cell))  # noqa: PERF401  (its length is the path)
    except Refused as refusal:
        raise refusal.at(f"[{len(result)}]") from None
    return result


def read_cells(raw: dict[str, Any], parts: Sequence[Any]) -> Any:  # noqa: ARG001
    """Read an array of objects of any kind."""
    if type(raw.get("cells")) is not list:
        raise Refused(NOT_PANDAS)
    return _objects([read_cell(cell) for cell in raw["cells"]])


def _objects(cells: list[Any]) -> Any:
    array = numpy_here().empty(len(cells), object)
    for index, cell in enumerate(cells):
        array[index] = cell
    return array


def read_texts(raw: dict[str, Any], parts: Sequence[Any]) -> Any:
    """Read an array of texts, some of which may be missing."""
    fillers = {_NONE: None, _NAN: float("nan"), _NA: pandas_here().NA}
    return Texts(raw, parts).as_objects(fillers)
