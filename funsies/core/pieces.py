"""The pieces of which the code of a task consists, as they are stored for people.

What of it is long is stored once by content, however many tasks have it: each text of a
function, and the list of the pieces.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from typing import Final, NamedTuple, TypeAlias

import msgspec

from .digest import Digest, content_digest
from .errors import EncodingError
from .fingerprint import Ingredient

LIBRARY: Final = "library"
"""Kind of the pieces that stand for a library."""

_KEPT_BYTES: Final = 12

MOST_CHARACTERS: Final = 100_000
"""Of a longer text, this much is kept."""


class Piece(NamedTuple):
    """A function, a class, a constant, a module or a library that a task's code reaches.

    Attributes:
        path: how it is reached: ``"task -> helper -> NAME"``; of a library its name.
        kind: ``"function"``, ``"class"``, ``"value"``, ``"library"``, ...
        digest: hexadecimal, of the piece itself: enough of it to compare it with others; of a
            library its version.
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


_Row: TypeAlias = tuple[str, str, bytes, int, int, bytes, str]


class _List(msgspec.Struct, frozen=True, array_like=True):
    """As it is stored: each name of a file once."""

    files: list[str]
    rows: list[_Row]


def pieces_of(ingredients: Iterable[Ingredient]) -> tuple[Digest, dict[Digest, bytes]]:
    """What to store of ingredients: the address of their list, and all contents."""
    texts: dict[Digest, bytes] = {}
    files: dict[str, int] = {}
    rows: list[_Row] = []
    for path, kind, digest, (file, line, text), value in dict.fromkeys(ingredients):
        address = b""
        if text:
            address, data = _encoded(text)
            texts[address] = data
        number = files.setdefault(_as_utf8(file), len(files))
        kept = digest.encode() if kind == LIBRARY else bytes.fromhex(digest)[:_KEPT_BYTES]
        rows.append((path, kind, kept, number, line, address, value))
    data = msgspec.msgpack.encode(_List(list(files), rows))
    listed = content_digest(data)
    return listed, {**texts, listed: data}


@lru_cache(maxsize=4096)
def _encoded(text: str) -> tuple[Digest, bytes]:
    """A text as it is stored, and its address: once for all tasks that have it."""
    data = text[:MOST_CHARACTERS].encode("utf-8", "replace")
    return content_digest(data), data


def _as_utf8(text: str) -> str:
    """A text that UTF-8 can hold; the name of a file may be one that it cannot."""
    return text.encode("utf-8", "replace").decode()


def _shown(kind: str, digest: bytes) -> str:
    return digest.decode("utf-8", "replace") if kind == LIBRARY else digest.hex()


def decode_pieces(data: bytes) -> list[Piece]:
    """Read a list of pieces back.

    Raises:
        EncodingError: if the bytes are not those of such a list.
    """
    try:
        found = msgspec.msgpack.decode(data, type=_List)
        return [
            Piece(path, kind, _shown(kind, digest), found.files[file], line, text, value)
            for path, kind, digest, file, line, text, value in found.rows
        ]
    except (msgspec.MsgspecError, UnicodeDecodeError, IndexError) as problem:
        raise EncodingError(f"the list of a task's code cannot be read: {problem}") from problem
