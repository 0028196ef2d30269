"""What git says of a script: commit, branch, and whether that is what runs."""

from __future__ import annotations

import io
import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from funsies.core.secret_variables import without_secrets
from funsies.run.process_exit import collect_left, leave
from funsies.store.rows.run_rows import Git

PATIENCE_SECONDS: Final = 1.0
"""So long after it was asked git is waited for when its answer is needed: only programs that
are shorter than that wait at all, and only if it is slow, as on a file system of a network."""

BRIEF_SECONDS: Final = 0.2
"""The same before a program runs steps itself: it asks once more when it ends."""

_END_SECONDS: Final = 0.5
"""Who waits for a disk, or for a server of files, does not end before that answers, even if it
is killed: longer than that nobody waits for it."""

_GIT: Final = ("git", "--no-optional-locks", "-c", "core.fsmonitor=false")
"""Nothing is written, and no program of the repository's own is started."""

_STATUS: Final = (
    "status",
    "--porcelain=v2",
    "--branch",
    "--no-ahead-behind",
    "--untracked-files=no",
)
_IS_KNOWN: Final = ("ls-files", "--error-unmatch", "--")


class GitQuestion:
    """Asks git, and does something else meanwhile: it may take long.

    Args:
        directory: that the script is in.
        script: its file; None if there is none.
    """

    def __init__(self, directory: Path, script: Path | None) -> None:
        known = [] if script is None else [(*_IS_KNOWN, str(script))]
        self._directory = directory
        self._questions: Sequence[Sequence[str]] = [_STATUS, *known]
        self._commands: list[_Command] = []
        self._asked = 0.0
        self._ask()

    @property
    def is_answered(self) -> bool:
        """True if it is known by now."""
        return bool(self._commands) and all(each.is_over for each in self._commands)

    def wait(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait for the answer, until so long after the question."""
        if not self._commands:
            self._ask()
        for each in self._commands:
            each.wait(self._asked + seconds)

    def put_off(self) -> None:
        """End what git is doing; it is asked once more by who waits for the answer."""
        self.drop()
        self._commands = []

    def drop(self) -> None:
        """End what git is doing; nobody needs the answer any more."""
        for each in self._commands:
            each.drop()

    def answer(self) -> Git | None:
        """What git says, if it has answered; None without git, or outside of a repository."""
        status, *known = [each.lines() for each in self._commands]
        if status is None:
            return None
        facts = dict(
            line.removeprefix("# ").partition(" ")[::2] for line in status if line[:1] == "#"
        )
        has_changed = any(line[:1] != "#" for line in status)
        return Git(
            commit=_named(facts.get("branch.oid", "")),
            branch=_named(facts.get("branch.head", "")),
            is_clean=not has_changed and None not in known,
        )

    def _ask(self) -> None:
        collect_left()
        self._asked = time.monotonic()
        self._commands = []
        try:
            for each in self._questions:
                self._commands.append(_Command(self._directory, each))
        except BaseException:  # interrupted: nobody knows of those that have begun
            self.drop()
            raise


class _Command:
    """A command of git that runs."""

    def __init__(self, directory: Path, arguments: Sequence[str]) -> None:
        self._output: IO[bytes] = io.BytesIO()
        self._process: subprocess.Popen[bytes] | None = None
        self._is_absent = False
        try:
            self._output = tempfile.TemporaryFile()  # noqa: SIM115 - as long as it runs
        except OSError:  # the disk is full, or nothing can be written: it is not asked
            return
        try:
            self._process = subprocess.Popen(
                [*_GIT, "-C", str(directory), *arguments],  # who changes into it may hang
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=self._output,  # a pipe might be full
                stderr=subprocess.DEVNULL,
                process_group=0,  # Ctrl-C is not meant for it
            )
        except OSError:  # there is no git
            self._output.close()
            self._is_absent = True
        except BaseException:
            self._output.close()
            raise

    @property
    def is_over(self) -> bool:
        if self._process is None:
            return self._is_absent
        return self._process.poll() is not None

    def wait(self, deadline: float) -> None:
        """Wait for it until a time of the monotonic clock."""
        if self._process is not None:
            with suppress(subprocess.TimeoutExpired):
                self._process.wait(max(0.0, deadline - time.monotonic()))

    def drop(self) -> None:
        """End it, whatever it would say."""
        try:
            if self._process is not None and not self.is_over:
                self._process.kill()
                self.wait(time.monotonic() + _END_SECONDS)
        finally:
            if self._process is not None and not self.is_over:
                leave(self._process)
                self._process = None
            self._output.close()

    def lines(self) -> list[str] | None:
        """What it printed; None if it failed, or was not there at all."""
        if self._process is None:
            return None
        if not self._output.closed:
            self._output.seek(0)
            self._printed = self._output.read().decode("utf-8", "replace").splitlines()
            self._output.close()
        return None if self._process.returncode else self._printed


def _environment() -> dict[str, str]:
    """Ours, but for secrets, and for what says that another repository is meant."""
    ours = {
        name: text
        for name, text in without_secrets(os.environ).items()
        if not name.startswith("GIT_")
    }
    return {**ours, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0", "GIT_TERMINAL_PROMPT": "0"}


def _named(name: str) -> str:
    """A name; empty for ``(initial)`` and ``(detached)``."""
    return "" if name.startswith("(") else name
