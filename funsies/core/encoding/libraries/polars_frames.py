"""Frames and series of polars, as streams of polars' own Arrow IPC.

The head says class, size and columns; the only part is the stream. It is written at the oldest
level of compatibility, which stays what it is in later versions. Equal values have equal bytes:
what has chunks, unused memory or nulls is gathered into new memory (``polars_dense.py``).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, ClassVar, Final

from funsies.core.encoding.frames import Frame, library
from funsies.core.encoding.libraries.library_classes import ClassNode
from funsies.core.encoding.libraries.polars_dense import dense
from funsies.core.encoding.libraries.tables_shown import (
    FIRST_COLUMNS,
    FIRST_ROWS,
    head_of_table,
)
from funsies.core.encoding.refusal import CannotEncode, Refused, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from funsies.core.encoding.node import Node

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
            raise Refused(
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
            raise Refused(_NOT_POLARS)
        polars = _polars()
        try:
            found = polars.read_ipc_stream(io.BytesIO(frame.parts[0]))
        except (polars.exceptions.PolarsError, ValueError) as problem:
            raise Refused(f"this cannot be read by polars: {tell(problem)}") from problem
        if found.shape != (head.get("rows"), head.get("width")):
            raise Refused(_NOT_POLARS)
        return found if head["class"] == "DataFrame" else found.to_series()


FORMS: Final[Mapping[str, Callable[[], Node]]] = {FORM: PolarsNode}


def node_for(kind: type, arguments: tuple[object, ...]) -> Node | None:  # noqa: ARG001  (none has any)
    """Compile a class of polars; None if its objects cannot be stored."""
    polars = _polars()
    if any(kind is getattr(polars, name) for name in _CLASSES):
        return PolarsNode(kind)
    if kind.__name__ in _REFUSED:
        raise CannotEncode(f"polars.{kind.__name__}", _REFUSED[kind.__name__])
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
        raise Refused(
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


def _not_stored(column: str, dtype: Any) -> Refused:
    return Refused(
        f"the column {column!r} of {dtype} cannot be stored; cast it, for example with "
        "map_elements(str, return_dtype=pl.String)"
    )
