"""The `.funsies` directory: found upwards, as git finds `.git`; open to its owner only.

It says how to reach the server (``server.json``), and has the keys with which everything that
decides what workers run is signed: HMAC-SHA256 (``key``).
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import socket as sockets
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from funsies.core.keyring import NO_KEYS, Keyring

from .urls import ConfigurationError, tcp_url, unix_url

NAME = ".funsies"

_logger = logging.getLogger(__name__)


class Directory(msgspec.Struct, frozen=True):
    """A `.funsies` directory.

    Attributes:
        path: the directory itself, absolute, with its name ``.funsies``.
    """

    path: Path

    @property
    def record_path(self) -> Path:
        """File that says how to reach the server."""
        return self.path / "server.json"

    @property
    def key_path(self) -> Path:
        """File with the keys that sign what decides what workers run."""
        return self.path / "key"

    @property
    def data_path(self) -> Path:
        """Directory of large values."""
        return self.path / "data"

    @property
    def log_path(self) -> Path:
        """Directory of log files."""
        return self.path / "logs"

    def create(self) -> None:
        """Make the directory, for its owner only, if it is not there.

        Raises:
            ConfigurationError: if it belongs to somebody else, or cannot be made.
        """
        try:
            self.path.mkdir(mode=0o700, exist_ok=True)
            self.path.chmod(0o700)
            self.log_path.mkdir(mode=0o700, exist_ok=True)
        except FileNotFoundError as problem:
            raise ConfigurationError(
                f"there is no directory {self.path.parent}; make it first"
            ) from problem
        except OSError as problem:
            raise ConfigurationError(
                f"cannot make {self.path}: {problem.strerror}; choose a directory that you own"
            ) from problem
        write_private(self.path / ".gitignore", b"*\n")

    def record(self) -> ServerRecord | None:
        """How to reach the server; None if there is none."""
        try:
            return decode_server_record(self.record_path.read_bytes())
        except FileNotFoundError:
            return None

    def write_record(self, record: ServerRecord) -> None:
        """Remember how to reach the server."""
        write_private(self.record_path, encode_server_record(record))

    def keys(self) -> Keyring:
        """The keys of the file, of which the first one signs; none if there is no file."""
        try:
            text = self.key_path.read_text("ascii")
        except FileNotFoundError:
            return NO_KEYS
        return decode_keyring(text, str(self.key_path))

    def ensure_keys(self) -> Keyring:
        """The keys; one is made now if there is none."""
        found = self.keys()
        if not found:
            found = Keyring((secrets.token_bytes(32),))
            write_private(self.key_path, encode_keyring(found).encode() + b"\n")
        return found


def find_directories(start: Path) -> Iterator[Directory]:
    """The `.funsies` directories of a place and of all places above it, nearest first.

    Only directories that belong to this user and that nobody else may write to count: whoever
    names the server says which code the workers run.

    Args:
        start: where to begin.
    """
    for place in (start, *start.parents):
        candidate = place / NAME
        if _is_ours(candidate):
            yield Directory(candidate)


def write_private(path: Path, data: bytes) -> None:
    """Write a file that only its owner may read; whole or not at all."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def _is_ours(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    if not path.is_dir():
        return False
    if status.st_uid != os.geteuid() or status.st_mode & 0o022:
        _logger.warning("%s is left out: others own it or may write to it", path)
        return False
    return True


LOOPBACK: Final = "127.0.0.1"
LOOPBACKS: Final = frozenset({LOOPBACK, "::1", "localhost"})
"""Addresses that only this machine can reach."""
EVERY_INTERFACE: Final = frozenset({"0.0.0.0", "::", "*"})  # noqa: S104 - told apart, not bound

_CONNECT_SECONDS = 2.0


class ServerRecord(msgspec.Struct, frozen=True, kw_only=True):
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


def encode_server_record(record: ServerRecord) -> bytes:
    """Encode a record as JSON."""
    return msgspec.json.format(msgspec.json.encode(record), indent=2)


def decode_server_record(data: bytes) -> ServerRecord | None:
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


_SHORTEST_BYTES = 16


def decode_keyring(text: str, setting: str) -> Keyring:
    """Read keys written as hexadecimal digits, with commas or white space between them.

    Args:
        text: one key or several, each of at least 32 hexadecimal digits. The first one signs;
            what the others have signed is accepted, too.
        setting: where they were given, for the message.

    Raises:
        ConfigurationError: if it is anything else. The message does not repeat it.
    """
    return Keyring(
        tuple(_decode_key(each, setting) for each in re.split(r"[,\s]+", text.strip()))
    )


def encode_keyring(keys: Keyring) -> str:
    """Write keys as :func:`decode_keyring` reads them."""
    return ",".join(key.hex() for key in keys.keys)


def _decode_key(text: str, setting: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) < _SHORTEST_BYTES:
        raise ConfigurationError(
            f"{setting} must be at least {2 * _SHORTEST_BYTES} hexadecimal digits, or several "
            "such keys with commas between them; make a new key with: openssl rand -hex 32"
        )
    return key
