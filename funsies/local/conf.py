"""The configuration file of the embedded server: the only place that holds its password."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from funsies.config.record import LOOPBACK, LOOPBACKS
from funsies.config.urls import ConfigurationError


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """How to start the server of a directory.

    Attributes:
        program: server to run, by name or path; None for the one that comes with funsies.
        has_password: True to protect it with a password.
        password: which; None for a random one.
        keeps_data_on_disk: True to keep large values as files beside the server, False to keep
            them in it; None for files, unless other machines can connect.
        data_url: where else to keep large values.
        port: TCP port to listen on besides the Unix socket; None for the socket only.
        bind: address of the interface for the port.
        is_insecure: True to allow what others could overhear or enter.
        is_durable: True to keep an append-only file, from which a crash is survived.
        extra: more lines for the configuration file.
    """

    program: str | None = None
    has_password: bool = True
    password: str | None = None
    keeps_data_on_disk: bool | None = None
    data_url: str | None = None
    port: int | None = None
    bind: str = LOOPBACK
    is_insecure: bool = False
    is_durable: bool = True
    extra: tuple[str, ...] = ()

    @property
    def is_reachable_from_outside(self) -> bool:
        """True if other machines could connect."""
        return self.port is not None and self.bind not in LOOPBACKS

    @property
    def says_where_data_are(self) -> bool:
        """True if that is not simply left to what is usual."""
        said = (self.keeps_data_on_disk, self.data_url)
        return said != (None, None) or self.is_reachable_from_outside

    def check(self) -> None:
        """Refuse what would let others in.

        Raises:
            ConfigurationError: naming the option that allows it, or that mends it.
        """
        if self.bind not in LOOPBACKS and self.port is None:
            raise ConfigurationError("--bind needs a port: add --port 6379")
        if self.port is not None and not 0 < self.port < 65536:  # noqa: PLR2004 - TCP
            raise ConfigurationError(f"{self.port} is no TCP port; use one of 1 to 65535")
        if self.is_reachable_from_outside and not self.has_password:
            raise ConfigurationError(
                f"a server on {self.bind} without a password would let everybody on the "
                "network run code as you; leave out --no-pw"
            )
        if self.is_reachable_from_outside and not self.is_insecure:
            raise ConfigurationError(
                f"traffic to {self.bind} is not encrypted, so that the network sees the "
                "password and all data; add --insecure if you trust it, or use an SSH tunnel"
            )
        if self.port is not None and not self.has_password and not self.is_insecure:
            raise ConfigurationError(
                "with --no-pw every user of this machine could run code as you through the "
                "port; leave out --no-pw or --port, or add --insecure if you are alone"
            )


def configuration(
    settings: ServerSettings, *, directory: Path, socket: str, password: str | None
) -> str:
    """Write the configuration file of a server.

    Args:
        settings: how to start it.
        directory: where its append-only file is.
        socket: path of its Unix socket.
        password: what it shall ask for; None for nothing.
    """
    lines = [
        setting_line("dir", str(directory)),
        setting_line("unixsocket", socket),
        "unixsocketperm 700",
        *_network(settings),
        *([setting_line("requirepass", password)] if password else []),
        f"appendonly {'yes' if settings.is_durable else 'no'}",
        "appendfsync everysec",
        "aof-load-truncated yes",
        'save ""',
        "maxmemory-policy noeviction",
        "daemonize no",
        *settings.extra,
    ]
    return "\n".join(lines) + "\n"


def _network(settings: ServerSettings) -> list[str]:
    if settings.port is None:
        return ["port 0"]
    return [f"port {settings.port}", setting_line("bind", settings.bind), "protected-mode yes"]


def setting_line(name: str, *values: str) -> str:
    """A setting; a path may hold any bytes, line breaks and such that are no text."""
    return " ".join([name, *map(_quoted, values)])


def _quoted(value: str) -> str:
    escaped = "".join(map(_escaped, os.fsencode(value)))
    return f'"{escaped}"'


def _escaped(byte: int) -> str:
    character = chr(byte)
    is_plain = " " <= character <= "~" and character not in '\\"'
    return character if is_plain else f"\\x{byte:02x}"
