"""The bytes of large values."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from funsies.core.digest import Digest


class DataStore(Protocol):
    """Bytes of large values under their content digest (SHA-256)."""

    def write(self, chunks: Iterable[bytes]) -> tuple[Digest, int]:
        """Store a stream; whole or not at all.

        Returns:
            Content digest and number of bytes.

        Raises:
            ServerError: if it is full or cannot be written.
        """

    def open(self, digest: Digest) -> BinaryIO:
        """Read a value as a stream, verified: the last read raises if the digest is wrong.

        Raises:
            DataMissingError: if there is no such value, or a part of it is gone.
            DataCorruptedError: by reads, if the bytes do not match the digest.
        """

    def load(self, digest: Digest) -> memoryview:
        """Read a value whole, verified, into memory that is the caller's own.

        It can be written to, and nobody else sees that. A store of files maps a large file:
        then only what is used of it, and what is written to, needs memory.

        Raises:
            DataMissingError: if there is no such value, or a part of it is gone.
            DataCorruptedError: if the bytes do not match the digest.
        """

    def place(self, digest: Digest, path: Path, *, may_link: bool) -> bool:
        """Make a value a new file without copying its bytes, and verify them there.

        Args:
            digest: of the value.
            path: of a file that does not exist yet.
            may_link: True if the file may be the store's own, which nobody may change; it is
                read-only then, and has several links.

        Returns:
            False if that cannot be done here; then there is no file.

        Raises:
            DataMissingError: if there is no such value.
            DataCorruptedError: if the bytes do not match the digest; then there is no file.
        """

    def missing(self, digests: Collection[Digest]) -> set[Digest]:
        """Those of the values that are not there, without reading them."""

    def size_bytes(self, digest: Digest) -> int | None:
        """Number of bytes; None if it is not there."""

    def delete(self, digest: Digest) -> None:
        """Remove a value; nothing happens if it is not there."""

    def discard_bad(self, digest: Digest) -> bool:
        """Remove what is under the address of a value if it is damaged; return whether it was.

        A good value is never removed, also if somebody stores it at this very moment.
        """

    def digests(self) -> Iterator[Digest]:
        """All values that are there, good or bad, in no order."""

    def close(self) -> None:
        """Close what is open."""
