"""The bytes of values: to be saved, or as pictures in a page. A browser never runs them."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, BinaryIO, Final

from returns.pipeline import is_successful
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse

from funsies.builder.artefact import Artefact
from funsies.client.lookup import stored_artefact
from funsies.client.stored_types import wire_of
from funsies.client.values import open_value
from funsies.core.digest import Digest, short_hash
from funsies.core.encoding import preview_pieces
from funsies.core.errors import UnwrapError
from funsies.store.connect import Backend

from .desk import Desk
from .named import named_by
from .values import BEGIN_BYTES, LARGEST_PICTURE_BYTES, picture_type

_HARMLESS: Final = {
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "attachment",
}
"""Whoever goes to the address of a value saves it; in ``<img>`` an SVG runs no scripts."""


def download(desk: Desk, request: Request) -> Response:
    """A value, to be saved."""
    artefact = named_by(desk.backend, request).digest
    name = f'attachment; filename="{short_hash(artefact)}"'
    return StreamingResponse(
        _pieces(desk.backend, artefact),
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


def picture(desk: Desk, request: Request) -> Response:
    """A picture, by a media type that its first bytes tell."""
    backend = desk.backend
    opened = open_value(backend, stored_artefact(backend, named_by(backend, request).digest))
    if not is_successful(opened):
        return PlainTextResponse("there is no such picture\n", status_code=404)
    with opened.unwrap() as stream:
        data = stream.read(LARGEST_PICTURE_BYTES + 1)
    kind = picture_type(data[:BEGIN_BYTES])
    if kind is None or len(data) > LARGEST_PICTURE_BYTES:
        return PlainTextResponse("it is no picture that is shown\n", status_code=404)
    return Response(data, media_type=kind, headers=_HARMLESS)
