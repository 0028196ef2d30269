"""The temporary directories of steps: their names, their removal, and machines without room."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Final

from funsies.core.errors import Error, ErrorKind
from funsies.store.data.temporary import remove_abandoned

STEP_PREFIX: Final = "funsies-step-"
"""How names of temporary directories begin that belong to a process for as long as it lives."""


def sweep_temporary_directory() -> None:
    """Remove directories of steps whose processes were killed, and their watchers, too."""
    remove_abandoned(Path(tempfile.gettempdir()), STEP_PREFIX)


def remove_tree(root: Path) -> None:
    """Remove a directory with all that is in it, also what is read-only or very deep."""
    if root.is_symlink():
        root.unlink()
        return
    try:
        shutil.rmtree(root)
    except (OSError, RecursionError):
        _make_removable(root)
        subprocess.run(["rm", "-rf", "--", str(root)], stderr=subprocess.DEVNULL, check=False)


def _make_removable(root: Path) -> None:
    """Let the owner into all directories of a tree; links are not followed."""
    waiting = [str(root)]
    while waiting:
        directory = waiting.pop()
        with suppress(OSError):
            Path(directory).chmod(stat.S_IRWXU)
            with os.scandir(directory) as entries:
                waiting += [each.path for each in entries if each.is_dir(follow_symlinks=False)]


def cannot_run_here(problem: OSError) -> Error:
    """The error for a machine on which a step cannot be run; on another one it may."""
    return Error(
        kind=ErrorKind.NotLoadable,
        details=f"the step cannot be run on this machine: {problem}; see whether there is "
        "room in its directory for temporary files (TMPDIR)",
    )
