"""Columns that NumPy keeps: numbers, times, objects and texts.

Of texts there are the lengths, the UTF-8 of all of them, and which of them are missing.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.frames import Frame, library
from funsies.core.encoding.libraries import numpy_frames
from funsies.core.encoding.libraries.pandas_parts import (
    NOT_PANDAS,
    Sink,
    is_before_3,
    numpy_here,
    pandas_here,
    part_at,
    read_cell,
    write_cell,
)
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Sequence

_UNSIGNED: Final = ("u1", "u2", "u4", "u8")
_CONTINUES: Final = 0x80
_CONTINUES_MASK: Final = 0xC0
"""Bytes of UTF-8 that do not begin a character."""

_SURROGATES: Final = "surrogatepass"


def write_texts(texts: list[str], missing: Any, sink: Sink) -> dict[str, Json]:
    """Write texts.

    Args:
        texts: empty ones where there are none.
        missing: an array of bytes, 0 for those that are there.
        sink: for the parts.
    """
    joined = "".join(texts)
    data = joined.encode("utf-8", _SURROGATES)
    numpy = numpy_here()
    lengths = numpy.fromiter(map(len, texts), numpy.int64, len(texts))
    if len(data) != len(joined):
        lengths = _as_bytes(numpy, data, lengths)
    return written(lengths, data, missing, sink)


def written(lengths: Any, data: Any, missing: Any, sink: Sink) -> dict[str, Json]:
    """Write texts of which lengths and bytes are known."""
    small = lengths.astype(_smallest(lengths))
    raw: dict[str, Json] = {"lengths": sink.put(small.view("u1").data), "bytes": small.itemsize}
    if missing is not None and missing.any():
        raw["missing"] = sink.put(missing.astype("u1").data)
    return {**raw, "data": sink.put(data)}


def _smallest(lengths: Any) -> str:
    largest = int(lengths.max(initial=0))
    return next(f"<{code}" for code in _UNSIGNED if largest < 1 << 8 * int(code[1]))


def _as_bytes(numpy: Any, data: bytes, lengths: Any) -> Any:
    """Lengths in bytes of what has lengths in characters."""
    begins = (numpy.frombuffer(data, "u1") & _CONTINUES_MASK) != _CONTINUES
    starts = numpy.append(numpy.flatnonzero(begins), len(data))
    return numpy.diff(starts[numpy.cumsum(lengths)], prepend=0)


def _as_characters(numpy: Any, data: Any, lengths: Any) -> Any:
    """Lengths in characters of what has lengths in bytes."""
    begins = (numpy.frombuffer(data, "u1") & _CONTINUES_MASK) != _CONTINUES
    counts = numpy.append(0, numpy.cumsum(begins))
    return numpy.diff(counts[numpy.cumsum(lengths)], prepend=0)


class Texts:
    """Texts that are read.

    Attributes:
        lengths: in bytes.
        data: the UTF-8 of all.
        missing: an array of bytes, 0 for those that are there; None if all are.
    """

    def __init__(self, raw: dict[str, Any], parts: Sequence[Any]) -> None:
        numpy = numpy_here()
        if raw.get("bytes") not in (1, 2, 4, 8):
            raise ValueRefused(NOT_PANDAS)
        self.data: Any = part_at(parts, raw.get("data"))
        small = numpy.frombuffer(part_at(parts, raw.get("lengths")), f"<u{raw['bytes']}")
        self.lengths: Any = small.astype("i8")
        missing = raw.get("missing")
        self.missing: Any = (
            None if missing is None else numpy.frombuffer(part_at(parts, missing), "u1")
        )
        if self.lengths.sum() != self.data.nbytes:
            raise ValueRefused("texts with more or fewer bytes than their lengths say")
        if self.missing is not None and len(self.missing) != len(self.lengths):
            raise ValueRefused(NOT_PANDAS)

    def as_list(self) -> list[str]:
        """The texts, empty where there is none."""
        try:
            whole = str(self.data, "utf-8", _SURROGATES)
        except UnicodeDecodeError:
            raise ValueRefused("texts that are not UTF-8") from None
        numpy, lengths = numpy_here(), self.lengths
        if len(whole) != self.data.nbytes:
            lengths = _as_characters(numpy, self.data, lengths)
        ends = numpy.cumsum(lengths).tolist()
        return [whole[start:end] for start, end in zip([0, *ends], ends, strict=False)]

    def as_objects(self, fillers: dict[int, object]) -> Any:
        """The texts as an array of objects, with what stands for missing ones."""
        array = self._objects()
        if self.missing is not None:
            for code, filler in fillers.items():
                array[self.missing == code] = filler
        return array

    def _objects(self) -> Any:
        """The texts as an array; Arrow, if it is there anyway, takes a third of the time."""
        if sys.modules.get("pyarrow") is not None and self._is_unicode():
            return self.as_arrow().to_numpy(zero_copy_only=False)
        array = numpy_here().empty(len(self.lengths), object)
        array[:] = self.as_list()
        return array

    def _is_unicode(self) -> bool:
        """False if there are lone surrogates, which only Python takes."""
        try:
            str(self.data, "utf-8")
        except UnicodeDecodeError:
            return False
        return True

    def as_arrow(self) -> Any:
        """The texts as an array of Arrow, without a copy of their bytes."""
        numpy, arrow = numpy_here(), library("pyarrow", "a text column of Arrow")
        offsets = numpy.append(0, numpy.cumsum(self.lengths)).astype("i8")
        valid = None
        if self.missing is not None:
            valid = arrow.py_buffer(numpy.packbits(self.missing == 0, bitorder="little"))
        buffers = [valid, arrow.py_buffer(offsets), arrow.py_buffer(self.data)]
        return arrow.Array.from_buffers(arrow.large_string(), len(self.lengths), buffers)


def write_strings(array: Any, sink: Sink) -> dict[str, Json]:
    """Write a column of ``StringDtype``, in the same way wherever its texts are kept."""
    dtype = array.dtype
    raw: dict[str, Json] = {"is": "string"}
    if dtype.na_value is not pandas_here().NA:
        raw["nan"] = True
    storage = dtype.storage.removesuffix("_numpy")
    if storage != _usual_storage() or (storage == "python" and is_before_3()):
        raw["storage"] = storage
    missing = array.isna()
    if storage == "pyarrow":
        return {**raw, **_write_arrow(array, missing, sink)}
    objects = array.to_numpy(object)
    texts = (numpy_here().where(missing, "", objects) if missing.any() else objects).tolist()
    return {**raw, **write_texts(texts, missing, sink)}


def _usual_storage() -> str:
    """Where pandas keeps texts if nobody says anything: that is left out, and read likewise."""
    try:
        library("pyarrow", "")
    except ValueRefused:
        return "python"
    return "pyarrow"


def _write_arrow(array: Any, missing: Any, sink: Sink) -> dict[str, Json]:
    arrow, numpy = library("pyarrow", "a text column of Arrow"), numpy_here()
    found = arrow.array(array)
    if isinstance(found, arrow.ChunkedArray):
        found = found.combine_chunks()
    found = found.cast(arrow.large_string())
    if missing.any():
        found = found.fill_null("")
    if not len(found):
        return written(numpy.zeros(0, "i8"), b"", None, sink)
    _, offsets, data = found.buffers()
    all_offsets = numpy.frombuffer(offsets, "i8")
    ours = all_offsets[found.offset : found.offset + len(found) + 1]
    view = memoryview(data if data is not None else b"")[ours[0] : ours[-1]]
    return written(numpy.diff(ours), view, missing, sink)


def read_strings(raw: dict[str, Any], parts: Sequence[Any]) -> Any:
    """Read a column of ``StringDtype``.

    Raises:
        ValueRefused: if this pandas has no such type.
    """
    dtype = _string_dtype(raw.get("storage", _usual_storage()), is_nan=raw.get("nan") is True)
    texts = Texts(raw, parts)
    if dtype.storage != "python":
        return dtype.__from_arrow__(texts.as_arrow())
    filler = numpy_here().nan if raw.get("nan") else pandas_here().NA
    return pandas_here().array(texts.as_objects({1: filler}), dtype=dtype, copy=False)


def _string_dtype(storage: str, *, is_nan: bool) -> Any:
    pandas = pandas_here()
    if storage == "pyarrow":
        library("pyarrow", "a text column of Arrow")
    if not is_nan:
        return pandas.StringDtype(storage)
    try:
        return pandas.StringDtype(storage, na_value=numpy_here().nan)
    except TypeError:  # before pandas 2.3
        if storage == "pyarrow":
            return pandas.StringDtype("pyarrow_numpy")
        raise ValueRefused(
            f"a column of dtype str, which pandas {pandas.__version__} does not have; read it "
            "with pandas 3, or install pyarrow"
        ) from None


_KINDS_OF_NUMBERS: Final = "biufcMm"


def write_numpy(values: Any, sink: Sink) -> dict[str, Json]:
    """Write an array of NumPy's, of one or two dimensions.

    Raises:
        ValueRefused: if it cannot be stored.
    """
    if values.dtype.kind == "O":
        return _write_objects(values, sink)
    if values.dtype.kind not in _KINDS_OF_NUMBERS:
        raise ValueRefused(f"a column of NumPy's {values.dtype} cannot be stored; use astype()")
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
    except ValueRefused as refusal:
        raise refusal.at(f"[{len(result)}]") from None
    return result


def read_cells(raw: dict[str, Any], parts: Sequence[Any]) -> Any:  # noqa: ARG001
    """Read an array of objects of any kind."""
    if type(raw.get("cells")) is not list:
        raise ValueRefused(NOT_PANDAS)
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
