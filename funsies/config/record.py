"""What `.funsies/server.json` says of the server of a directory."""

from __future__ import annotations

import socket as sockets
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

import msgspec

from .urls import tcp_url, unix_url

LOOPBACK: Final = "127.0.0.1"
LOOPBACKS: Final = frozenset({LOOPBACK, "::1", "localhost"})
"""Addresses that only this machine can reach."""
EVERY_INTERFACE: Final = frozenset({"0.0.0.0", "::", "*"})  # noqa: S104 - told apart, not bound

_CONNECT_SECONDS = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRecord:
    """The server of a directory, as it was started.

    Attributes:
        pid: process id on ``host``.
        host: name of the machine on which it runs.
        socket: path of its Unix socket.
        password: what it asks for; None if nothing.
        port: TCP port on which it listens besides; None for the socket only.
        bind: address of the interface for the port.
        program: what was started; None for the one that comes with funsies.
    """

    pid: int
    host: str
    socket: str
    password: str | None = None
    port: int | None = None
    bind: str = LOOPBACK
    program: str | None = None

    def __repr__(self) -> str:
        """Leave out the password."""
        return f"ServerRecord(pid={self.pid}, host={self.host!r}, socket={self.socket!r})"

    @property
    def is_here(self) -> bool:
        """True if it runs on this machine."""
        return self.host == sockets.gethostname()

    @property
    def is_shared(self) -> bool:
        """True if other machines can reach it."""
        return self.port is not None and self.bind not in LOOPBACKS

    @property
    def socket_url(self) -> str:
        """Its address on its own machine."""
        return unix_url(self.socket, self.password)

    @property
    def network_url(self) -> str | None:
        """Its address by its TCP port; None if it has none."""
        if self.port is None:
            return None
        name = self.host if self.bind in EVERY_INTERFACE else self.bind
        return tcp_url(name, self.port, self.password)

    @property
    def jobs_url(self) -> str:
        """The best address for a client on this machine."""
        if self.is_here or not self.is_shared:
            return self.socket_url
        return self.network_url or self.socket_url

    def addresses(self) -> frozenset[str]:
        """Every address by which this server may be named."""
        known = (self.socket_url, unix_url(self.socket, None), self.network_url)
        return frozenset(url for url in known if url)

    def answers(self) -> bool:
        """True if something listens at its address now."""
        if self.is_here:
            return _connects_to_socket(self.socket)
        if not self.is_shared or self.network_url is None or self.port is None:
            return False
        return _connects_to_port(urlsplit(self.network_url).hostname or "", self.port)


def encode_record(record: ServerRecord) -> bytes:
    """Encode a record as JSON."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2)


def decode_record(data: bytes) -> ServerRecord | None:
    """Read a record back; None if it was cut short or is of another make."""
    try:
        return msgspec.json.decode(data, type=ServerRecord)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        return None


def _connects_to_socket(address: str) -> bool:
    with sockets.socket(sockets.AF_UNIX) as probe:
        probe.settimeout(_CONNECT_SECONDS)
        try:
            probe.connect(address)
        except OSError:
            return False
    return True


def _connects_to_port(host: str, port: int) -> bool:
    try:
        sockets.create_connection((host, port), timeout=_CONNECT_SECONDS).close()
    except OSError:
        return False
    return True
