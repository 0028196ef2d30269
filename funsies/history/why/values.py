"""Given values as texts, as far as people can compare them."""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Final

from funsies.core.archive import members
from funsies.core.digest import Digest
from funsies.core.encoding import PICKLE, to_preview
from funsies.store.rows import InputRow

MOST_BYTES: Final = 20_000
"""Of a longer value, this much is compared."""


def value_text(row: InputRow | None, contents: Mapping[Digest, bytes]) -> str | None:
    """A given value as a text; None if there is none, or if it is not text.

    Args:
        row: the input.
        contents: small values that were read.
    """
    if row is None or row.content is None:
        return None
    data = contents.get(row.content)
    if data is None or row.wire == PICKLE:
        return None
    return _text(data, row.wire)


def _text(data: bytes, wire: str) -> str | None:
    whole = "\n".join(_names(data)).encode() if wire == "files" else to_preview(wire, data)
    try:
        text = whole[:MOST_BYTES].decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _names(data: bytes) -> list[str]:
    """The names in an archive of files."""
    return [member.name for member, _ in members(io.BytesIO(data))]
