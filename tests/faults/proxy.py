"""A proxy between clients and a real server that cuts connections where a test says so."""

from __future__ import annotations

import asyncio
import itertools
import random
import socket
import struct
import threading
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import dataclass
from enum import Enum, auto
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.listener import Listener

AT_ONCE = struct.pack("ii", 1, 0)
"""Linger for no time at all: closing then resets the connection."""


class Fault(Enum):
    """What happens to a command of a client."""

    BEFORE = auto()
    """The connection ends before the server sees the command."""
    AFTER = auto()
    """The server acts on it; the connection ends before the answer arrives."""
    MIDDLE = auto()
    """The connection ends in the middle of the answer."""
    RESET = auto()
    """The connection is reset (RST) before the server sees the command."""
    SILENT = auto()
    """Nothing passes any more, but the connection stays: its other end has vanished."""
    LOADING = auto()
    """The server says that it is still loading its data."""
    GONE = auto()
    """From here on nobody answers, and nobody listens."""


@dataclass(frozen=True)
class Plan:
    """Which commands are hit; they are counted over all connections, from 1 on."""

    fault: Fault
    hits: Callable[[int], bool]


class Proxy:
    """Passes commands on to a server on a Unix socket; each is counted.

    Attributes:
        url: of the server, by way of the proxy.
        commands: names of the commands that clients have sent.
    """

    def __init__(self, server_url: str) -> None:
        parts = urlsplit(server_url)
        self._place = Path(parts.path)
        self._database = parse_qs(parts.query).get("db", ["0"])[0]
        self._plan: Plan | None = None
        self.commands: list[str] = []
        self.number_hit = 0
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._open: set[asyncio.StreamWriter] = set()
        self._is_gone = False
        self._kept_place = _bound_socket(0)
        self.port: int = self._kept_place.getsockname()[1]
        self._do(self._listen())

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/{self._database}"

    def plan(self, fault: Fault, hits: Callable[[int], bool]) -> None:
        """Count anew, and hit the commands with these numbers."""

        async def plan() -> None:
            self.commands, self.number_hit = [], 0
            self._plan = Plan(fault, hits)

        self._do(plan())

    def pass_all(self) -> None:
        """Count anew, and hit nothing; listen again if nobody was to."""

        async def pass_all() -> None:
            self.commands, self._plan = [], None
            if self._is_gone:
                await self._listen()

        self._do(pass_all())

    def close(self) -> None:
        self._do(self._end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def _do(self, what: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(what, self._loop).result(30)

    async def _listen(self) -> None:
        self._listener = Listener(self._kept_place, self._serve)
        self._is_gone = False

    def _vanish(self) -> None:
        """Listen no more. The port stays bound: it must not be another's when it is back."""
        self._listener.close()
        self._kept_place = _bound_socket(self.port)
        self._is_gone = True
        for writer in self._open:
            writer.transport.abort()

    async def _end(self) -> None:
        for writer in self._open:
            writer.transport.abort()
        await self._listener.end()
        self._kept_place.close()

    async def _serve(self, accepted: socket.socket) -> None:
        reader, writer = await asyncio.open_connection(sock=accepted)
        self._open.add(writer)
        try:
            await self._pass_on(reader, writer)
        finally:
            writer.close()
            await _until_closed(writer)
            self._open.discard(writer)

    async def _pass_on(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        try:
            from_server, to_server = await asyncio.open_unix_connection(self._place)
        except OSError:
            return
        link = _Link(self, reader, writer, from_server, to_server)
        both = [asyncio.ensure_future(each) for each in (link.commands(), link.answers())]
        try:
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            to_server.transport.abort()
            for each in both:
                each.cancel()
            await asyncio.gather(*both, return_exceptions=True)
            await _until_closed(to_server)

    def note(self, name: str) -> Fault | None:
        """Count a command, and say what is to happen to it."""
        self.commands.append(name)
        if self._plan is None or not self._plan.hits(len(self.commands)):
            return None
        self.number_hit += 1
        if self._plan.fault is Fault.GONE:
            self._vanish()
        return self._plan.fault


class _Link:
    """One connection of a client, and the one to the server that belongs to it."""

    def __init__(
        self,
        proxy: Proxy,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        from_server: asyncio.StreamReader,
        to_server: asyncio.StreamWriter,
    ) -> None:
        self._proxy = proxy
        self._reader = reader
        self._writer = writer
        self._from_server = from_server
        self._to_server = to_server
        self._cut: Fault | None = None

    async def commands(self) -> None:
        """Pass commands on; return when the connection is to end."""
        while True:
            try:
                name, raw = await _read_command(self._reader)
            except (OSError, asyncio.IncompleteReadError):
                return
            if await self._is_over(self._proxy.note(name), raw):
                return

    async def _is_over(self, fault: Fault | None, raw: bytes) -> bool:
        if fault is Fault.LOADING:
            self._writer.write(b"-LOADING server is loading the dataset in memory\r\n")
            return False
        if fault is Fault.RESET:
            self._writer.get_extra_info("socket").setsockopt(
                socket.SOL_SOCKET, socket.SO_LINGER, AT_ONCE
            )
        if fault in {Fault.BEFORE, Fault.RESET, Fault.GONE}:
            return True
        if self._cut is Fault.SILENT or fault is Fault.SILENT:
            self._cut = Fault.SILENT
            return False
        self._cut = fault
        self._to_server.write(raw)
        return False

    async def answers(self) -> None:
        """Pass answers on; return when the connection is to end."""
        while data := await self._from_server.read(1 << 16):
            if self._cut is Fault.AFTER:
                return
            if self._cut is Fault.MIDDLE:
                self._writer.write(data[: len(data) // 2])
                return
            if self._cut is None:
                self._writer.write(data)
                await self._writer.drain()


async def _read_command(reader: asyncio.StreamReader) -> tuple[str, bytes]:
    """Read an array of strings; return the first, and everything as it came."""
    head = await reader.readuntil(b"\r\n")
    parts, raw = [], [head]
    for _ in range(int(head[1:])):
        size = await reader.readuntil(b"\r\n")
        data = await reader.readexactly(int(size[1:]) + 2)
        parts.append(data[:-2])
        raw += [size, data]
    return b" ".join(parts[:2]).decode("latin-1")[:40], b"".join(raw)


def _bound_socket(port: int) -> socket.socket:
    """A socket that has a port, and does not listen: who connects to it is refused."""
    place = socket.socket()
    place.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    place.bind(("127.0.0.1", port))
    return place


async def _until_closed(writer: asyncio.StreamWriter) -> None:
    with suppress(OSError):  # its end may be that of a connection which was cut
        await writer.wait_closed()


def nth(number: int) -> Callable[[int], bool]:
    """Hit one command."""
    return number.__eq__


def one_in(number: int, seed: int = 1) -> Callable[[int], bool]:
    """Hit so many commands, at random: a worker's own rhythm must not be that of the cuts."""
    chance = random.Random(seed)  # noqa: S311 - a test repeats it
    return lambda _: chance.randrange(number) == 0


unique = itertools.count(1)
"""Numbers that no step has seen before."""
