"""Reading with the digest checked on the way, and knowing a good value from a bad one."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, BinaryIO

from funsies.core.digest import Digest
from funsies.core.encoding import Pieces
from funsies.core.errors import DataCorruptedError, DataMissingError

from .chunks import CHUNK_BYTES, HashedChunks, chunks_of

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

    from funsies.store.ports import DataStore


class _VerifiedStream(io.RawIOBase):
    """A stream of chunks that fails, and goes on failing, where the value is not good."""

    def __init__(
        self,
        digest: Digest,
        size_bytes: int,
        chunks: Iterator[bytes],
        on_close: Callable[[], None],
    ) -> None:
        super().__init__()
        self._digest = digest
        self._size_bytes = size_bytes
        self._chunks = chunks
        self._on_close = on_close
        self._hash = hashlib.sha256()
        self._received_bytes = 0
        self._ready = memoryview(b"")
        self._is_verified = False
        self._problem: Exception | None = None

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        if self._problem is not None:
            raise self._problem
        if not self._ready:
            self._ready = memoryview(self._next_chunk())
        target = memoryview(buffer).cast("B")
        count = min(len(target), len(self._ready))
        target[:count] = self._ready[:count]
        self._ready = self._ready[count:]
        return count

    def _next_chunk(self) -> bytes:
        try:
            chunk = b"" if self._is_verified else next(filter(None, self._chunks), b"")
            self._check(chunk)
        except Exception as problem:
            self._problem = problem
            raise
        return chunk

    def _check(self, chunk: bytes) -> None:
        """Take note of a chunk; compare the digest as soon as the last one is here."""
        self._hash.update(chunk)
        self._received_bytes += len(chunk)
        is_last = not chunk or self._received_bytes >= self._size_bytes
        if is_last and not self._is_verified:
            if self._received_bytes != self._size_bytes:
                raise corrupted(self._digest)
            if self._hash.digest() != self._digest:
                raise corrupted(self._digest)
            self._is_verified = True

    def close(self) -> None:
        if not self.closed:
            self._on_close()
        super().close()


def verified_reader(
    digest: Digest,
    size_bytes: int,
    chunks: Iterator[bytes],
    on_close: Callable[[], None] = lambda: None,
) -> BinaryIO:
    """Make a readable stream of chunks that should have this digest.

    The bytes are handed out while they come, in flat memory; the last of them only after
    the whole was found to be right. So whoever has read to the end has read a good value.

    Args:
        digest: content digest of the value.
        size_bytes: its size, as the store has it.
        chunks: the bytes, in order.
        on_close: called when the stream is closed.

    Returns:
        A stream whose reads raise DataCorruptedError if the bytes are not those.
    """
    stream = _VerifiedStream(digest, size_bytes, chunks, on_close)
    return io.BufferedReader(stream, buffer_size=CHUNK_BYTES // 8)


def read_whole(source: BinaryIO, size_bytes: int) -> memoryview:
    """Read a verified stream to its end, into memory of just its size.

    Raises:
        DataCorruptedError: if it is not what it should be.
    """
    memory = memoryview(bytearray(size_bytes))
    position = 0
    while count := source.readinto(memory[position:]):  # type: ignore[attr-defined]  # it has it
        position += count
    source.read()  # the stream says whether that was all
    return memory


def fault_of(
    store: DataStore, digest: Digest, tell: Callable[[int], None] = lambda _: None
) -> DataMissingError | DataCorruptedError | None:
    """Read a value whole; return what is wrong with it.

    Args:
        store: where it should be.
        digest: of the value.
        tell: is told of bytes that were read.
    """
    try:
        with store.open(digest) as source:
            for chunk in chunks_of(source):
                tell(len(chunk))
    except (DataMissingError, DataCorruptedError) as problem:
        return problem
    return None


def is_good(store: DataStore, digest: Digest) -> bool:
    """Whether a value is there and matches its digest; it is read whole to see that."""
    return fault_of(store, digest) is None


def find_stored(store: DataStore, chunks: Iterable[bytes]) -> tuple[Digest, int] | None:
    """Look whether a value is in the store already, and good.

    Only a collection of chunks can be looked at before it is written; an iterator
    is read once, and so this says None for it.

    Returns:
        Content digest and number of bytes; None if the value has to be written.
    """
    if isinstance(chunks, Iterator):
        return None
    hashed = HashedChunks(chunks)
    for _ in hashed:
        pass
    return (hashed.digest, hashed.size_bytes) if is_good(store, hashed.digest) else None


def is_in_memory(chunks: Iterable[bytes]) -> bool:
    """Whether a value is small, or lies in memory, so that to write it is soon done."""
    return isinstance(chunks, (list, Pieces))


def missing(digest: Digest, place: str) -> DataMissingError:
    """The exception for a value that is not there, or not whole."""
    return DataMissingError(f"the value {digest.hex()} is not in {place}", digest)


def corrupted(digest: Digest) -> DataCorruptedError:
    """The exception for stored bytes that do not match their digest."""
    return DataCorruptedError(
        f"the stored bytes of {digest.hex()} do not match their digest: they were changed "
        "or cut off after they were stored",
        digest,
    )
