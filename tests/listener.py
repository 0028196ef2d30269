"""A listening socket in an event loop that knows everybody whom it has accepted."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any


class Listener:
    """Serves each who connects in a task of its own.

    A server of asyncio's forgets whom it has accepted in the turn in which it is closed: the
    garbage collector finds that socket later, in the midst of another test.

    Args:
        place: a socket that is bound. It is closed with the listener.
        serve: is given each connection. It is cancelled at the end, and cleans up.
    """

    def __init__(
        self,
        place: socket.socket,
        serve: Callable[[socket.socket], Coroutine[Any, Any, None]],
    ) -> None:
        place.setblocking(False)
        place.listen()
        self._place, self._serve = place, serve
        self._serving: set[asyncio.Task[None]] = set()
        self._loop = asyncio.get_running_loop()
        self._loop.add_reader(place.fileno(), self._accept)

    def _accept(self) -> None:
        with suppress(BlockingIOError, ConnectionAbortedError):
            accepted, _ = self._place.accept()
            task = self._loop.create_task(self._serve(accepted))
            self._serving.add(task)
            task.add_done_callback(self._serving.discard)

    def close(self) -> None:
        """Accept nobody any more; who is served goes on. Closing twice does no harm."""
        if self._place.fileno() >= 0:
            self._loop.remove_reader(self._place.fileno())
            self._place.close()

    async def end(self) -> None:
        """Close, and end what is served."""
        self.close()
        await asyncio.sleep(0)  # whom it has accepted in this turn is served from the next on
        for task in self._serving:
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving)
