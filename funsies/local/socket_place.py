"""Where the server's Unix socket can be: paths of sockets must be short."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from pathlib import Path

_PREFIX = "funsies-"


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
    return str(Path(tempfile.mkdtemp(prefix=_PREFIX)) / "s")


def remove_socket(path: str) -> None:
    """Remove a socket, and the temporary directory that was made for it."""
    Path(path).unlink(missing_ok=True)
    parent = Path(path).parent
    if parent.name.startswith(_PREFIX) and Path(path).name == "s":
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
