"""What failed commands tell of the machine rather than of the step."""

from __future__ import annotations

import errno
import os
import re
import shutil
import signal
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from funsies.core.cutting import cut
from funsies.core.errors import Error, ErrorKind
from funsies.run.execution import HOST
from funsies.run.process_exit import signal_name

ERRNOS: Final = frozenset(
    getattr(errno, name)
    for name in (
        *("ENOSPC", "EDQUOT", "ENOMEM", "EMFILE", "ENFILE", "EAGAIN", "ENOLCK"),  # used up
        *("EFBIG",),  # longer than a limit of the process, or the file system, allows
        *("EIO", "EREMOTEIO", "ESTALE", "EROFS", "ENODEV", "ENXIO", "ETXTBSY"),  # disks
        *("ECONNREFUSED", "ECONNRESET", "ECONNABORTED", "ENOTCONN", "ETIMEDOUT"),  # networks
        *("ENETDOWN", "ENETUNREACH", "ENETRESET", "EHOSTDOWN", "EHOSTUNREACH", "EADDRINUSE"),
    )
    if hasattr(errno, name)
)
"""What the operating system says when something of the machine is used up or broken."""

MESSAGES: Final = tuple(map(os.strerror, sorted(ERRNOS)))
"""The same in words, as programs and libraries quote them."""

OUTSIDE_SIGNALS: Final = frozenset(
    {signal.SIGHUP, signal.SIGINT, signal.SIGKILL, signal.SIGTERM}
)
"""Signals that say that somebody else ended a command, not that it failed by itself."""

LIMIT_SIGNALS: Final = frozenset({signal.SIGXCPU, signal.SIGXFSZ})
"""Signals of limits that batch systems and shells set: of processor time, of a file's size."""

NOT_EXECUTABLE: Final = 126
NOT_FOUND: Final = 127
"""Exit codes by which shells, and ``env``, ``xargs``, ``timeout``, say that no program ran."""

_WORDS_OF_THE_MACHINE: Final = (
    *MESSAGES,
    "Could not resolve host",  # curl, git
    "Temporary failure in name resolution",
    "Name or service not known",
    "command not found",
    "error while loading shared libraries",
    "cannot open shared object file",  # Python, and what loads plug-ins
    "ModuleNotFoundError: ",
    "No module named ",  # python -m
    "ImportError: ",
    "there is no package called ",  # R
    " in @INC",  # Perl
    "Cannot find module '",  # Node.js
    "Cannot find package '",
    "cannot load such file -- ",  # Ruby
    "not found in current path",  # Julia
)
"""What programs write to standard error when the machine has not what they need."""

_NO_SUCH_PATH: Final = re.compile(
    r"(?: \./(?=\w)| (?=\w[^\s:]*/)|^bash: (?=\w))(?P<name>[^\s:]+): No such file",
    re.MULTILINE,
)

_SAID_CHARACTERS: Final = 200

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
        who = "A limit" if number in LIMIT_SIGNALS else "Somebody"
        return f"{who} on {HOST} ended it by {signal_name(number)}.\n{NOT_REMEMBERED}"
    if returncode == NOT_FOUND:
        remedy = _of_bash(stderr_tail) or _of_a_file(stderr_tail) or _install(path)
        return (
            f"Exit code {NOT_FOUND}: a program, or a library that it needs, was not found on "
            f"{HOST}.\n{NOT_REMEMBERED}\n{remedy}"
        )
    if returncode == NOT_EXECUTABLE:
        return (
            f"Exit code {NOT_EXECUTABLE}: a program could not be started on {HOST}."
            f"\n{NOT_REMEMBERED}\nLook at its rights there (chmod +x), and whether it is for "
            'such a machine; a script among the input files is run by "sh script"'
        )
    said = _said_of_the_machine(stderr_tail)
    if not returncode or said is None:
        return None
    return f'On {HOST} it said "{cut(said, _SAID_CHARACTERS)}".\n{NOT_REMEMBERED}'


def _said_of_the_machine(stderr_tail: str) -> str | None:
    """The last line that says what the machine has not; None if there is none."""
    if not any(each in stderr_tail for each in _WORDS_OF_THE_MACHINE):
        return None
    lines = reversed(stderr_tail.splitlines())
    return next(
        (line.strip() for line in lines if any(each in line for each in _WORDS_OF_THE_MACHINE)),
        None,
    )


def _of_bash(stderr_tail: str) -> str | None:
    """What to do about a shell that has not the commands of bash; None if that is not it."""
    found = _ONLY_IN_BASH.search(stderr_tail)
    return found and f'"{found[1]}" is a command of bash: shell(..., interpreter="bash")'


def _of_a_file(stderr_tail: str) -> str | None:
    """What to do about a program that is called by its path; None if that is not it."""
    found = _NO_SUCH_PATH.search(stderr_tail)
    if found is None:
        return None
    name = found["name"]
    return (
        f'If "./{name}" is a file of yours, give it to the step, which runs in a directory of '
        f'its own: inp={{"{name}": put_file("{name}")}}'
    )


def _install(path: str) -> str:
    return (
        "Install it there, or add its directory to the PATH of the worker, which is\n    "
        f"{path}"
    )


def outside_signal(returncode: int) -> int | None:
    """The signal by which others ended a command, or one that its shell waited for."""
    number = -returncode if returncode < 0 else returncode - 128
    return number if number in OUTSIDE_SIGNALS | LIMIT_SIGNALS else None


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
