"""A proxy that cuts connections: in the middle of a question, or of an answer."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from random import Random
from typing import Final

_CHUNK_BYTES: Final = 65_536


class Proxy:
    """Stands between clients and a server on a Unix socket.

    Args:
        listens: socket that clients connect to.
        leads_to: socket of the server.
        random: decides where a connection is cut.
    """

    def __init__(self, listens: Path, leads_to: Path, random: Random) -> None:
        self._listens = listens
        self._leads_to = leads_to
        self._random = random
        self._pairs: set[_Pair] = set()
        self._loop = asyncio.new_event_loop()
        self._is_open = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()
        self._is_open.wait(10)

    def cut_one(self) -> str:
        """Cut some connection, after the next few bytes or at once."""
        return self._do(self._cut_one)

    def cut_all(self) -> str:
        """Cut all connections at once."""
        return self._do(self._cut_all)

    def close(self) -> None:
        """Cut all, and listen no more."""
        self._do(self._cut_all)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)

    def _do(self, action: Callable[[], str]) -> str:
        async def act() -> str:
            return action()

        return asyncio.run_coroutine_threadsafe(act(), self._loop).result(10)

    def _cut_one(self) -> str:
        if not self._pairs:
            return "none"
        pair = self._random.choice(sorted(self._pairs, key=id))
        pair.left_bytes = self._random.choice((0, 1, 7, 100, 2000))
        if not pair.left_bytes:
            pair.cut()
        return f"after {pair.left_bytes} bytes"

    def _cut_all(self) -> str:
        for pair in list(self._pairs):
            pair.cut()
        return "all"

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(
            asyncio.start_unix_server(self._serve, path=str(self._listens))
        )
        self._is_open.set()
        self._loop.run_forever()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            to_server = await asyncio.open_unix_connection(str(self._leads_to))
        except OSError:
            writer.close()
            return
        pair = _Pair(writer, to_server[1])
        self._pairs.add(pair)
        with suppress(OSError, asyncio.CancelledError):
            await asyncio.wait(
                [
                    asyncio.ensure_future(pair.carry(reader, to_server[1])),
                    asyncio.ensure_future(pair.carry(to_server[0], writer)),
                ],
                return_when=asyncio.FIRST_COMPLETED,
            )
        pair.cut()
        self._pairs.discard(pair)


class _Pair:
    """A client's connection, and the one to the server that belongs to it."""

    def __init__(self, *writers: asyncio.StreamWriter) -> None:
        self._writers = writers
        self.left_bytes: int | None = None

    def cut(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(_CHUNK_BYTES):
                if self.left_bytes is not None:
                    data, self.left_bytes = data[: self.left_bytes], self.left_bytes - len(data)
                writer.write(data)
                await writer.drain()
                if self.left_bytes is not None and self.left_bytes <= 0:
                    return
