"""Tables, arrays and types of pyarrow, as streams of Arrow IPC.

The head says class, size and columns; the only part is a stream of a schema, and of one batch
where there are data. Equal values have equal bytes: however they are chunked, wherever they
begin in their buffers, and whatever stands in these for a null (``arrow_arrays.py``). Who looks
at a value needs no pyarrow: the head says all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Final

from funsies.core.encoding.frames import ClassNode, Frame, library
from funsies.core.encoding.libraries.arrow_arrays import dense, joined
from funsies.core.encoding.libraries.tables_shown import (
    FIRST_COLUMNS,
    FIRST_ROWS,
    head_of_table,
    line_of_table,
    lines_of_table,
)
from funsies.core.encoding.refusal import TypeRefused, ValueRefused, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from funsies.core.encoding.node import Node
    from funsies.core.encoding.parts import Json

FORM: Final = "$arrow"
_CLASSES: Final = (
    *("Table", "RecordBatch", "ChunkedArray", "Array", "Scalar"),
    *("Schema", "Field", "DataType"),
)
"""Classes that the head names. Which of those that derive from one it is, the type says."""

_REMEDIES: Final = {
    "RecordBatchReader": "read it: pass reader.read_all()",
    "Dataset": "read it: pass dataset.to_table()",
}
_SHOWN: Final = ("boolean", "integer", "float32", "float64", "string", "large_string", "date32")
_EXTENSION: Final = b"ARROW:extension:name"
_NOT_ARROW: Final = "expected a value of Arrow, found other data"


class ArrowNode(ClassNode):
    """A class of pyarrow: ``Table``, ``Array``, or one that derives from it."""

    form = FORM
    library = "pyarrow"
    may_write = False
    remedies: ClassVar[Mapping[str, str]] = {
        "pandas.DataFrame": "pass pa.Table.from_pandas(it)",
        "pandas.Series": "pass pa.Array.from_pandas(it)",
        "polars.DataFrame": "pass it.to_arrow()",
        "polars.Series": "pass it.to_arrow()",
        "pyarrow.RecordBatch": "pass pa.Table.from_batches([it])",
        "pyarrow.Table": "pass it.combine_chunks().to_batches()[0], or annotate pa.Table",
        "pyarrow.ChunkedArray": "pass it.combine_chunks()",
        "numpy.ndarray": "pass pa.array(it)",
        **{f"pyarrow.{name}": remedy for name, remedy in _REMEDIES.items()},
    }

    @classmethod
    def classes(cls, kind: type) -> Iterator[type]:
        """The class, and all that derive from it."""
        yield kind
        each: type
        for each in kind.__subclasses__():
            yield from cls.classes(each)

    def admits(self, value: object) -> bool:
        """True for objects of the class, those of extension types among them."""
        return self.kind is None or isinstance(value, self.kind)

    def apart(self, value: Any) -> Frame:
        """Write a value as a stream."""
        arrow = _arrow()
        try:
            return _apart(arrow, value)
        except (arrow.ArrowException, OverflowError) as problem:
            raise ValueRefused(f"this cannot be written as Arrow: {tell(problem)}") from problem

    def made(self, frame: Frame) -> object:
        """Read a value where it lies."""
        arrow = _arrow()
        try:
            return _made(arrow, frame)
        except (arrow.ArrowException, OSError) as problem:
            raise ValueRefused(f"this cannot be read as Arrow: {tell(problem)}") from problem


FORMS: Final[Mapping[str, Callable[[], Node]]] = {FORM: ArrowNode}


def node_for(kind: type, arguments: tuple[object, ...]) -> Node | None:  # noqa: ARG001  (of stubs)
    """Compile a class of pyarrow; None if its objects cannot be stored."""
    if kind.__name__ in _REMEDIES:
        raise TypeRefused(f"pyarrow.{kind.__name__}", _REMEDIES[kind.__name__])
    arrow = _arrow()
    is_one = issubclass(kind, tuple(getattr(arrow, name) for name in _CLASSES))
    return ArrowNode(kind) if is_one else None


def annotation_of(value: object) -> Any:
    """The class of a value of pyarrow, if its objects can be stored."""
    kind = type(value)
    return kind if node_for(kind, ()) is not None else None


def _arrow() -> Any:
    return library("pyarrow", "a value of Arrow")


def _apart(arrow: Any, value: Any) -> Frame:
    name = next(name for name in _CLASSES if isinstance(value, getattr(arrow, name)))
    schema, columns, row_count = _columns(arrow, name, value)
    rows = None if columns is None else row_count
    first = [_first(arrow, each) for each in (columns or [])[:FIRST_COLUMNS]]
    head = head_of_table(name, schema.names, _types(schema), rows, first)
    return Frame(head, [_stream(arrow, schema, columns, row_count)])


def _columns(arrow: Any, name: str, value: Any) -> tuple[Any, list[Any] | None, int]:
    """A value as columns, each in one piece; without any, it is a schema."""
    if name in ("Table", "RecordBatch"):
        return value.schema, [joined(arrow, each) for each in value.columns], value.num_rows
    if name == "Schema":
        return value, None, 0
    if name in ("Field", "DataType"):
        field = value if name == "Field" else arrow.field("", value)
        return arrow.schema([field]), None, 0
    array = arrow.repeat(value, 1) if name == "Scalar" else value
    return arrow.schema([arrow.field("", array.type)]), [joined(arrow, array)], len(array)


def _types(schema: Any) -> list[str]:
    return [str(each).partition("<")[0] for each in schema.types]


def _first(arrow: Any, column: Any) -> list[Any]:
    """The first items; an ellipsis for those of other types than the usual ones."""
    first, kind = column.slice(0, FIRST_ROWS), column.type
    if isinstance(kind, arrow.DictionaryType):
        kind = kind.value_type
    is_usual = any(getattr(arrow.types, f"is_{name}")(kind) for name in _SHOWN)
    return list(first.to_pylist()) if is_usual else [...] * len(first)


def _stream(arrow: Any, schema: Any, columns: list[Any] | None, row_count: int) -> Any:
    batch = None
    if columns:
        arrays = [dense(arrow, each) for each in columns]
        batch = arrow.RecordBatch.from_arrays(arrays, schema=schema)
    elif row_count:
        raise ValueRefused(
            f"{row_count} rows without a column cannot be stored; pass their number"
        )
    counted = arrow.MockOutputStream()
    _write(arrow, counted, schema, batch)
    buffer = arrow.allocate_buffer(counted.size())
    _write(arrow, arrow.FixedSizeBufferWriter(buffer), schema, batch)
    _check_schema(arrow, schema, buffer)
    return buffer


def _write(arrow: Any, sink: Any, schema: Any, batch: Any) -> None:
    with arrow.ipc.new_stream(sink, schema) as writer:
        if batch is not None:
            writer.write_batch(batch)


def _check_schema(arrow: Any, schema: Any, buffer: Any) -> None:
    """Refuse what would come back as something else, where nobody knows its types."""
    found = arrow.ipc.open_stream(arrow.BufferReader(buffer)).schema
    _check_extensions(found)
    if not found.equals(schema, check_metadata=True):
        raise ValueRefused(f"the schema would not come back; it was\n{schema}\nand is\n{found}")


def _check_extensions(schema: Any) -> None:
    for field in schema:
        name = _unknown_extension(field)
        if name is not None:
            raise ValueRefused(
                f"{field.name!r} is of the extension type {name}, which is not known here; "
                "import the module that calls pa.register_extension_type() for it, or store "
                "its storage: column.cast(its type)"
            )


def _unknown_extension(field: Any) -> str | None:
    """The name of an extension type that was read as the type below it; None if none was."""
    if field.metadata and _EXTENSION in field.metadata:
        name: bytes = field.metadata[_EXTENSION]
        return name.decode(errors="replace")
    kind = field.type
    inner = [kind.field(index) for index in range(kind.num_fields)]
    return next((name for name in map(_unknown_extension, inner) if name), None)


def _made(arrow: Any, frame: Frame) -> object:
    head = frame.head
    if type(head) is not dict or head.get("class") not in _CLASSES or len(frame.parts) != 1:
        raise ValueRefused(_NOT_ARROW)
    reader = arrow.ipc.open_stream(arrow.BufferReader(arrow.py_buffer(frame.parts[0])))
    _check_extensions(reader.schema)
    name = head["class"]
    if name in ("Schema", "Field", "DataType"):
        schema = reader.schema
        if name == "Schema":
            return schema
        return schema.field(0) if name == "Field" else schema.field(0).type
    return _of_batches(arrow, name, reader.schema, list(reader))


def _of_batches(arrow: Any, name: str, schema: Any, batches: list[Any]) -> object:
    if name == "Table":
        return arrow.Table.from_batches(batches, schema)
    if name == "RecordBatch":
        return batches[0] if batches else arrow.RecordBatch.from_pylist([], schema)
    array = batches[0].column(0)
    if name == "ChunkedArray":
        return arrow.chunked_array([array], array.type)
    return array[0] if name == "Scalar" else array


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
    table = _as_table(arrow, value)
    if table is None:
        return str(value).encode()
    is_named = isinstance(value, (arrow.Table, arrow.RecordBatch))
    file = arrow.BufferOutputStream()
    try:
        csv.write_csv(table, file, csv.WriteOptions(include_header=is_named))
    except arrow.ArrowException:
        return _csv(arrow, table)
    return bytes(file.getvalue())


def _csv(arrow: Any, table: Any) -> bytes:
    file = arrow.BufferOutputStream()
    with arrow.ipc.new_stream(file, table.schema) as writer:
        writer.write_table(table)
    return bytes(file.getvalue())


def _as_table(arrow: Any, value: Any) -> Any:
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
