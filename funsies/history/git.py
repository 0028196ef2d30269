"""What git says of a script: commit, branch, and whether that is what runs."""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, Final

from funsies.core.secret_variables import without_secrets
from funsies.store.rows.runs import Git

PATIENCE_SECONDS: Final = 1.0
"""So long git is waited for when its answer is needed; it may be a slow file system."""

_LOOK_SECONDS: Final = 0.002
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
        self._status = _Command(directory, _STATUS)
        self._known = None if script is None else _Command(directory, (*_IS_KNOWN, str(script)))

    @property
    def is_answered(self) -> bool:
        """True if it is known by now."""
        return all(each.is_over for each in self._commands())

    def wait(self, seconds: float = PATIENCE_SECONDS) -> None:
        """Wait for the answer; after that time there is none."""
        deadline = time.monotonic() + seconds
        for each in self._commands():
            each.wait(deadline)

    def drop(self) -> None:
        """End it; nobody needs the answer any more."""
        for each in self._commands():
            each.drop()

    def answer(self) -> Git | None:
        """What git says; None without git, or outside of a repository."""
        lines = self._status.lines()
        if lines is None:
            return None
        facts = dict(line.removeprefix("# ").split(" ", 1) for line in lines if line[:1] == "#")
        is_known = self._known is None or self._known.lines() is not None
        has_changed = any(line[:1] != "#" for line in lines)
        return Git(
            commit=_named(facts.get("branch.oid", "")),
            branch=_named(facts.get("branch.head", "")),
            is_clean=is_known and not has_changed,
        )

    def _commands(self) -> Sequence[_Command]:
        return [self._status] if self._known is None else [self._status, self._known]


class _Command:
    """A command of git that runs."""

    def __init__(self, directory: Path, arguments: Sequence[str]) -> None:
        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - as long as it runs
        self._process: subprocess.Popen[bytes] | None = None
        try:
            self._process = subprocess.Popen(
                [*_GIT, *arguments],
                cwd=directory,
                env=_environment(),
                stdin=subprocess.DEVNULL,
                stdout=self._output,  # a pipe might be full
                stderr=subprocess.DEVNULL,
                process_group=0,  # Ctrl-C is not meant for it
            )
        except OSError:  # there is no git, or no such directory
            self._output.close()

    @property
    def is_over(self) -> bool:
        return self._process is None or self._process.poll() is not None

    def wait(self, deadline: float) -> None:
        """Wait for it; kill it if it takes longer."""
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def drop(self) -> None:
        """End it, whatever it would say."""
        self.wait(0.0)  # a time that has passed long ago
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
