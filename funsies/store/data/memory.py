"""Values in this process's memory: for tests, and for trying things out."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from funsies.core.digest import Digest, content_digest

from .chunks import CHUNK_BYTES
from .verify import is_good, missing, read_whole, verified_reader


class MemoryDataStore:
    """A data store that lasts as long as the object, and is seen by this process only.

    >>> store = MemoryDataStore()
    >>> digest, size_bytes = store.write([b"abc", b"def"])
    >>> store.open(digest).read()
    b'abcdef'
    """

    def __init__(self) -> None:
        self._values: dict[Digest, bytes] = {}

    def __repr__(self) -> str:
        return f"<MemoryDataStore: {len(self._values)} values>"

    def write(self, chunks: Iterable[bytes]) -> tuple[Digest, int]:
        """Store a stream; whole or not at all."""
        data = b"".join(chunks)
        digest = content_digest(data)
        self._values[digest] = data
        return digest, len(data)

    def open(self, digest: Digest) -> BinaryIO:
        """Read a value as a verified stream."""
        data = self._values.get(digest)
        if data is None:
            raise missing(digest, "the memory of this process")
        pieces = (data[at : at + CHUNK_BYTES] for at in range(0, len(data), CHUNK_BYTES))
        return verified_reader(digest, len(data), pieces)

    def load(self, digest: Digest) -> memoryview:
        """Read a value whole; see :meth:`DataStore.load`."""
        size_bytes = self.size_bytes(digest)
        if size_bytes is None:
            raise missing(digest, "the memory of this process")
        with self.open(digest) as source:
            return read_whole(source, size_bytes)

    def place(self, digest: Digest, path: Path, *, may_link: bool) -> bool:  # noqa: ARG002
        """Nothing is in a file here."""
        return False

    def missing(self, digests: Collection[Digest]) -> set[Digest]:
        """Those of the values that are not there."""
        return {digest for digest in digests if digest not in self._values}

    def size_bytes(self, digest: Digest) -> int | None:
        """Number of bytes; None if it is not there."""
        data = self._values.get(digest)
        return None if data is None else len(data)

    def delete(self, digest: Digest) -> None:
        """Remove a value; nothing happens if it is not there."""
        self._values.pop(digest, None)

    def discard_bad(self, digest: Digest) -> bool:
        """Remove a value that is damaged; return whether it was."""
        if digest not in self._values or is_good(self, digest):
            return False
        self.delete(digest)
        return True

    def digests(self) -> Iterator[Digest]:
        """All values that are there."""
        yield from list(self._values)

    def close(self) -> None:
        """Nothing is open."""
