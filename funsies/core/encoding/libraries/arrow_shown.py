"""Values of Arrow for those who look at them: a line, and CSV if pyarrow is here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from funsies.core.encoding.frames import library
from funsies.core.encoding.libraries.tables_shown import line_of_table, lines_of_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from funsies.core.encoding.parts import Json


def preview(head: Json, parts: Sequence[memoryview]) -> str:  # noqa: ARG001  (the head says all)
    """Say on one line what a value of Arrow is."""
    return line_of_table("pyarrow", head)


def table(head: Json, parts: Sequence[memoryview]) -> str:  # noqa: ARG001  (likewise)
    """The same, with the first rows."""
    return lines_of_table("pyarrow", head)


def file_header(head: Json) -> None:
    """There is no file that only begins with something else than the stored bytes."""


def to_file(value: object) -> bytes:
    """A table as CSV, or as a stream of Arrow IPC where CSV cannot say what is in it."""
    csv, arrow = library("pyarrow.csv", "a table"), library("pyarrow", "a table")
    table = _table(arrow, value)
    if table is None:
        return str(value).encode()
    is_named = isinstance(value, (arrow.Table, arrow.RecordBatch))
    file = arrow.BufferOutputStream()
    try:
        csv.write_csv(table, file, csv.WriteOptions(include_header=is_named))
    except arrow.ArrowException:
        return _stream(arrow, table)
    return bytes(file.getvalue())


def _stream(arrow: Any, table: Any) -> bytes:
    file = arrow.BufferOutputStream()
    with arrow.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    return bytes(file.getvalue())


def _table(arrow: Any, value: Any) -> Any:
    """A table with the values of dictionaries in the place of their numbers."""
    if isinstance(value, (arrow.Array, arrow.ChunkedArray)):
        value = arrow.table([value], names=[""])
    elif isinstance(value, arrow.Scalar):
        value = arrow.table([arrow.repeat(value, 1)], names=[""])
    elif isinstance(value, arrow.RecordBatch):
        value = arrow.Table.from_batches([value])
    if not isinstance(value, arrow.Table):
        return None
    return arrow.table(
        [_plain(arrow, each) for each in value.columns], names=value.column_names
    )


def _plain(arrow: Any, column: Any) -> Any:
    if isinstance(column.type, arrow.DictionaryType):
        return column.cast(column.type.value_type)
    return column
