"""A process that outlives this one for a moment, to remove what it has left behind.

If this process is killed, nobody is left to end the commands that it runs: they are in process
groups of their own, so that a timeout can end them whole. The watcher is a small shell that
waits until this process is no more, however it dies. It costs a step nothing: it sleeps.

Groups are known by their numbers, which stand in a pipe, the *register*. Each command writes
its own there before it does anything else, through its standard input, and then lets go of the
pipe (``command.py``). So the register ends for the watcher when no process is left that
may still write to it: until then it waits, and kills what it reads.
"""

from __future__ import annotations

import fcntl
import functools
import os
import select
import socket
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path
from typing import Final

from funsies.core.secret_variables import without_secrets

from .orphans import WATCHER_NAME, no_subreaper

# It is no child of this process: a step that waits for all its children would wait for it. A
# line says that nothing is left to be done. A minus makes the number that of a group. What is
# being killed may write its last file while its directory is removed; so this is tried twice.
_SCRIPT: Final = """
exec 3<&0 4<&1 >/dev/null
(
trap '' TERM INT HUP QUIT
read -r line <&3 && exit
while read -r group <&4; do kill -s KILL -- "-${group}"; done
rm -rf -- "$1" || rm -rf -- "$1"
) &
"""

_REGISTER_BYTES: Final = 1 << 16
_MOST_REGISTER_BYTES: Final = 1 << 20  # Linux: more than that only root may have in a pipe
_LONGEST_END_SECONDS: Final = 5.0
"""Time for which the end of a watcher is waited for; it goes on by itself."""

_watchers: Final[set[Watcher]] = set()
"""Those of this process. Its forks let go of them: else it would not end for them."""


class Watcher:
    """Cleans up if this process ends before it dismisses the watcher.

    Args:
        directory: to be removed then.

    Attributes:
        register: descriptor into which commands write the numbers of their groups.
    """

    def __init__(self, directory: Path) -> None:
        self.register: int
        self._is_open = False
        self._life, theirs = socket.socketpair()
        try:
            with theirs, no_subreaper():
                self._reader, self.register = os.pipe()
                self._is_open = True
                _watchers.add(self)
                _let_go_in_forks()
                subprocess.run(
                    ["/bin/sh", "-c", _SCRIPT, WATCHER_NAME, str(directory)],
                    cwd="/",
                    env=without_secrets(os.environ),
                    stdin=theirs.fileno(),
                    stdout=self._reader,
                    stderr=subprocess.DEVNULL,
                    start_new_session=True,  # what kills this process's group must spare it
                    check=True,
                )
        except BaseException:
            self.let_go()
            raise

    @property
    def is_alive(self) -> bool:
        """False if somebody has killed it."""
        poll = select.poll()
        poll.register(self._life, select.POLLIN)
        return not poll.poll(0)

    @property
    def registered_bytes(self) -> int:
        """How much stands in the register."""
        return int.from_bytes(
            fcntl.ioctl(self._reader, termios.FIONREAD, bytes(4)), sys.byteorder
        )

    def make_room(self) -> int:
        """See that another group has room in the register: who finds none waits for ever.

        Returns:
            How much stands in the register.

        Raises:
            OSError: if there is none, after some thousand commands of one step (not Linux).
        """
        registered = self.registered_bytes
        if registered > _REGISTER_BYTES // 2:
            if sys.platform != "linux":
                raise OSError("too many commands in one step")
            fcntl.fcntl(self.register, fcntl.F_SETPIPE_SZ, _MOST_REGISTER_BYTES)
        return registered

    def forget(self) -> None:
        """Empty the register: the groups in it are no more, and their numbers become free.

        Nobody else reads from it as long as this process lives.
        """
        while self._is_open and self.registered_bytes:
            os.read(self._reader, _REGISTER_BYTES)

    def dismiss(self) -> None:
        """End the watcher; it leaves all as it is."""
        if self._is_open:
            with suppress(OSError):  # somebody has killed it
                self._life.send(b"\n")
            self.finish()

    def finish(self) -> None:
        """Have the watcher do now what it does when this process ends, and wait for it."""
        if self._is_open:
            self._close_register()
            with self._life, suppress(OSError):
                self._life.shutdown(socket.SHUT_WR)
                self._life.settimeout(_LONGEST_END_SECONDS)
                self._life.recv(1)  # comes to its end with the watcher

    def let_go(self) -> None:
        """Close all that leads to the watcher, and do not wait for it."""
        if self._is_open:
            self._close_register()
        self._life.close()

    def _close_register(self) -> None:
        self._is_open = False
        _watchers.discard(self)
        os.close(self.register)
        os.close(self._reader)


@functools.cache
def _let_go_in_forks() -> None:
    os.register_at_fork(after_in_child=_let_go_of_all)


def _let_go_of_all() -> None:
    for watcher in tuple(_watchers):
        watcher.let_go()
