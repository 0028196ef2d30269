"""Values of pandas as others see them: a line, a table of the first rows, or CSV.

Only who wants CSV needs pandas.
"""

from __future__ import annotations

import struct
from itertools import takewhile
from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.libraries.pandas_looks import (
    UNKNOWN,
    columns_of,
    first_values,
    index_values,
    moment,
    shown_cell,
    span,
    type_of,
)
from funsies.core.encoding.libraries.pandas_parts import pandas_here
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_ROWS: Final = 5
_COLUMNS: Final = 8
_CELL: Final = 24
_MALFORMED: Final = (AttributeError, IndexError, KeyError, TypeError, ValueError, struct.error)


def file_header(head: Json) -> bytes | None:  # noqa: ARG001  (as the others have it)
    """None: no file is made of the parts as they are."""
    return None


def preview(head: Json, parts: Sequence[memoryview]) -> str:
    """Say on one line what a value is.

    Args:
        head: what ``pandas_frames.py`` wrote.
        parts: the bytes, or the beginning of them.

    >>> preview({"is": "NaTType"}, [])
    'NaT'
    """
    about = _checked(head)
    try:
        return _line(about, parts)
    except _MALFORMED:
        return f"{about['is']} of pandas that cannot be shown"


def _line(about: dict[str, Any], parts: Sequence[memoryview]) -> str:
    kind = str(about["is"])
    if kind == "DataFrame":
        return _frame_line(about, parts)
    if kind == "MultiIndex":
        labels = index_values(about, parts, min(_ROWS, about["size"]))
        return f"MultiIndex of {about['size']:,}{_some(about, labels)}"
    if kind == "RangeIndex":
        return f"RangeIndex of {about['size']:,}: {range(*about['range'])}"
    if "values" in about:
        return _column_line(about, parts)
    return _scalar(about)


def _column_line(about: dict[str, Any], parts: Sequence[memoryview]) -> str:
    name = f" {_short(shown_cell(about['name']))}" if "name" in about else ""
    values = about["values"]
    shown = first_values(values, parts, min(_ROWS, about["size"]))
    kind = f"{about['is']}{name} of {type_of(values)}, {_count(about['size'], 'value')}"
    return kind + _some(about, shown)


def _some(about: dict[str, Any], shown: list[str]) -> str:
    known = list(takewhile(lambda text: text != UNKNOWN, shown))
    text = ", ".join(map(_short, known)) + ("" if len(known) == about["size"] else ", ...")
    return f": {text}" if known else ""


def _scalar(about: dict[str, Any]) -> str:
    kind = about["is"]
    if kind in ("Timestamp", "Timedelta"):
        text = (moment if kind == "Timestamp" else span)(about["count"], about["unit"])
        return f"{text} UTC" if "zone" in about else text
    if kind == "Interval":
        sides = f"{shown_cell(about['left'])} to {shown_cell(about['right'])}"
        return f"from {sides}, closed: {about['closed']}"
    if kind == "Period":
        return f"period {about['ordinal']} of {about['freq']} since 1970"
    return str({"NaTType": "NaT", "NAType": "<NA>"}.get(kind, kind))


def _frame_line(about: dict[str, Any], parts: Sequence[memoryview]) -> str:
    names = _names(about, parts)
    types = [type_of(raw) for raw, _ in _columns(about)]
    columns = [f"{name} {kind}" for name, kind in zip(names, types, strict=True)]
    more = ", ..." if _width(about) > len(columns) else ""
    return f"{_size(about)}: {', '.join(columns)}{more}" if columns else _size(about)


def _size(about: dict[str, Any]) -> str:
    return f"DataFrame, {_count(about['size'], 'row')}, {_count(_width(about), 'column')}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _width(about: dict[str, Any]) -> int:
    return sum(map(_height, about["blocks"]))


def _height(block: dict[str, Any]) -> int:
    """How many columns a block has."""
    values = block["values"]
    is_flat = values["is"] != "numpy" or len(values["shape"]) == 1
    return 1 if is_flat else int(values["shape"][0])


def _columns(about: dict[str, Any]) -> list[tuple[Any, int]]:
    """The first columns: the values of the block of each, and its place in there."""
    found = {
        place: (block["values"], row)
        for block in about["blocks"]
        for row, place in enumerate(columns_of(block, _height(block)))
    }
    return [found[place] for place in sorted(found)[:_COLUMNS]]


def _names(about: dict[str, Any], parts: Sequence[memoryview]) -> list[str]:
    count = min(_COLUMNS, _width(about))
    return [_short(name) for name in index_values(about["columns"], parts, count)]


def table(head: Json, parts: Sequence[memoryview]) -> str:
    """Show the first rows of a frame; of other values, the line about them.

    Args:
        head: what ``pandas_frames.py`` wrote.
        parts: the bytes, or the beginning of them.
    """
    about = _checked(head)
    try:
        is_table = about["is"] == "DataFrame" and about["blocks"]
        return _table(about, parts) if is_table else preview(head, parts)
    except _MALFORMED:
        return preview(head, parts)


def _table(about: dict[str, Any], parts: Sequence[memoryview]) -> str:
    count = min(_ROWS, about["size"])
    columns = _columns(about)
    rows = [
        ["", *_names(about, parts)],
        ["", *(type_of(raw) for raw, _ in columns)],
        *zip(
            map(_short, index_values(about["index"], parts, count)),
            *(map(_short, first_values(raw, parts, count, row)) for raw, row in columns),
            strict=True,
        ),
    ]
    return "\n".join([_size(about), *_lines(rows), *_left_out(about)])


def _lines(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        cells = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
        yield "  ".join(cells)


def _left_out(about: dict[str, Any]) -> Iterator[str]:
    rows, columns = about["size"] - _ROWS, _width(about) - _COLUMNS
    more = [
        _count(n, f"more {what}") for n, what in ((rows, "row"), (columns, "column")) if n > 0
    ]
    if more:
        yield f"... and {', '.join(more)}"


def _short(text: str) -> str:
    text = text.replace("\n", "\\n")
    return text if len(text) <= _CELL else f"{text[: _CELL - 3]}..."


def _checked(head: Json) -> dict[str, Any]:
    if type(head) is not dict or type(head.get("is")) is not str:
        raise ValueRefused("expected a value of pandas, found other data")
    return head


def to_file(value: Any) -> bytes:
    r"""Write a frame, a series or an index as CSV, a scalar as a text; that needs pandas.

    The index is left out if it is only the numbers of the rows, without a name.

    >>> import pandas as pd
    >>> to_file(pd.DataFrame({"a": [1, 2]}))
    b'a\n1\n2\n'
    >>> to_file(pd.Series([0.5], name="x", index=["first"]))
    b',x\nfirst,0.5\n'
    """
    table = _as_table(value)
    if table is None:
        return f"{value}".encode()
    text: str = table.to_csv(index=not _counts_rows(table.index), lineterminator="\n")
    return text.encode("utf-8", "surrogatepass")


def _as_table(value: Any) -> Any:
    pandas = pandas_here()
    if isinstance(value, pandas.DataFrame):
        return value
    if isinstance(value, pandas.Index):
        return value.to_frame(index=False)
    if isinstance(value, pandas.Series):
        return value.to_frame() if value.name is not None else value.to_frame(0)
    is_array = isinstance(value, pandas.api.extensions.ExtensionArray)
    return pandas.Series(value).to_frame(0) if is_array else None


def _counts_rows(index: Any) -> bool:
    is_range = isinstance(index, pandas_here().RangeIndex) and index.name is None
    return is_range and index.start == 0 and index.step == 1
