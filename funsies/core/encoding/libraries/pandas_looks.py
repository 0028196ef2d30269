"""What the columns of stored frames look like: types and first values, without pandas."""

from __future__ import annotations

import struct
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.libraries.numpy_shown import FORMATS, name_of_dtype
from funsies.core.encoding.parts import canonical_json

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

UNKNOWN: Final = "..."
"""Stands for values that are not shown, or whose bytes are not at hand."""

_DIGITS: Final = 10
"""Floats that are longer are rounded."""

_NO_TIME: Final = -(2**63)
_SECOND: Final = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_MISSING: Final = {1: "None", 2: "nan", 3: "<NA>"}
_LENGTHS: Final = {1: "B", 2: "H", 4: "I", 8: "Q"}


def columns_of(block: Any, count: int) -> list[int]:
    """Which columns of a frame stand in a block of some number of them."""
    at = block["at"]
    return list(range(at, at + count)) if isinstance(at, int) else list(at)


def type_of(raw: Any) -> str:
    """The data type of a column, as pandas calls it.

    >>> type_of({"is": "numpy", "dtype": "<f8"})
    'float64'
    """
    kind = raw["is"]
    say = _TYPES.get(kind)
    return str(kind) if say is None else say(raw)


def _type_of_masked(raw: Any) -> str:
    return name_of_dtype(raw["data"]["dtype"]).capitalize().replace("Bool", "boolean")


def _type_of_zoned(raw: Any) -> str:
    unit = name_of_dtype(raw["utc"]["dtype"])
    return f"{unit[:-1]}, {shown_cell(raw['zone'])}]"


_TYPES: Final[dict[str, Callable[[Any], str]]] = {
    "numpy": lambda raw: name_of_dtype(raw["dtype"]),
    "masked": _type_of_masked,
    "string": lambda raw: "str" if raw.get("nan") else "string",
    "zoned": _type_of_zoned,
    "period": lambda raw: f"period[{raw['freq']}]",
    "arrow": lambda raw: f"{raw['array']['$arrow']['columns'][0][1]}[pyarrow]",
    "texts": lambda _: "object",
    "cells": lambda _: "object",
}


def first_values(raw: Any, parts: Sequence[memoryview], count: int, row: int = 0) -> list[str]:
    """The first values of a column, as texts.

    Args:
        raw: what says how the column is stored.
        parts: the bytes, or the beginning of them.
        count: how many, at most.
        row: which column of a block it is.
    """
    show = _SHOWN.get(raw["is"])
    return [UNKNOWN] * count if show is None else show(raw, parts, count, row)


def _numbers(
    raw: Any, parts: Sequence[memoryview], count: int, row: int = 0
) -> list[int | float | bool | None]:
    """The first numbers of a block; None where they are not known."""
    dtype, shape = raw["dtype"], raw["shape"]
    code = _code(dtype) if isinstance(dtype, str) else None
    if code is None:
        return [None] * count
    one = struct.Struct(dtype[0].replace("|", "=") + code)
    data, start = parts[raw["data"]], row * shape[-1] * one.size
    places = range(start, start + count * one.size, one.size)
    return [
        one.unpack_from(data, at)[0] if at + one.size <= data.nbytes else None for at in places
    ]


def _code(dtype: str) -> str | None:
    """How :mod:`struct` calls a data type; times are numbers of units."""
    return "q" if dtype[1] in "mM" else FORMATS.get(dtype[1:])


def _show_numbers(raw: Any, parts: Sequence[memoryview], count: int, row: int) -> list[str]:
    show = _time_of(raw["dtype"]) if isinstance(raw["dtype"], str) else None
    numbers = _numbers(raw, parts, count, row)
    return [UNKNOWN if each is None else (show or _number)(each) for each in numbers]


def _number(number: float) -> str:
    text = repr(number)
    return text if len(text) <= _DIGITS else f"{number:.6g}" if type(number) is float else text


def _time_of(dtype: str) -> Callable[[Any], str] | None:
    unit = dtype.partition("[")[2].rstrip("]")
    if unit not in _SECOND:
        return None
    make = moment if dtype[1] == "M" else span
    return lambda count: make(count, unit)


def moment(count: int, unit: str) -> str:
    """Write a moment that is given as a number of units since 1970.

    >>> moment(1577836800, "s")
    '2020-01-01 00:00:00'
    """
    if count == _NO_TIME:
        return "NaT"
    seconds, rest = divmod(count, _SECOND[unit])
    try:
        text = str(datetime(1970, 1, 1) + timedelta(seconds=seconds))  # noqa: DTZ001 - as it is
    except OverflowError:
        return f"{count} {unit} since 1970"
    return text + _fraction(rest, unit)


def span(count: int, unit: str) -> str:
    """Write a span of time that is given as a number of units."""
    if count == _NO_TIME:
        return "NaT"
    seconds, rest = divmod(count, _SECOND[unit])
    try:
        return str(timedelta(seconds=seconds)) + _fraction(rest, unit)
    except OverflowError:
        return f"{count} {unit}"


def _fraction(rest: int, unit: str) -> str:
    digits = len(str(_SECOND[unit])) - 1
    return f".{rest:0{digits}d}".rstrip("0") if rest else ""


def _show_texts(raw: Any, parts: Sequence[memoryview], count: int, _: int) -> list[str]:
    one = struct.Struct("<" + _LENGTHS[raw["bytes"]])
    lengths, data, at = parts[raw["lengths"]], parts[raw["data"]], 0
    missing = bytes(parts[raw["missing"]][:count]) if "missing" in raw else b""
    known = min(count, lengths.nbytes // one.size)
    shown = [UNKNOWN] * count
    for index in range(known):
        (size,) = one.unpack_from(lengths, index * one.size)
        text = bytes(data[at : at + size]).decode("utf-8", "replace")
        code = missing[index] if index < len(missing) else 0
        shown[index] = (
            _missing(raw, code) if code else text if at + size <= data.nbytes else UNKNOWN
        )
        at += size
    return shown


def _missing(raw: Any, code: int) -> str:
    if raw["is"] == "string":
        return "nan" if raw.get("nan") else "<NA>"
    return _MISSING.get(code, UNKNOWN)


def _show_cells(raw: Any, parts: Sequence[memoryview], count: int, _: int) -> list[str]:  # noqa: ARG001
    return [shown_cell(cell) for cell in raw["cells"][:count]]


def shown_cell(cell: Any) -> str:
    """A value that stands in the head, as a text."""
    return cell if isinstance(cell, str) else canonical_json(cell).decode()


def _show_masked(raw: Any, parts: Sequence[memoryview], count: int, _: int) -> list[str]:
    missing = bytes(parts[raw["missing"]][:count]) if "missing" in raw else b""
    shown = _show_numbers(raw["data"], parts, count, 0)
    return ["<NA>" if any(missing[at : at + 1]) else text for at, text in enumerate(shown)]


def _show_categories(raw: Any, parts: Sequence[memoryview], count: int, _: int) -> list[str]:
    codes = list(_numbers(raw["codes"], parts, count))
    wanted = max((int(code) for code in codes if code is not None), default=-1) + 1
    names = index_values(raw["categories"], parts, wanted)
    return [
        UNKNOWN if code is None else names[int(code)] if code >= 0 else "nan" for code in codes
    ]


def _show_zoned(raw: Any, parts: Sequence[memoryview], count: int, _: int) -> list[str]:
    return [f"{text} UTC" for text in _show_numbers(raw["utc"], parts, count, 0)]


_SHOWN: Final[dict[str, Callable[[Any, Sequence[memoryview], int, int], list[str]]]] = {
    "numpy": _show_numbers,
    "texts": _show_texts,
    "string": _show_texts,
    "cells": _show_cells,
    "masked": _show_masked,
    "category": _show_categories,
    "zoned": _show_zoned,
}


def index_values(raw: Any, parts: Sequence[memoryview], count: int) -> list[str]:
    """The first labels of an index, as texts."""
    if raw["is"] == "RangeIndex":
        return [str(label) for label in range(*raw["range"])[:count]]
    if raw["is"] != "MultiIndex":
        return first_values(raw["values"], parts, count)
    levels = [
        _level(*pair, parts, count) for pair in zip(raw["levels"], raw["codes"], strict=True)
    ]
    return [f"({', '.join(labels)})" for labels in zip(*levels, strict=True)]


def _level(level: Any, codes: Any, parts: Sequence[memoryview], count: int) -> list[str]:
    return _show_categories({"categories": level, "codes": codes}, parts, count, 0)
