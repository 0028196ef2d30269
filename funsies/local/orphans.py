"""Servers and workers whose directory was removed while they ran: found, and ended.

Nobody else can find them: what says how to reach them is gone. But each holds the lock file
with which it was started, and Linux tells of a file that was removed where it was.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Final

from funsies.config.directory import Directory

from .spawn import INHERITED_DESCRIPTOR, has_ended, send, wait_until

_REMOVED: Final = " (deleted)"
_PATIENCE_SECONDS: Final = 5.0


def end_orphans(directory: Directory) -> bool:
    """End servers and workers of a directory that was removed under them.

    Workers get a moment to end their steps; a server has nothing left to write to. Where the
    system does not tell which files a process has open (not Linux), none is found.

    Args:
        directory: as it was, whether or not there is a new one in its place.

    Returns:
        True if there were any.
    """
    record = directory.record()
    # The lock of a server that can be found was merely put back, from a backup say.
    found = [pid for pid in _orphans(directory) if record is None or pid != record.pid]
    for pid in found:
        send(pid, signal.SIGTERM)
    if not wait_until(lambda: all(map(has_ended, found)), _PATIENCE_SECONDS):
        for pid in found:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)  # each leads a group of its own
        wait_until(lambda: all(map(has_ended, found)), _PATIENCE_SECONDS)
    return bool(found)


def _orphans(directory: Directory) -> Iterator[int]:
    for process in Path("/proc").glob("[0-9]*"):
        held = process / "fd" / str(INHERITED_DESCRIPTOR)
        with suppress(OSError, ValueError):  # has ended, is others', or holds another file
            place = str(held.readlink())
            is_lock = place.startswith(_locks(directory)) and place.endswith(_REMOVED)
            # A lock names its holder; those who have merely inherited it end with that one.
            if is_lock and int(held.read_bytes()) == int(process.name):
                yield int(process.name)


def _locks(directory: Directory) -> tuple[str, str]:
    """How the paths of its locks begin, as the system knows them: without links."""
    place = os.path.realpath(directory.path)
    return (f"{place}/server.lock", f"{place}/pools/")
