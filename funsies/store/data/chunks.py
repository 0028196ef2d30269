"""Streams of bytes in pieces that fit into memory, and plain files as such streams."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

from funsies.core.digest import Digest

CHUNK_BYTES: Final = 1 << 20
"""Values are moved in pieces of at most this size."""


def chunks_of(source: BinaryIO) -> Iterator[bytes]:
    """Read a stream piece by piece, to its end."""
    return iter(lambda: source.read(CHUNK_BYTES), b"")


def rechunk(pieces: Iterable[bytes]) -> Iterator[bytes | memoryview]:
    """Cut a stream into pieces of exactly ``CHUNK_BYTES``, but for the last.

    Large pieces are not copied: who takes a part of one is done with it before the next.

    >>> [len(piece) for piece in rechunk([b"a", b"", b"bc"])]
    [3]
    """
    gathered = bytearray()
    for piece in pieces:
        if not gathered and len(piece) == CHUNK_BYTES:
            yield piece
            continue
        rest = memoryview(piece)
        while len(gathered) + len(rest) >= CHUNK_BYTES:
            needed = CHUNK_BYTES - len(gathered)
            yield bytes(gathered + rest[:needed]) if gathered else rest[:needed]
            gathered.clear()
            rest = rest[needed:]
        gathered += rest
    if gathered:
        yield bytes(gathered)


class HashedChunks:
    """A stream that is hashed and counted while it goes by.

    Attributes:
        size_bytes: number of bytes that have gone by.
    """

    def __init__(self, pieces: Iterable[bytes]) -> None:
        self._pieces = pieces
        self._hash = hashlib.sha256()
        self.size_bytes: int = 0

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self._hash.update(piece)
            self.size_bytes += len(piece)
            yield piece

    @property
    def digest(self) -> Digest:
        """Content digest of what has gone by."""
        return Digest(self._hash.digest())


class FileChunks:
    """The bytes of a plain file as a stream that can be read more than once.

    A data store reads such a stream once to see whether it has the value already, and
    sends it only if it has not.

    Args:
        path: the file.
        is_given_up: True if nobody writes to the file any more, so that a store may keep it.
        is_new: True if it is unlikely that a store has the value already, so that it may send
            the value while it reads it for the first time.
    """

    def __init__(
        self, path: str | os.PathLike[str], *, is_given_up: bool = False, is_new: bool = False
    ) -> None:
        self.path: Path = Path(path)
        self.is_given_up: bool = is_given_up
        self.is_new: bool = is_new

    def __iter__(self) -> Iterator[bytes]:
        with self.path.open("rb") as source:
            yield from chunks_of(source)


def copy_to_file(source: BinaryIO, path: str | os.PathLike[str]) -> int:
    """Write a stream to a new file.

    The file is removed again if the stream turns out to be bad, so that nobody takes
    half a value for a whole one.

    Args:
        source: the stream, e.g. what a data store's ``open`` returns.
        path: a file that does not exist yet.

    Returns:
        Number of bytes.

    Raises:
        FileExistsError: if there is such a file.
    """
    return write_file(chunks_of(source), path)


def write_file(pieces: Iterable[bytes], path: str | os.PathLike[str]) -> int:
    """Write pieces to a new file, as :func:`copy_to_file` does a stream.

    Returns:
        Number of bytes.

    Raises:
        FileExistsError: if there is such a file.
    """
    target = Path(path)
    with target.open("xb") as file:
        try:
            file.writelines(pieces)
            file.flush()
            return file.tell()
        except BaseException:
            target.unlink(missing_ok=True)
            raise
