"""The page of one value, its bytes, and a value as any page shows it. It is never active."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from typing import Any, BinaryIO, Final, TypeAlias

import msgspec
from returns.pipeline import is_successful
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from funsies.builder.artefact import Artefact
from funsies.client.lookup import stored_artefact
from funsies.client.lost_values import lost
from funsies.client.stored_types import wire_of
from funsies.client.values import open_value
from funsies.core.archive import members
from funsies.core.digest import Digest, short_hash
from funsies.core.encoding import PICKLE, about_pickle, preview_pieces
from funsies.core.encoding.codecs import RESERVED_NAMES
from funsies.core.encoding.previews import picture_in
from funsies.core.errors import (
    DataCorruptedError,
    DataMissingError,
    Error,
    FunsiesError,
    UnknownHashError,
    UnwrapError,
)
from funsies.store.connect import Backend
from funsies.store.rows import ArtefactRow

from .reading import named_by
from .site import Facts, Site


def value_pulse(site: Site, request: Request) -> object:
    """Differs when the step that makes it has changed its state; a constant never changes."""
    graph, row = site.backend.graph, _row(site.backend, request)
    if row.producer is None:
        return None
    return graph.states([row.producer]), site.naming.edition()


def look_at_value(site: Site, request: Request) -> Facts:
    """One value."""
    row = _row(site.backend, request)
    return {
        "artefact": row.digest,
        "producer": row.producer,
        "maker": None if row.producer is None else _called(site, row.producer),
        "value": shown_value(site.backend, row.digest, site.definitions.artefact),
    }


def _called(site: Site, step: Digest) -> str:
    """What a step is called, or else its task."""
    labels = site.naming.labels([step])
    return labels.of(step, site.definitions.read(site.backend, step).row.task_name)


def _row(backend: Backend, request: Request) -> ArtefactRow:
    found = named_by(backend, request)
    row = None if found.is_operation else backend.graph.artefact(found.digest)
    if row is None:
        raise UnknownHashError(f"{short_hash(found.digest)} is a step, not a value")
    return row


BEGIN_BYTES: Final = 1 << 16
"""So much of a value is read to be shown."""

SHOWN_CHARACTERS: Final = 20_000
SHOWN_ROWS: Final = 50
SHOWN_COLUMNS: Final = 30
LARGEST_PICTURE_BYTES: Final = 1 << 24
SVG: Final = "image/svg+xml"

Locate: TypeAlias = Callable[[Backend, Digest], Artefact[Any]]

_FEWEST_ROWS: Final = 2
_MORE_PICTURES: Final = {b"GIF8": "image/gif", b"RIFF": "image/webp", b"BM": "image/bmp"}


@dataclass(frozen=True, slots=True)
class ShownValue:
    """What is shown of a value; the first of these that there is.

    Attributes:
        picture: its media type, if it is one that a browser shows without running it.
        table: rows, the first of which is the header.
        text: the value, or the beginning of it, or words about it.
        error: in the place of the value.
        is_cut: True if there is more of it.
    """

    picture: str = ""
    table: Sequence[Sequence[str]] = field(default_factory=tuple)
    text: str = ""
    error: Error | None = None
    is_cut: bool = False


def shown_value(
    backend: Backend, artefact: Digest, locate: Locate = stored_artefact
) -> ShownValue:
    """Read as much of a value as is shown of it.

    Args:
        backend: where it is.
        artefact: its address.
        locate: finds out by the address how it is read.
    """
    try:
        where = locate(backend, artefact)
        opened = open_value(backend, where)
        if not is_successful(opened):
            return ShownValue(error=opened.failure())
        with opened.unwrap() as stream:
            begin = stream.read(BEGIN_BYTES)
            return _shown(wire_of(where), begin, is_cut=bool(stream.read(1)))
    except (DataCorruptedError, DataMissingError) as problem:
        return ShownValue(error=lost(backend, where, problem))
    except FunsiesError as problem:
        return ShownValue(text=f"(it cannot be shown: {problem})")


def _shown(wire: str, begin: bytes, *, is_cut: bool) -> ShownValue:
    if wire == PICKLE:
        return ShownValue(text=about_pickle(begin))
    if wire == "files":
        return _of_files(begin, is_cut=is_cut)
    if wire not in RESERVED_NAMES:
        return ShownValue(text=f"written by the codec {wire!r}")
    picture = picture_type(begin) if wire == "blob" else None
    if picture:
        return ShownValue(picture)
    return _of_text(wire, begin, is_cut=is_cut)


def _of_files(begin: bytes, *, is_cut: bool) -> ShownValue:
    if is_cut:
        return ShownValue(text="a directory; its files are in the download (tar)")
    rows = [(each.name, f"{each.size_bytes:,}") for each, _ in members(io.BytesIO(begin))]
    shown = rows[:SHOWN_ROWS]
    return ShownValue(table=[("file", "bytes"), *shown], is_cut=len(shown) < len(rows))


def _of_text(wire: str, begin: bytes, *, is_cut: bool) -> ShownValue:
    records = _records(begin) if wire == "json" and not is_cut else ()
    if records:
        return ShownValue(table=records[: SHOWN_ROWS + 1], is_cut=len(records) > SHOWN_ROWS + 1)
    whole = begin
    if wire == "json":
        pieces = preview_pieces(wire, io.BytesIO(begin), lambda: io.BytesIO(begin))
        whole = b"".join(islice(pieces, 3))
    picture = picture_type(whole) if not is_cut else None
    text = _decoded(whole, is_cut=is_cut)
    if picture or text is None:
        return ShownValue(text=f"{'more than ' if is_cut else ''}{len(whole):,} bytes")
    table = _separated(text, is_cut=is_cut)
    if table:
        return ShownValue(table=table[: SHOWN_ROWS + 1], is_cut=len(table) > SHOWN_ROWS + 1)
    is_long = len(text) > SHOWN_CHARACTERS
    return ShownValue(text=text[:SHOWN_CHARACTERS], is_cut=is_cut or is_long)


def picture_type(begin: bytes) -> str | None:
    """The media type of a picture, by its first bytes; None if it is none.

    >>> picture_type(b"GIF89a"), picture_type(b"<html>")
    ('image/gif', None)
    """
    known = picture_in(begin)
    if known is not None:
        return known.media_type
    more = (kind for magic, kind in _MORE_PICTURES.items() if begin.startswith(magic))
    return next(more, None) or (SVG if _is_svg(begin) else None)


def _is_svg(begin: bytes) -> bool:
    head = begin[:1000].lstrip(b"\xef\xbb\xbf \t\r\n")
    return head.startswith(b"<svg") or (head.startswith(b"<?xml") and b"<svg" in head)


def _decoded(data: bytes, *, is_cut: bool) -> str | None:
    try:
        text = data.decode("utf-8", "ignore" if is_cut else "strict")
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _records(data: bytes) -> list[Sequence[str]]:
    """A list of objects with the same names, as a table."""
    try:
        found = msgspec.json.decode(data)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        return []
    if not isinstance(found, list) or len(found) < _FEWEST_ROWS:
        return []
    names = list(found[0]) if isinstance(found[0], dict) else []
    if not names or len(names) > SHOWN_COLUMNS:
        return []
    if not all(isinstance(each, dict) and list(each) == names for each in found):
        return []
    rows = [[_cell(each[name]) for name in names] for each in found]
    return [names, *rows]


def _cell(value: object) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _separated(text: str, *, is_cut: bool) -> list[Sequence[str]]:
    """A text whose lines have equally many fields, as a table: CSV and TSV."""
    lines = text.splitlines()
    if is_cut:
        lines = lines[:-1]
    for separator in ("\t", ",", ";"):
        if not lines or separator not in lines[0]:
            continue
        try:
            rows = list(csv.reader(lines, delimiter=separator, strict=True))
        except csv.Error:
            continue
        widths = {len(row) for row in rows}
        if len(rows) >= _FEWEST_ROWS and len(widths) == 1 and 1 < max(widths) <= SHOWN_COLUMNS:
            return list(rows)
    return []


_HARMLESS: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "attachment",
}
"""Whoever goes to the address of a value saves it; in ``<img>`` an SVG runs no scripts."""


def download(site: Site, request: Request) -> Response:
    """A value, to be saved."""
    artefact = named_by(site.backend, request).digest
    name = f'attachment; filename="{short_hash(artefact)}"'
    return StreamingResponse(
        _pieces(site.backend, artefact),
        media_type="application/octet-stream",
        headers=_HARMLESS | {"Content-Disposition": name},
    )


def _pieces(backend: Backend, artefact: Digest) -> Iterator[bytes]:
    """As ``funsies cat`` gives it to a file."""
    where = stored_artefact(backend, artefact)
    opened = open_value(backend, where)
    if not is_successful(opened):
        raise UnwrapError(opened.failure())
    with opened.unwrap() as stream:
        again = partial(_reopened, backend, where)
        yield from preview_pieces(wire_of(where), stream, again)


def _reopened(backend: Backend, where: Artefact[Any]) -> BinaryIO:
    return open_value(backend, where).unwrap()


def picture(site: Site, request: Request) -> Response:
    """A picture, by a media type that its first bytes tell."""
    backend = site.backend
    opened = open_value(backend, stored_artefact(backend, named_by(backend, request).digest))
    if not is_successful(opened):
        return PlainTextResponse("there is no such picture\n", status_code=404)
    with opened.unwrap() as stream:
        data = stream.read(LARGEST_PICTURE_BYTES + 1)
    kind = picture_type(data[:BEGIN_BYTES])
    if kind is None or len(data) > LARGEST_PICTURE_BYTES:
        return PlainTextResponse("it is no picture that is shown\n", status_code=404)
    return Response(data, media_type=kind, headers=_HARMLESS)
