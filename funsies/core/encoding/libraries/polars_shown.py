"""Frames of polars for those who look at them: a line, and CSV if polars is here."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from funsies.core.encoding.frames import library
from funsies.core.encoding.libraries.tables_shown import line_of_table, lines_of_table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from funsies.core.encoding.parts import Json


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
