"""Which exceptions come from the machine rather than from the step."""

from __future__ import annotations

import errno
import os
import re
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

from funsies.core.cutting import shown
from funsies.core.fingerprint.project import is_project_file, is_project_name

from .commands import ERRNOS, MESSAGES, has_no_space, machine_trouble

TAIL: Final = 16 * 1024
"""Of standard error, so many characters of the end are looked at."""

_ALWAYS: Final = (
    MemoryError,
    ConnectionError,
    socket.gaierror,
    socket.herror,
    subprocess.TimeoutExpired,
)
_NO_PROGRAM: Final = frozenset({errno.ENOENT, errno.EACCES, errno.ENOEXEC})
_STARTS_PROGRAMS: Final = frozenset({"_execute_child", "_posix_spawn"})
_STDOUT: Final = 1
_NO_TEMPORARY_DIRECTORY: Final = "No usable temporary directory"
_NO_THREAD: Final = "can't start new thread"
_NO_SHARED_OBJECT: Final = "cannot open shared object file"
_SHORT_WRITE: Final = re.compile(r"\d requested and \d+ written")
"""What NumPy says of a full disk."""

_SQLITE: Final = frozenset({"BUSY", "FULL", "IOERR", "LOCKED", "NOMEM", "PROTOCOL"})
"""What SQLite says of others that use the file, and of disk and memory."""

_FRAME: Final = re.compile(r'^ *File "([^"]*)", line \d+, in (\S+)', re.MULTILINE)


def is_of_the_machine(problem: BaseException) -> bool:
    """True of an exception that comes from the machine, or was raised because of one that does.

    >>> is_of_the_machine(OSError(errno.ENOSPC, "No space left on device"))
    True
    >>> is_of_the_machine(FileNotFoundError(errno.ENOENT, "No such file", "data.csv"))
    False
    """
    try:
        return any(_is_of_the_machine(each) for each in _chain(problem))
    except Exception:  # noqa: BLE001 - an exception may be made so that it cannot be looked at
        return False


def full_place() -> str | None:
    """Where there is no room for what a step prints or writes; None if there is.

    A step that fails meanwhile need not say why: its exception may come from a library, or from
    a program whose complaint found no room either.
    """
    if has_no_space(_STDOUT):
        return "where is kept what steps print (TMPDIR)"
    if has_no_space(Path(tempfile.gettempdir())):
        return "in the directory for temporary files (TMPDIR)"
    return "in the working directory" if has_no_space(Path()) else None


def _chain(problem: BaseException) -> Iterator[BaseException]:
    """An exception, those that it came from, and those that are in a group among them."""
    seen: set[int] = set()
    stack: list[BaseException | None] = [problem]
    while stack:
        each = stack.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        stack += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            stack += each.exceptions


def _is_of_the_machine(problem: BaseException) -> bool:
    if isinstance(problem, _ALWAYS):
        return True
    if isinstance(problem, ImportError):
        return _is_of_a_library(problem)
    if isinstance(problem, OSError):
        return _is_of_the_system(problem)
    if isinstance(problem, subprocess.CalledProcessError):
        return machine_trouble(problem.returncode, _stderr(problem), os.defpath) is not None
    return _is_told_by_a_library(problem)


def _is_told_by_a_library(problem: BaseException) -> bool:
    """True if there is no number of the system, but words that say the same."""
    if type(problem).__module__ == "sqlite3":
        return _sqlite_code(problem) in _SQLITE
    if isinstance(problem, RuntimeError) and _has_lost_its_helpers(problem):
        return True
    return _quotes_the_system(problem) and not _is_raised_by_the_project(problem)


def _sqlite_code(problem: BaseException) -> str:
    """The name of an error without what SQLite says more exactly: ``IOERR`` of a full disk."""
    name = getattr(problem, "sqlite_errorname", None) or ""
    return str(name).removeprefix("SQLITE_").partition("_")[0]


def _quotes_the_system(problem: BaseException) -> bool:
    """True if a library, which may have no number for it, says what the system has said."""
    text = shown(problem)
    return any(each in text for each in MESSAGES)


def _stderr(problem: subprocess.CalledProcessError) -> str:
    """What the program wrote to standard error, if the step has asked for that."""
    data = problem.stderr or ""
    text = data.decode("utf-8", "replace") if isinstance(data, bytes) else shown(data)
    return text[-TAIL:]


def _is_of_a_library(problem: ImportError) -> bool:
    """False if the project itself has no such module, or no such name in one."""
    if isinstance(problem.name, str) and problem.name:
        return not _is_of_the_project(problem.name)
    return not _is_raised_by_the_project(problem)


def _is_of_the_project(module: str) -> bool:
    """Tell of a module that may not be there: by its package."""
    top = module.partition(".")[0]
    return top in sys.modules and is_project_name(top)


def _is_of_the_system(problem: OSError) -> bool:
    if problem.errno is not None:
        is_lack = _NO_TEMPORARY_DIRECTORY in shown(problem) or _lacks_a_program(problem)
        return problem.errno in ERRNOS or is_lack
    if isinstance(problem, TimeoutError):
        return not _is_raised_by_the_project(problem)
    text = shown(problem)
    is_short = _NO_SHARED_OBJECT in text or _SHORT_WRITE.search(text) is not None
    return is_short or _quotes_the_system(problem)


def _lacks_a_program(problem: OSError) -> bool:
    """True if a program could not be started; the lack of a file is the step's affair."""
    place = _place(problem)
    is_start = place.file == subprocess.__file__ and place.function in _STARTS_PROGRAMS
    is_lack = is_start and problem.errno in _NO_PROGRAM
    return is_lack and (problem.filename is None or problem.filename != place.directory)


def _has_lost_its_helpers(problem: RuntimeError) -> bool:
    """True if there is no thread to be had, or a process of a pool was killed."""
    return _NO_THREAD in shown(problem) or any(
        kind.__name__ == "BrokenExecutor" and kind.__module__.startswith("concurrent.")
        for kind in type(problem).__mro__
    )


def _is_raised_by_the_project(problem: BaseException) -> bool:
    place = _place(problem)
    return bool(place.file) and is_project_file(place.file)


class _Place(NamedTuple):
    """Where an exception was raised.

    Attributes:
        file: of the code; "" if nobody knows.
        function: name of the function.
        directory: in which a program was to be started there.
    """

    file: str = ""
    function: str = ""
    directory: object = None


def _place(problem: BaseException) -> _Place:
    """Find the innermost frame, also if the exception came from another process."""
    remote = _FRAME.findall(shown(problem.__cause__)) if _is_remote(problem.__cause__) else []
    if remote:
        return _Place(*remote[-1])
    place, traceback = _Place(), problem.__traceback__
    while traceback is not None:
        code = traceback.tb_frame.f_code
        if not code.co_filename.startswith("<frozen importlib"):
            directory = traceback.tb_frame.f_locals.get("cwd")
            place = _Place(code.co_filename, code.co_name, directory)
        traceback = traceback.tb_next
    return place


def _is_remote(cause: BaseException | None) -> bool:
    """True of what process pools, of Python and of joblib, put in the place of a traceback."""
    return cause is not None and type(cause).__name__.lstrip("_") == "RemoteTraceback"
