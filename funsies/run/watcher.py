"""A process that outlives this one for a moment, to remove what it has left behind.

If this process is killed, nobody is left to end the commands that it runs: they are in process
groups of their own, so that a timeout can end them whole. The watcher is a small shell that
reads the groups' numbers from a pipe. The pipe ends when this process does, however it dies,
and the watcher then kills the groups and removes their directory.
"""

from __future__ import annotations

import os
import subprocess
from contextlib import suppress
from pathlib import Path
from typing import Final

from funsies.core.secret_variables import without_secrets

WATCHER_NAME: Final = "funsies-watcher"
"""By which a watcher is known among processes."""

# A minus makes the number that of a group. What is being killed may write its last file while
# its directory is removed; so this is tried twice.
_SCRIPT: Final = """
trap '' TERM INT HUP QUIT
groups=
while read -r group; do groups="${groups} -${group}"; done
[ -z "${groups}" ] || kill -s KILL -- ${groups}
rm -rf -- "$1" || rm -rf -- "$1"
"""


class Watcher:
    """Cleans up if this process ends before it dismisses the watcher.

    Args:
        directory: to be removed then.
    """

    def __init__(self, directory: Path) -> None:
        self._process = subprocess.Popen(
            ["/bin/sh", "-c", _SCRIPT, WATCHER_NAME, str(directory)],
            bufsize=0,
            env=without_secrets(os.environ),
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # what kills this process's group must not kill the watcher
        )

    def watch(self, group: int) -> None:
        """Have a process group killed if this process ends."""
        if self._process.stdin is not None:
            with suppress(BrokenPipeError):  # somebody has killed the watcher
                self._process.stdin.write(b"%d\n" % group)

    def dismiss(self) -> None:
        """End the watcher; it leaves all as it is."""
        self._process.kill()
        self._process.wait()
        if self._process.stdin is not None:
            self._process.stdin.close()
