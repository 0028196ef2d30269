"""Definitions of operations with many inputs: they are kept in pieces, beside a short row.

So no call has to move more than some of them. The row has what scripts read: task, flags, name,
outputs, options. In the place of the names of inputs stand the addresses of the pieces, which
are small contents as any other. They are written first, and make up the whole definition as it
would be with few inputs, with its signature. A row follows from its pieces, and whoever reads
it sees whether it does: so nothing in it is signed, and a definition of which a piece is gone
or changed is damaged as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Final, TypeAlias

from funsies.core.digest import DIGEST_BYTES, Digest, content_digest
from funsies.core.keyring import SIGNATURE_BYTES
from funsies.store.batches import batches
from funsies.store.rows import MOST_INPUTS

from .packing import HEADER, INPUT, LARGE_CONSTANT, PRODUCER, cut, readable

INPUTS_OF_PIECE: Final = 800
"""So many are no longer than small contents may be; as in ``lua/shared/cascade.lua``."""

_READ_AT_ONCE: Final = 20
_PIECE_BYTES: Final = INPUTS_OF_PIECE * INPUT.size
_END: Final = b"\x90" + bytes(SIGNATURE_BYTES)
"""No wire forms, no signature."""

Contents: TypeAlias = Callable[[Sequence[Digest]], list[bytes | None]]
"""Reads small contents."""


def in_pieces(sealed: bytes) -> tuple[bytes, list[tuple[Digest, bytes]]]:
    """The row that is kept of a definition, and the pieces beside it by their addresses.

    Args:
        sealed: the whole definition, with its signature.
    """
    task, flags, inputs, outputs, name, names = HEADER.unpack_from(sealed)
    if inputs <= MOST_INPUTS:
        return sealed, []
    first = HEADER.size + _PIECE_BYTES
    parts = [sealed[:first], *cut(sealed[first:], _PIECE_BYTES)]
    pieces = [(content_digest(part), part) for part in parts]
    addresses = b"".join(address for address, _ in pieces)
    at = HEADER.size + INPUT.size * inputs
    kinds = sealed[HEADER.size : at : INPUT.size]
    named = kinds.count(PRODUCER) + kinds.count(LARGE_CONSTANT)
    made = at + name + names + DIGEST_BYTES * named
    row = (
        HEADER.pack(task, flags, inputs, outputs, name, len(addresses)),
        sealed[at : at + name],
        addresses,
        sealed[made : made + DIGEST_BYTES * (outputs + 1)],
        _END,
    )
    return b"".join(row), pieces


def whole(row: bytes | None, contents: Contents) -> bytes | None:
    """A definition as it was signed, by the row that is kept of it.

    Args:
        row: None if there is none.
        contents: reads the pieces.

    Returns:
        Empty bytes if a piece is gone or changed, or the row is not that of its pieces.
    """
    if row is None or not readable(_has_pieces, row):
        return row
    return readable(_put_together, row, contents) or b""


def _has_pieces(row: bytes) -> bool:
    inputs: int = HEADER.unpack_from(row)[2]
    return inputs > MOST_INPUTS


def _put_together(row: bytes, contents: Contents) -> bytes:
    *_, name, names = HEADER.unpack_from(row)
    at = HEADER.size + name
    addresses = [Digest(each) for each in cut(row[at : at + names], DIGEST_BYTES)]
    pages = map(contents, batches(addresses, _READ_AT_ONCE))
    sealed = b"".join(each for each in chain.from_iterable(pages) if each is not None)
    if in_pieces(sealed)[0] != row:
        raise ValueError("the pieces are not those of the definition")
    return sealed
