"""What failed commands tell of the machine rather than of the step."""

from __future__ import annotations

import os
import re
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from funsies.core.errors import Error, ErrorKind

from .machine_errnos import ERRNOS
from .process_end import signal_name
from .record import HOST

OUTSIDE_SIGNALS: Final = frozenset(
    {signal.SIGHUP, signal.SIGINT, signal.SIGKILL, signal.SIGTERM, signal.SIGXCPU}
)
"""Signals that say that somebody else ended a command, not that it failed by itself."""

NOT_EXECUTABLE: Final = 126
NOT_FOUND: Final = 127
"""Exit codes by which shells, and ``env``, ``xargs``, ``timeout``, say that no program ran."""

_WORDS_OF_THE_MACHINE: Final = (
    *map(os.strerror, sorted(ERRNOS)),
    "Could not resolve host",  # curl, git
    "Temporary failure in name resolution",
    "Name or service not known",
    "command not found",
    "error while loading shared libraries",
    "ModuleNotFoundError: ",
)
"""What programs write to standard error when the machine has not what they need."""

_ONLY_IN_BASH: Final = re.compile(
    r"sh: .*?(\[\[|source|declare|disown|mapfile|popd|pushd|readarray|shopt): not found"
)

NOT_REMEMBERED: Final = "This is not remembered: executing again runs the step again."


_INSTEAD_OF: Final = {
    "bash": 'Take another shell by shell(..., interpreter="sh"), or Fun(interpreter="sh").\n'
}


def machine_trouble(returncode: int, stderr_tail: str, path: str) -> str | None:
    """What it was in the machine that made a command fail; None if it was the step itself.

    Args:
        returncode: of the command.
        stderr_tail: end of its standard error.
        path: the ``PATH`` of the command.
    """
    if (number := outside_signal(returncode)) is not None:
        return f"Somebody on {HOST} ended it by {signal_name(number)}.\n{NOT_REMEMBERED}"
    if returncode == NOT_FOUND:
        return (
            f"Exit code {NOT_FOUND}: a program, or a library that it needs, was not found on "
            f"{HOST}.\n{NOT_REMEMBERED}\n{_of_bash(stderr_tail) or _install(path)}"
        )
    if returncode == NOT_EXECUTABLE:
        return (
            f"Exit code {NOT_EXECUTABLE}: a program could not be started on {HOST}."
            f"\n{NOT_REMEMBERED}\nLook at its rights there (chmod +x), and whether it is for "
            'such a machine; a script among the input files is run by "sh script"'
        )
    said = next((each for each in _WORDS_OF_THE_MACHINE if each in stderr_tail), None)
    if not returncode or said is None:
        return None
    return f'On {HOST} it said "{said.strip(": ")}".\n{NOT_REMEMBERED}'


def _of_bash(stderr_tail: str) -> str | None:
    """What to do about a shell that has not the commands of bash; None if that is not it."""
    found = _ONLY_IN_BASH.search(stderr_tail)
    return found and f'"{found[1]}" is a command of bash: shell(..., interpreter="bash")'


def _install(path: str) -> str:
    return (
        "Install it there, or add its directory to the PATH of the worker, which is\n    "
        f"{path}"
    )


def outside_signal(returncode: int) -> int | None:
    """The signal by which somebody else ended a command, or one that its shell waited for."""
    number = -returncode if returncode < 0 else returncode - 128
    return number if number in OUTSIDE_SIGNALS else None


def missing_interpreter(words: Sequence[str], directory: Path, path: str) -> Error | None:
    """The error for a machine without the program that is to run the commands, if it has none.

    Args:
        words: of the interpreter.
        directory: in which it was started.
        path: the ``PATH`` of the commands.
    """
    places = os.pathsep.join(str(directory / each) for each in path.split(os.pathsep))
    program = str(directory / words[0]) if "/" in words[0] else words[0]
    if shutil.which(program, path=places):
        return None
    return Error(
        kind=ErrorKind.NotLoadable,
        details=f"{words[0]!r}, which is to run the commands of this step, is not on {HOST}, "
        f"or is no program there.\n{NOT_REMEMBERED}\n{_INSTEAD_OF.get(words[0], '')}"
        f"{_install(path)}",
    )


def has_no_space(place: Path | int) -> bool:
    """True if nothing more can be written there: what the step wrote may be cut off.

    Args:
        place: a directory, or the descriptor of a file.
    """
    try:
        room = os.statvfs(place)
    except OSError:
        return False
    if room.f_flag & os.ST_RDONLY:  # made full, as images of disks are
        return False
    free_blocks = room.f_bavail if os.geteuid() else room.f_bfree
    return bool((room.f_blocks and not free_blocks) or (room.f_files and not room.f_ffree))
