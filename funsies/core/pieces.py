"""The pieces of which the code of a task consists, as they are stored for people.

What of it is long is stored once by content, however many tasks have it: each text of a
function, and the list of the pieces.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final

import msgspec

from .digest import Digest, content_digest
from .errors import EncodingError
from .fingerprint import Ingredient

MOST_CHARACTERS: Final = 100_000
"""Of a longer text, this much is kept."""


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """A function, a class, a constant, a module or a library that a task's code reaches.

    Attributes:
        path: how it is reached: ``"task -> helper -> NAME"``; of a library its name.
        kind: ``"function"``, ``"class"``, ``"value"``, ``"library"``, ...
        digest: hexadecimal digest of the piece itself; of a library its version.
        file: in which it is written; "" if that is not known.
        line: the first one in that file; 0 if it is not known.
        text: address of its text; empty if it has none.
        value: how it looks, if it is a value.
    """

    path: str
    kind: str
    digest: str
    file: str = ""
    line: int = 0
    text: bytes = b""
    value: str = ""


def pieces_of(ingredients: Iterable[Ingredient]) -> tuple[Digest, dict[Digest, bytes]]:
    """What to store of ingredients: the address of their list, and all contents."""
    texts: dict[Digest, bytes] = {}
    pieces: list[Piece] = []
    for path, kind, digest, place, value in dict.fromkeys(ingredients):
        address = b""
        if place.text:
            address, data = _encoded(place.text)
            texts[address] = data
        pieces.append(Piece(path, kind, digest, place.file, place.line, address, value))
    data = msgspec.msgpack.encode(pieces)
    listed = content_digest(data)
    return listed, {**texts, listed: data}


@lru_cache(maxsize=4096)
def _encoded(text: str) -> tuple[Digest, bytes]:
    """A text as it is stored, and its address: once for all tasks that have it."""
    data = text[:MOST_CHARACTERS].encode("utf-8", "replace")
    return content_digest(data), data


def decode_pieces(data: bytes) -> list[Piece]:
    """Read a list of pieces back.

    Raises:
        EncodingError: if the bytes are not those of such a list.
    """
    try:
        return msgspec.msgpack.decode(data, type=list[Piece])
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise EncodingError(f"the list of a task's code cannot be read: {problem}") from problem
