"""The hash of a file, while it is being written."""

from __future__ import annotations

import hashlib
import os
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Self

from funsies.core.digest import Digest

from .chunks import CHUNK_BYTES


class FileHash:
    """Hashes what a file has got, in a thread, beside its writer and the disk.

    What is hashed is read from the file (from memory, mostly: it was written just now). So it
    is what the file holds, although nothing is copied that a program might change meanwhile.

    Args:
        path: the file.

    Attributes:
        size_bytes: number of bytes that were written.
    """

    def __init__(self, path: Path) -> None:
        self.size_bytes: int = 0
        self._hash = hashlib.sha256()
        self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        self._thread = ThreadPoolExecutor(1, "funsies-hash")
        self._pending: list[Future[None]] = []

    def follow(self, size_bytes: int) -> None:
        """So many more bytes were written."""
        act = self._thread.submit(self._read, size_bytes, self.size_bytes)
        self._pending.append(act)
        self.size_bytes += size_bytes

    def _read(self, size_bytes: int, position: int) -> None:
        while size_bytes:
            data = os.pread(self._descriptor, min(size_bytes, CHUNK_BYTES), position)
            if not data:
                raise OSError(f"a new file has lost its end, from byte {position} on")
            self._hash.update(data)
            position += len(data)
            size_bytes -= len(data)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for the last bytes."""
        self._thread.shutdown()
        os.close(self._descriptor)

    @property
    def digest(self) -> Digest:
        """Content digest of the file.

        Raises:
            OSError: if the file could not be read.
        """
        for act in self._pending:
            act.result()
        return Digest(self._hash.digest())
