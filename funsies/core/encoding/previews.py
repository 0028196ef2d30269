"""Previews: what a person sees of a value, where its bytes alone say nothing."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Final, NamedTuple, TypeAlias

from funsies.core.errors import EncodingError


class Picture(NamedTuple):
    """A picture of a value.

    Attributes:
        data: its bytes.
        media_type: what they are: ``"image/png"``, ``"image/svg+xml"``, ...
    """

    data: bytes
    media_type: str = "image/png"


Preview: TypeAlias = str | Sequence[Sequence[object]] | Picture
"""A text, a table of which the first row is the header, or a picture."""

MimeBundle: TypeAlias = dict[str, str | bytes]
"""What notebooks show, by its media type."""

_SVG: Final = "image/svg+xml"
_MAGIC: Final = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
_SHOWN_ROWS: Final = 20


def bundle_of(preview: object) -> MimeBundle:
    r"""Prepare a preview for notebooks.

    Raises:
        EncodingError: if it is none.

    >>> bundle_of([["name", "size"], ["a", 1]])["text/plain"]
    'name  size\na     1'
    """
    if isinstance(preview, str):
        return bundle_of_text(preview)
    if isinstance(preview, Picture):
        is_text = preview.media_type == _SVG
        return {preview.media_type: preview.data.decode() if is_text else preview.data}
    if not isinstance(preview, Sequence) or isinstance(preview, bytes):
        raise EncodingError(
            f"a preview is a text, rows of a table, or a funsies.Picture, not {preview!r:.60}"
        )
    return _bundle_of_table([list(map(str, row)) for row in preview])


def bundle_of_text(text: str) -> MimeBundle:
    """Prepare a text as it is."""
    return {"text/plain": text, "text/html": f"<pre>{escape(text)}</pre>"}


def picture_in(data: bytes) -> Picture | None:
    """The picture that a file is; None if it is no picture.

    >>> picture_in(b"a text") is None
    True
    """
    found = (kind for magic, kind in _MAGIC.items() if data.startswith(magic))
    media_type = next(found, None)
    return None if media_type is None else Picture(data, media_type)


def _bundle_of_table(rows: list[list[str]]) -> MimeBundle:
    shown = rows[: _SHOWN_ROWS + 1]
    more = [f"... and {len(rows) - len(shown)} more rows"] if len(rows) > len(shown) else []
    return {
        "text/plain": "\n".join([*_aligned(shown), *more]),
        "text/html": f"<table>{''.join(map(_html_row, shown))}</table>{''.join(more)}",
    }


def _aligned(rows: list[list[str]]) -> list[str]:
    """Rows as lines, with columns of one width."""
    columns = max(map(len, rows), default=0)
    full = [[*row, *[""] * (columns - len(row))] for row in rows]
    widths = [max(map(len, column)) for column in zip(*full, strict=True)]
    lines = (zip(row, widths, strict=True) for row in full)
    return ["  ".join(cell.ljust(width) for cell, width in line).rstrip() for line in lines]


def _html_row(row: list[str]) -> str:
    return f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>"
