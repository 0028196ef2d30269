"""Frames and series of polars, as streams of polars' own Arrow IPC.

The head says class, size and columns; the only part is the stream. It is written at the oldest
level of compatibility, which stays what it is in later versions. Equal values have equal bytes:
what has chunks, unused memory or nulls is gathered into new memory first. Who looks at a value
needs no polars: the head says all.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, ClassVar, Final

from funsies.core.encoding.frames import ClassNode, Frame, library
from funsies.core.encoding.libraries.tables_shown import (
    FIRST_COLUMNS,
    FIRST_ROWS,
    head_of_table,
    line_of_table,
    lines_of_table,
)
from funsies.core.encoding.refusal import TypeRefused, ValueRefused, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from funsies.core.encoding.node import Node
    from funsies.core.encoding.parts import Json

FORM: Final = "$polars"
_CLASSES: Final = ("DataFrame", "Series")
_LAZY: Final = "collect it: pass frame.collect()"
_REFUSED: Final = {
    "LazyFrame": _LAZY,
    "GroupBy": "aggregate it: pass it.agg(...)",
    "Expr": "apply it: pass frame.select(it)",
}
_NOT_POLARS: Final = "expected a frame of polars, found other data"


class PolarsNode(ClassNode):
    """``DataFrame`` or ``Series`` of polars."""

    form = FORM
    library = "polars"
    may_write = False
    remedies: ClassVar[Mapping[str, str]] = {
        "polars.LazyFrame": _LAZY,
        "polars.DataFrame": "pass it.to_series(), or annotate pl.DataFrame",
        "polars.Series": "pass it.to_frame()",
        "pandas.DataFrame": "pass pl.from_pandas(it)",
        "pandas.Series": "pass pl.from_pandas(it)",
        "pyarrow.Table": "pass pl.from_arrow(it)",
        "numpy.ndarray": "pass pl.from_numpy(it), or pl.Series(it)",
    }

    def apart(self, value: Any) -> Frame:
        """Write a frame as a stream."""
        polars = _polars()
        frame = value.to_frame() if type(value) is polars.Series else value
        _check(polars, frame)
        try:
            data = _stream(polars, frame)
        except (polars.exceptions.PolarsError, ValueError) as problem:
            raise ValueRefused(
                f"this cannot be written as Arrow IPC: {tell(problem)}; cast the column to "
                "another type"
            ) from problem
        types = [type(each).__name__ for each in frame.dtypes]
        first = [_first(polars, each) for each in frame.get_columns()[:FIRST_COLUMNS]]
        head = head_of_table(type(value).__name__, frame.columns, types, frame.height, first)
        return Frame(head, [data])

    def made(self, frame: Frame) -> object:
        """Read a frame."""
        head = frame.head
        if type(head) is not dict or head.get("class") not in _CLASSES or len(frame.parts) != 1:
            raise ValueRefused(_NOT_POLARS)
        polars = _polars()
        try:
            found = polars.read_ipc_stream(io.BytesIO(frame.parts[0]))
        except (polars.exceptions.PolarsError, ValueError) as problem:
            raise ValueRefused(f"this cannot be read by polars: {tell(problem)}") from problem
        if found.shape != (head.get("rows"), head.get("width")):
            raise ValueRefused(_NOT_POLARS)
        return found if head["class"] == "DataFrame" else found.to_series()


FORMS: Final[Mapping[str, Callable[[], Node]]] = {FORM: PolarsNode}


def node_for(kind: type, arguments: tuple[object, ...]) -> Node | None:  # noqa: ARG001  (none has any)
    """Compile a class of polars; None if its objects cannot be stored."""
    polars = _polars()
    if any(kind is getattr(polars, name) for name in _CLASSES):
        return PolarsNode(kind)
    if kind.__name__ in _REFUSED:
        raise TypeRefused(f"polars.{kind.__name__}", _REFUSED[kind.__name__])
    return None


def annotation_of(value: object) -> Any:  # noqa: ARG001  (its class says all)
    """Nothing is known but the class."""
    return None


def _polars() -> Any:
    return library("polars", "a frame of polars")


def _check(polars: Any, frame: Any) -> None:
    for column, dtype in frame.schema.items():
        if dtype == polars.Object:
            raise _not_stored(column, dtype)
    if frame.height and not frame.width:
        raise ValueRefused(
            f"{frame.height} rows without a column cannot be stored; pass their number"
        )


def _stream(polars: Any, frame: Any) -> memoryview:
    columns = {each.name: dense(polars, each.rechunk()) for each in frame.get_columns()}
    file = io.BytesIO()
    level = polars.CompatLevel.oldest()
    polars.DataFrame(columns).write_ipc_stream(file, compat_level=level)
    _check_schema(polars, frame)
    return file.getbuffer()


def _first(polars: Any, series: Any) -> list[Any]:
    """The first items; an ellipsis for those of other types than the usual ones."""
    first = series.head(FIRST_ROWS)
    is_usual = series.dtype.is_integer() or series.dtype in (
        *(polars.Float32, polars.Float64, polars.Boolean, polars.String, polars.Date),
        *(polars.Categorical, polars.Enum),
    )
    return list(first.to_list()) if is_usual else [...] * len(first)


def _check_schema(polars: Any, frame: Any) -> None:
    """Refuse what would come back as something else."""
    file = io.BytesIO()
    frame.clear().write_ipc_stream(file, compat_level=polars.CompatLevel.oldest())
    file.seek(0)
    found = polars.read_ipc_stream(file)
    for column, dtype in frame.schema.items():
        if found.schema[column] != dtype:
            raise _not_stored(column, dtype)


def _not_stored(column: str, dtype: Any) -> ValueRefused:
    return ValueRefused(
        f"the column {column!r} of {dtype} cannot be stored; cast it, for example with "
        "map_elements(str, return_dtype=pl.String)"
    )


def dense(polars: Any, series: Any) -> Any:
    """The same series in memory of its own, with nothing in it where it is null.

    Args:
        polars: the library.
        series: in one chunk.
    """
    if _is_dense(polars, series):
        return series
    if not len(series):
        return polars.Series(series.name, [], series.dtype)
    if series.dtype == polars.Struct:
        series = _structs(polars, series)
    elif series.dtype == polars.Array:
        lists = dense(polars, series.arr.to_list())
        series = lists.list.to_array(series.dtype.shape[0])
    elif series.dtype == polars.List:
        series = _lists(polars, series)
    elif series.dtype == polars.Categorical:  # some versions keep categories that are not used
        series = series.cast(polars.String).cast(series.dtype)
    return _gathered(polars, series, polars.int_range(len(series), eager=True))


def _is_dense(polars: Any, series: Any) -> bool:
    """True for numbers of which none is null, and of which none can be."""
    if not (series.dtype.is_integer() or series.dtype.is_float()) or series.null_count():
        return False
    one = polars.zeros(1, dtype=series.dtype, eager=True)
    return bool(series.estimated_size() == len(series) * one.estimated_size())


def _gathered(polars: Any, series: Any, places: Any, known: Any = None) -> Any:
    """Take items from their places, and nothing where there is none.

    Args:
        polars: the library.
        series: the items.
        places: of the items, in order.
        known: which are there; None if the items themselves say it.
    """
    known = series.is_not_null() if known is None else known
    nothing = polars.Series([None], dtype=places.dtype).new_from_index(0, len(places))
    return series.gather(places.zip_with(known, nothing))


def _structs(polars: Any, series: Any) -> Any:
    fields = {name: series.struct.field(name).rechunk() for name in series.struct.fields}
    if not fields:
        return series
    parts = {name: dense(polars, each) for name, each in fields.items()}
    made = polars.DataFrame(parts).to_struct(series.name)
    if not series.null_count():
        return made
    places = polars.int_range(len(series), eager=True)
    return _gathered(polars, made, places, series.is_not_null())


def _lists(polars: Any, series: Any) -> Any:
    """Make the lists again of their items, if among these there may be any that is null."""
    sizes = series.list.len().fill_null(0)
    is_some = (sizes > 0) & series.is_not_null()  # some versions count below a null as well
    if not is_some.any():
        return polars.Series(series.name, series.to_list(), series.dtype)
    items = series.filter(is_some).explode().rechunk()
    is_plain = not items.dtype.is_nested() and items.dtype != polars.Categorical
    if is_plain and not items.null_count():
        return series
    rows = polars.int_range(int(is_some.sum()), eager=True)
    counted = polars.DataFrame({"owner": rows, "size": sizes.filter(is_some)})
    owners = counted.select(polars.col("owner").repeat_by("size")).to_series().explode()
    items = dense(polars, items).alias("items")
    frame = polars.DataFrame({"owner": owners, "items": items})
    grouped = frame.group_by("owner", maintain_order=True).agg(polars.col("items"))
    made = polars.concat([grouped.get_column("items"), items.head(0).implode()]).rechunk()
    last = polars.Series([len(made) - 1]).new_from_index(0, len(series))
    places = (is_some.cast(polars.Int64).cum_sum() - 1).zip_with(is_some, last)
    return _gathered(polars, made, places, series.is_not_null()).alias(series.name)


def preview(head: Json, parts: Sequence[memoryview]) -> str:  # noqa: ARG001  (the head says all)
    """Say on one line what a frame of polars is."""
    return line_of_table("polars", head)


def table(head: Json, parts: Sequence[memoryview]) -> str:  # noqa: ARG001  (likewise)
    """The same, with the first rows."""
    return lines_of_table("polars", head)


def file_header(head: Json) -> None:
    """There is no file that only begins with something else than the stored bytes."""


def to_file(value: Any) -> bytes:
    """A frame as CSV, or as a stream of Arrow IPC where CSV cannot say what is in it."""
    polars = library("polars", "a frame")
    frame = value.to_frame() if isinstance(value, polars.Series) else value
    try:
        text: str = frame.write_csv()
    except polars.exceptions.PolarsError:
        file = io.BytesIO()
        frame.write_ipc_stream(file, compat_level=polars.CompatLevel.oldest())
        return file.getvalue()
    return text.encode()
