"""Processes that outlive this one: started, held by a lock, found again, and ended.

A lock file is the sign of life of each: it is held until the process, and all that have
inherited it, have ended, however they ended. It also tells of those whose directory was removed
while they ran (orphans). Nobody else can find them: what says how to reach them is gone. But
Linux tells of a file that was removed where it was.
"""

from __future__ import annotations

import fcntl
import os
import signal
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

from funsies.config.directory import Directory
from funsies.core.secret_variables import pipe_with, without_secrets

POLL_SECONDS: Final = 0.01
INHERITED_DESCRIPTOR: Final = 3
"""Under which a started program holds its lock."""

_PROGRAM: Final = Path(__file__).parents[1] / "cli" / "__main__.py"
_AS_USUAL: Final = (
    signal.SIGINT,
    signal.SIGQUIT,
    signal.SIGTERM,
    signal.SIGPIPE,
    signal.SIGCHLD,
)
"""Signals that do there what they do by default, whatever this process does with them."""

_KILLED_SECONDS: Final = 5.0
"""Time for which the end of what was killed is waited for: it may wait for a disk."""


def spawn(
    command: Sequence[str],
    *,
    log: Path,
    lock: int,
    reads: Path | bytes | None = None,
) -> int:
    """Start a program in a session of its own, so that no key press reaches it.

    Args:
        command: the program and its arguments; no secrets, everybody can read them.
        log: file to which it prints, in addition to what is there.
        lock: descriptor of a lock that it is to hold until it ends.
        reads: its standard input, as a file or as it is (some thousand bytes); None for an
            empty one. The way for secrets: its environment, which all that it starts can
            read, is that of this process without any.

    Returns:
        Its process id, which is also written into the file of the lock.

    Raises:
        OSError: if it cannot be started: it is gone, there is no memory, or the disk is full.
    """
    with ExitStack() as closing:

        def closed(descriptor: int) -> int:
            closing.callback(os.close, descriptor)
            return descriptor

        flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
        printed = closed(os.open(log, flags, 0o600))
        given = closed(pipe_with(reads) if isinstance(reads, bytes) else _opened(reads))
        # Moved out of the way first: a copy onto itself would keep the close-on-exec flag.
        held = closed(fcntl.fcntl(lock, fcntl.F_DUPFD_CLOEXEC, INHERITED_DESCRIPTOR + 1))
        pid = os.posix_spawn(
            command[0],
            list(command),
            without_secrets(os.environ),
            file_actions=[
                (os.POSIX_SPAWN_DUP2, given, 0),
                (os.POSIX_SPAWN_DUP2, printed, 1),
                (os.POSIX_SPAWN_DUP2, printed, 2),
                (os.POSIX_SPAWN_DUP2, held, INHERITED_DESCRIPTOR),
            ],
            setsid=True,
            setsigmask=[],
            setsigdef=_AS_USUAL,
        )
    try:
        os.truncate(lock, 0)
        os.write(lock, str(pid).encode())
    except BaseException:  # a full disk: nobody would find it again
        send(pid, signal.SIGKILL)
        wait_until(lambda: has_ended(pid), _KILLED_SECONDS)
        raise
    return pid


def _opened(path: Path | None) -> int:
    return os.open(path or os.devnull, os.O_RDONLY | os.O_CLOEXEC)


def has_ended(pid: int) -> bool:
    """True if a process is gone; a child that has ended is buried on the way."""
    try:
        buried, _ = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return not _exists(pid)
    return buried == pid


def exit_code(pid: int) -> int | None:
    """How a child has ended, once: its exit code, or less than 0 for a signal; None if it runs.

    Of one that others have buried nobody knows: it counts as killed.
    """
    try:
        buried, status = os.waitpid(pid, os.WNOHANG)
    except ChildProcessError:
        return None if _exists(pid) else -signal.SIGKILL
    return os.waitstatus_to_exitcode(status) if buried else None


def send(pid: int, number: signal.Signals) -> None:
    """Send a signal; nothing happens if the process is gone."""
    try:
        os.kill(pid, number)
    except ProcessLookupError:
        return


def wait_until(condition: Callable[[], bool], seconds: float) -> bool:
    """Wait for a condition that nobody announces; False if it did not come in time."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(POLL_SECONDS)
    return True


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def funsies_command(*arguments: str) -> list[str]:
    """Command that runs funsies with the interpreter and the package of this process.

    The current directory is kept off the module path (``-P``): a file ``random.py`` beside the
    user's script must not take the place of a module that workers need.
    """
    return [sys.executable, "-P", str(_PROGRAM), *arguments]


@contextmanager
def exclusive(path: Path) -> Iterator[None]:
    """Wait for a lock, hold it, and let it go."""
    descriptor = _open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def try_lock(path: Path) -> int | None:
    """Take a lock if nobody holds it.

    A process that inherits the descriptor holds the lock, too: it is free only when all of them
    have ended, however they ended.

    Returns:
        A descriptor to be closed, or None.
    """
    descriptor = _open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    except BaseException:
        os.close(descriptor)
        raise
    return descriptor


def is_locked(path: Path) -> bool:
    """True if some process holds the lock."""
    if not path.exists():
        return False
    descriptor = try_lock(path)
    if descriptor is None:
        return True
    os.close(descriptor)
    return False


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


_REMOVED: Final = " (deleted)"
_ORPHAN_SECONDS: Final = 5.0


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
    if not wait_until(lambda: all(map(has_ended, found)), _ORPHAN_SECONDS):
        for pid in found:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)  # each leads a group of its own
        wait_until(lambda: all(map(has_ended, found)), _ORPHAN_SECONDS)
    return bool(found)


def _orphans(directory: Directory) -> Iterator[int]:
    prefixes = _lock_prefixes(directory)
    for process in _processes():
        held = f"/proc/{process}/fd/{INHERITED_DESCRIPTOR}"
        with suppress(OSError, ValueError):  # has ended, is others', or holds another file
            place = os.readlink(held)  # noqa: PTH115 - of each process: a path takes longer
            is_lock = place.startswith(prefixes) and place.endswith(_REMOVED)
            # A lock names its holder; those who have merely inherited it end with that one.
            if is_lock and int(Path(held).read_bytes()) == int(process):
                yield int(process)


def _processes() -> list[str]:
    """The numbers of all on this machine, at which each run looks when it ends."""
    try:
        return [name for name in os.listdir("/proc") if name.isdigit()]  # noqa: PTH208 - faster
    except FileNotFoundError:  # not Linux
        return []


def _lock_prefixes(directory: Directory) -> tuple[str, str]:
    """How the paths of its locks begin, as the system knows them: without links."""
    place = os.path.realpath(directory.path)
    return (f"{place}/server.lock", f"{place}/pools/")
