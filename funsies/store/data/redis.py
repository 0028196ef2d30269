"""Values in a Redis server.

A value is one hash under ``{namespace}:b:<digest>``: chunk number -> at most 1 MiB of bytes,
and ``chunks`` and ``size``. It is uploaded under ``{namespace}:u:<random>``, which expires if
its writer goes away, and renamed when it is whole. So there is never a part of a value.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import suppress
from importlib.resources import files
from pathlib import Path
from typing import BinaryIO, Final, cast

import redis
from redis.client import Pipeline

from funsies.core.digest import DIGEST_BYTES, Digest
from funsies.core.errors import ServerError
from funsies.store.key_names import DEFAULT_NAMESPACE
from funsies.store.server_address import shown
from funsies.store.server_connection import client_of
from funsies.store.server_retry import MAX_OUTAGE_SECONDS, ServerRetry, WrongTypeError

from .chunks import HashedChunks, rechunk
from .room import CHUNKS_BETWEEN_LOOKS, see_room
from .verify import corrupted, find_stored, is_good, missing, read_whole, verified_reader

UPLOAD_SECONDS: Final = 120
"""How long an upload outlives the last chunk that its writer sent.

Twice as long as a server may be away. Who pauses for longer sends it again."""

_KEYS_PER_MESSAGE: Final = 1000
_READ_BYTES: Final = 1 << 18
"""How much is taken from the socket at once."""

_COMMIT: Final = files(__package__).joinpath("commit_value.lua").read_text("utf-8")
_UPLOAD: Final = files(__package__).joinpath("upload_chunk.lua").read_text("utf-8")


class _ExpiredError(ServerError):
    """An upload has expired before it was whole."""


class RedisDataStore:
    """A data store in a Redis server.

    May be used from several threads, and after a fork.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``.
        namespace: begins the name of each key.
        upload_seconds: how long an upload outlives the last chunk that its writer sent.
        max_outage_seconds: how long a call tries to reach a server that is away.

    Raises:
        ServerError: if the address is wrong. The server is not asked yet.
    """

    def __init__(
        self,
        url: str,
        *,
        namespace: str = DEFAULT_NAMESPACE,
        upload_seconds: int = UPLOAD_SECONDS,
        max_outage_seconds: float = MAX_OUTAGE_SECONDS,
    ) -> None:
        self._client = client_of(url, socket_read_size=_READ_BYTES)
        self._place = shown(url)
        self._retry = ServerRetry(url, self._place, max_outage_seconds)
        self._prefix = b"{%s}:" % namespace.encode()
        self._upload_ms = upload_seconds * 1000

    def __repr__(self) -> str:
        return f"<RedisDataStore: {self._place}>"

    def write(self, chunks: Iterable[bytes]) -> tuple[Digest, int]:
        """Store a stream; whole or not at all.

        Raises:
            ServerError: if the server is full, or refuses.
            NoServerError: if it does not answer.
        """
        if (stored := find_stored(self, chunks)) is not None:
            return stored
        try:
            return self._uploaded(chunks)
        except _ExpiredError:
            if isinstance(chunks, Iterator):
                raise  # it cannot be read a second time
            return self._uploaded(chunks)

    def _uploaded(self, chunks: Iterable[bytes]) -> tuple[Digest, int]:
        upload = self._prefix + b"u:" + os.urandom(16)
        try:
            return self._write_under(upload, chunks)
        except BaseException:
            with suppress(redis.RedisError):  # it expires by itself
                self._client.unlink(upload)
            raise

    def _write_under(self, upload: bytes, chunks: Iterable[bytes]) -> tuple[Digest, int]:
        # Copied first, then hashed: a thread of the program may change an array meanwhile.
        hashed = HashedChunks(bytes(each) for each in rechunk(chunks))
        count = 0
        for count, chunk in enumerate(hashed, start=1):
            if count % CHUNKS_BETWEEN_LOOKS == 0:
                see_room(self._retry(lambda: self._client.info("memory")), self._place)
            self._upload_chunk(upload, count - 1, chunk)
        self._commit(upload, hashed.digest, count, hashed.size_bytes)
        return hashed.digest, hashed.size_bytes

    def _upload_chunk(self, upload: bytes, number: int, chunk: bytes) -> None:
        given = str(number), chunk, self._upload_ms
        self._retry(lambda: self._client.eval(_UPLOAD, 1, upload, *given))

    def _commit(self, upload: bytes, digest: Digest, count: int, size_bytes: int) -> None:
        keys = upload, self._key(digest)
        is_committed = self._retry(
            lambda: self._client.eval(_COMMIT, 2, *keys, count, size_bytes)
        )
        # No upload, but a good value: the answer to an earlier try was lost on the way.
        if not is_committed and not is_good(self, digest):
            raise _ExpiredError(
                f"an upload to {self._place} expired because its source paused for more "
                f"than {self._upload_ms // 1000} s; try again"
            )

    def open(self, digest: Digest) -> BinaryIO:
        """Read a value as a stream, verified and in flat memory.

        Raises:
            DataMissingError: if there is no such value; by reads, if it was deleted meanwhile.
            DataCorruptedError: by reads, if the bytes do not match the digest.
            NoServerError: here or by reads, if the server does not answer.
        """
        manifest = self._manifest(digest)
        if manifest is None:
            raise missing(digest, self._place)
        count, size_bytes = manifest
        return verified_reader(digest, size_bytes, self._chunks(digest, count))

    def _manifest(self, digest: Digest) -> tuple[int, int] | None:
        """Number of chunks and of bytes; None if there is no value.

        Raises:
            DataCorruptedError: if they cannot be read.
        """
        key = self._key(digest)
        try:
            answer = self._retry(lambda: self._client.hmget(key, ["chunks", "size"]))
            count, size_bytes = cast("list[bytes | None]", answer)
            if count is None or size_bytes is None:
                return None
            return int(count), int(size_bytes)
        except (WrongTypeError, ValueError):
            raise corrupted(digest) from None

    def _chunks(self, digest: Digest, count: int) -> Iterator[bytes]:
        for number in range(count):
            try:
                chunk = self._field(digest, str(number))
            except WrongTypeError:
                raise corrupted(digest) from None
            if chunk is None:
                raise missing(digest, self._place)
            yield chunk

    def load(self, digest: Digest) -> memoryview:
        """Read a value whole; see :meth:`DataStore.load`."""
        size_bytes = self.size_bytes(digest)
        if size_bytes is None:
            raise missing(digest, self._place)
        with self.open(digest) as source:
            return read_whole(source, size_bytes)

    def place(self, digest: Digest, path: Path, *, may_link: bool) -> bool:  # noqa: ARG002
        """Nothing is in a file here."""
        return False

    def missing(self, digests: Collection[Digest]) -> set[Digest]:
        """Those of the values that are not there, or of which a chunk is gone."""
        asked = list(digests)
        absent: set[Digest] = set()
        for start in range(0, len(asked), _KEYS_PER_MESSAGE):
            absent |= self._missing_of(asked[start : start + _KEYS_PER_MESSAGE])
        return absent

    def _missing_of(self, digests: list[Digest]) -> set[Digest]:
        def commands(pipeline: Pipeline) -> None:
            for digest in digests:
                pipeline.hget(self._key(digest), "chunks")
                pipeline.hlen(self._key(digest))

        try:
            answers = self._send(commands)
        except WrongTypeError:
            if len(digests) == 1:
                return set(digests)
            return set().union(*(self._missing_of([each]) for each in digests))
        pairs = zip(answers[::2], answers[1::2], strict=True)
        return {
            digest
            for digest, (count, fields) in zip(digests, pairs, strict=True)
            if count is None or b"%d" % (cast("int", fields) - 2) != count
        }

    def size_bytes(self, digest: Digest) -> int | None:
        """Number of bytes; None if it is not there."""
        manifest = self._manifest(digest)
        return None if manifest is None else manifest[1]

    def delete(self, digest: Digest) -> None:
        """Remove a value; nothing happens if it is not there."""
        self._retry(lambda: self._client.unlink(self._key(digest)))

    def discard_bad(self, digest: Digest) -> bool:
        """Remove a damaged value, if nobody stores it meanwhile; return whether it was."""
        return self._retry(lambda: self._discard_bad(digest))

    def _discard_bad(self, digest: Digest) -> bool:
        key = self._key(digest)
        with self._client.pipeline() as pipeline:
            pipeline.watch(key)  # type: ignore[no-untyped-call]  # of redis-py
            if not pipeline.exists(key) or is_good(self, digest):
                return False
            pipeline.multi()
            pipeline.unlink(key)
            try:
                pipeline.execute()
            except redis.WatchError:
                return False
        return True

    def digests(self) -> Iterator[Digest]:
        """All values that are there, good or bad, in no order."""
        begin, cursor = self._prefix + b"b:", 0
        while True:
            cursor, keys = self._page_of_keys(begin, cursor)
            for key in keys:
                if len(key) == len(begin) + DIGEST_BYTES:
                    yield Digest(key.removeprefix(begin))
            if not cursor:
                return

    def _page_of_keys(self, begin: bytes, cursor: int) -> tuple[int, list[bytes]]:
        pattern = re.sub(rb"([*?\[\]\\^])", rb"\\\1", begin) + b"*"
        answer = self._retry(
            lambda: self._client.scan(cursor, match=pattern, count=_KEYS_PER_MESSAGE)
        )
        return cast("tuple[int, list[bytes]]", answer)

    def identity(self, fresh: str | None = None) -> str | None:
        """By what this store is known again; None if it has no such number.

        Args:
            fresh: the number that it is given if it has none.
        """
        key = self._prefix + b"store"
        if fresh is not None:
            self._retry(lambda: self._client.setnx(key, fresh))
        known = cast("bytes | None", self._retry(lambda: self._client.get(key)))
        return None if known is None else known.decode(errors="replace")

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _key(self, digest: Digest) -> bytes:
        return self._prefix + b"b:" + digest

    def _field(self, digest: Digest, name: str) -> bytes | None:
        answer = self._retry(lambda: self._client.hget(self._key(digest), name))
        return cast("bytes | None", answer)

    def _send(self, commands: Callable[[Pipeline], None]) -> list[object]:
        """Send commands in one message; raise the first error among the answers.

        Errors raised by the pipeline itself would show pieces of the value.
        """
        return self._retry(lambda: self._send_once(commands))

    def _send_once(self, commands: Callable[[Pipeline], None]) -> list[object]:
        with self._client.pipeline(transaction=False) as pipeline:
            commands(pipeline)
            answers: list[object] = pipeline.execute(raise_on_error=False)
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers
