"""Tables for those who need not have the library: what their head says, in a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from funsies.core.encoding.node import Json, Refused

if TYPE_CHECKING:
    from collections.abc import Sequence

_SHOWN_COLUMNS: Final = 20


def head_of_table(
    kind: str, names: Sequence[str], types: Sequence[str], row_count: int | None
) -> Json:
    """What the head of a table says for those who look at it.

    Args:
        kind: name of its class.
        names: of all columns.
        types: of their items.
        row_count: number of rows; None for a schema.

    >>> head_of_table("Table", ["a"], ["int64"], 3)
    {'class': 'Table', 'rows': 3, 'width': 1, 'columns': [['a', 'int64']]}
    """
    columns = [list(pair) for pair in zip(names, types, strict=True)]
    return {
        "class": kind,
        "rows": row_count,
        "width": len(columns),
        "columns": columns[:_SHOWN_COLUMNS],
    }


def line_of_table(library: str, head: Json) -> str:
    """Say on one line what a table is.

    >>> line_of_table("pyarrow", head_of_table("Table", ["a", "b"], ["int64", "string"], 3))
    'pyarrow.Table, 3 rows: a int64, b string'
    """
    size, columns = _shown(library, head)
    return f"{size}: {', '.join(columns)}".removesuffix(": ")


def lines_of_table(library: str, head: Json) -> str:
    """The same, with a column on each line if there are several.

    >>> head = head_of_table("Table", ["a", "b"], ["int8", "bool"], 1)
    >>> print(lines_of_table("pyarrow", head))
    pyarrow.Table, 1 row
      a int8
      b bool
    """
    size, columns = _shown(library, head)
    is_one = len(columns) < 2  # noqa: PLR2004  (several)
    return line_of_table(library, head) if is_one else "\n  ".join([size, *columns])


def _shown(library: str, head: Json) -> tuple[str, list[str]]:
    if type(head) is not dict or type(head.get("columns")) is not list:
        raise Refused("expected a table, found other data")
    rows = head.get("rows")
    size = "" if rows is None else f", {rows:,} row{'s' if rows != 1 else ''}"
    columns = [f"{name} {kind}".lstrip() for name, kind in head["columns"]]
    if head.get("width", 0) > len(columns):
        columns.append(f"... ({head['width']:,} columns)")
    return f"{library}.{head.get('class')}{size}", columns
