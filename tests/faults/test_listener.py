"""What the proxies of tests have accepted is closed when they are, however late it came."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing

import pytest

from tests.listener import Listener


async def serve(accepted: socket.socket) -> None:
    _, writer = await asyncio.open_connection(sock=accepted)
    with closing(writer):
        await asyncio.Event().wait()


@pytest.mark.parametrize("turns", range(6))
def test_who_has_come_just_before_the_end_is_closed(turns):
    async def served() -> bytes:
        place = socket.create_server(("127.0.0.1", 0))
        listener = Listener(place, serve)
        client = socket.create_connection(place.getsockname(), timeout=30)
        for _ in range(turns):  # it is accepted and served at one of these
            await asyncio.sleep(0)
        await listener.end()
        with client:
            return await asyncio.to_thread(client.recv, 1)

    try:
        assert asyncio.run(served()) == b""
    except ConnectionResetError:
        assert turns < 2, "nobody had accepted it yet"
