"""Serving the page on the loopback interface until somebody ends it."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Callable, Iterator
from typing import Final

import uvicorn
from typing_extensions import override

from funsies.config.urls import ConfigurationError
from funsies.session import Session

from .app import make_app
from .desk import Desk
from .door import HOST, Pass

_WAITING_CONNECTIONS: Final = 128


class _Server(uvicorn.Server):
    """A server whose streams end when it does."""

    def __init__(self, desk: Desk, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._desk = desk

    @override
    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._desk.is_closing.set()
        await super().shutdown(sockets)


def serve(session: Session, port: int, tell: Callable[[Pass], object]) -> None:
    """Serve the page until Ctrl-C or SIGTERM.

    Args:
        session: what is shown.
        port: on which; 0 for any that is free.
        tell: is given the address, when connections are taken.

    Raises:
        ConfigurationError: if another program has the port.
    """
    with _listening(port) as listener:
        desk = Desk(session.server, session.backend, Pass(listener.getsockname()[1]))
        config = uvicorn.Config(
            make_app(desk),
            lifespan="off",
            log_level="warning",
            access_log=False,  # it would have the token in it
            server_header=False,
            ws="none",
            timeout_graceful_shutdown=3,
        )
        tell(desk.given)
        with contextlib.suppress(KeyboardInterrupt):
            _Server(desk, config).run(sockets=[listener])


@contextlib.contextmanager
def _listening(port: int) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError as problem:
            raise ConfigurationError(
                f"port {port} cannot be used: {problem.strerror}; leave out --port to take any "
                "that is free"
            ) from problem
        listener.listen(_WAITING_CONNECTIONS)
        yield listener
