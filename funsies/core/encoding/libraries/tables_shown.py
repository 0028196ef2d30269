"""Tables for those who need not have the library: what their head says, and the first rows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

FIRST_ROWS: Final = 5
FIRST_COLUMNS: Final = 8
_NAMED_COLUMNS: Final = 20
_CELL: Final = 24
_SHOWN_TYPES: Final = (bool, int, float, str, date)


def head_of_table(
    kind: str,
    names: Sequence[str],
    types: Sequence[str],
    row_count: int | None,
    first: Sequence[Sequence[object]] = (),
) -> dict[str, Json]:
    """What the head of a table says for those who look at it.

    Args:
        kind: name of its class.
        names: of all columns.
        types: of their items.
        row_count: number of rows; None for a schema.
        first: the first items of the first columns.

    >>> head_of_table("Table", ["a"], ["int64"], 3, [[1, 2, None]])["first"]
    [['1', '2', '']]
    """
    columns = [list(pair) for pair in zip(names, types, strict=True)]
    return {
        "class": kind,
        "rows": row_count,
        "width": len(columns),
        "columns": columns[:_NAMED_COLUMNS],
        "first": [list(map(_cell, column)) for column in first],
    }


def _cell(value: object) -> str:
    """An item as a text that no version of a library writes otherwise."""
    if value is None:
        return ""
    return _short(str(value)) if type(value) in _SHOWN_TYPES else "..."


def _short(text: str) -> str:
    text = text.replace("\n", "\\n")
    return text if len(text) <= _CELL else f"{text[: _CELL - 3]}..."


def line_of_table(library: str, head: Json) -> str:
    """Say on one line what a table is.

    >>> line_of_table("pyarrow", head_of_table("Table", ["a", "b"], ["int64", "string"], 3))
    'pyarrow.Table, 3 rows: a int64, b string'
    """
    about = _checked(head)
    columns = [f"{name} {kind}".lstrip() for name, kind in about["columns"]]
    if about["width"] > len(columns):
        columns.append(f"... ({about['width']:,} columns)")
    return f"{_size(library, about)}: {', '.join(columns)}".removesuffix(": ")


def lines_of_table(library: str, head: Json) -> str:
    """Show the first rows, if there are any.

    >>> head = head_of_table("Table", ["a", "b"], ["int8", "bool"], 2, [[1, 20], [True, None]])
    >>> print(lines_of_table("pyarrow", head))
    pyarrow.Table, 2 rows
       a  b
    int8  bool
       1  True
      20
    """
    about = _checked(head)
    if not any(about["first"]):
        return line_of_table(library, head)
    columns = [
        [_short(name), kind, *items]
        for (name, kind), items in zip(about["columns"], about["first"], strict=False)
    ]
    rows = zip(*map(_in_one_width, columns), strict=True)
    lines = ("  ".join(row).rstrip() for row in rows)
    return "\n".join([_size(library, about), *lines, *_left_out(about)])


def _in_one_width(cells: Sequence[str]) -> list[str]:
    """Numbers end below each other, and all else begins so."""
    width = max(map(len, cells))
    is_number = cells[1].lower().startswith(("int", "uint", "float", "double"))
    return [cell.rjust(width) if is_number else cell.ljust(width) for cell in cells]


def _left_out(about: dict[str, Any]) -> Iterator[str]:
    sizes = {"row": about["rows"] - FIRST_ROWS, "column": about["width"] - FIRST_COLUMNS}
    more = [_count(number, f"more {what}") for what, number in sizes.items() if number > 0]
    if more:
        yield f"... and {', '.join(more)}"


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _size(library: str, about: dict[str, Any]) -> str:
    rows = about["rows"]
    return f"{library}.{about['class']}" + ("" if rows is None else f", {_count(rows, 'row')}")


def _checked(head: Json) -> dict[str, Any]:
    keys = {"class", "rows", "width", "columns", "first"}
    if type(head) is not dict or head.keys() != keys:
        raise ValueRefused("expected a table, found other data")
    return head
