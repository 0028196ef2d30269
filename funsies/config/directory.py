"""The `.funsies` directory: found upwards, as git finds `.git`; open to its owner only."""

from __future__ import annotations

import logging
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from funsies.core.signing import NO_KEYS, Keyring

from .keys import decode_keys, encode_keys
from .record import ServerRecord, decode_record, encode_record
from .urls import ConfigurationError

NAME = ".funsies"

_logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Directory:
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
            return decode_record(self.record_path.read_bytes())
        except FileNotFoundError:
            return None

    def write_record(self, record: ServerRecord) -> None:
        """Remember how to reach the server."""
        write_private(self.record_path, encode_record(record))

    def keys(self) -> Keyring:
        """The keys of the file, of which the first one signs; none if there is no file."""
        try:
            text = self.key_path.read_text("ascii")
        except FileNotFoundError:
            return NO_KEYS
        return decode_keys(text, str(self.key_path))

    def ensure_keys(self) -> Keyring:
        """The keys; one is made now if there is none."""
        found = self.keys()
        if not found:
            found = Keyring((secrets.token_bytes(32),))
            write_private(self.key_path, encode_keys(found).encode() + b"\n")
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
