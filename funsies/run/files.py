"""The files of a shell step: its input files, its output files, and their removal."""

from __future__ import annotations

import dataclasses
import difflib
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import BinaryIO, Final

from funsies.core.digest import Digest
from funsies.core.errors import Error, ErrorKind, FileNameError
from funsies.core.file_names import is_directory, is_pattern, validate_file_names
from funsies.store.data import make_executable, unpack
from funsies.store.data.abandoned import remove_abandoned

from .machine_faults import is_of_the_machine

STEP_PREFIX: Final = "funsies-step-"
"""How names of temporary directories begin that belong to a process for as long as it lives."""

_COPY_BYTES: Final = 1 << 20
_MAX_SHOWN_FILES: Final = 20
_MAX_SEEN_FILES: Final = 1000


@dataclass(frozen=True, slots=True)
class InputFile:
    """Content of an input file, or of a directory: then as an archive of its files.

    Attributes:
        open: opens a stream of its bytes; called whenever the file is written.
        executable: True if it may be run as a program.
        place: makes it a file without copying its bytes; False if it cannot.
        forget: removes it from where it is kept, if it is damaged there.
        digest: of the content, where that may be a file of the data store; else None.
    """

    open: Callable[[], BinaryIO]
    executable: bool = False
    place: Callable[[Path], bool] = lambda _: False
    forget: Callable[[], None] = lambda: None
    digest: Digest | None = None

    def copied(self) -> InputFile:
        """The same content, to be written into a file of the step's own."""
        return InputFile(self.open, self.executable)


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


def write_inputs(directory: Path, inputs: Mapping[str, InputFile]) -> None:
    """Write the input files of a step, with the directories that their names go through.

    Raises:
        FileNameError: if a name leads out of the directory, or is not usable; nothing
            is written then.
        OSError: if a file cannot be written.
    """
    validate_file_names(inputs)
    for name in sorted(inputs, key=lambda name: (not is_directory(name), name)):
        try:
            if "/" in name.rstrip("/"):
                (directory / name).parent.mkdir(parents=True, exist_ok=True)
            _write_input(directory / name, inputs[name], is_tree=is_directory(name))
        except (FileExistsError, NotADirectoryError) as problem:
            where = os.path.relpath(problem.filename, directory)
            raise FileNameError(
                f"input {name!r} would write {where!r}, which another input has written; "
                "leave it out of one of them"
            ) from problem


def _write_input(path: Path, content: InputFile, *, is_tree: bool) -> None:
    if is_tree or not content.place(path):
        _copy_input(path, content, is_tree=is_tree)
    if content.executable:
        make_executable(path)


def _copy_input(path: Path, content: InputFile, *, is_tree: bool) -> None:
    with content.open() as source:
        if is_tree:
            unpack(source, path)
            return
        with path.open("xb") as target:
            shutil.copyfileobj(source, target, _COPY_BYTES)


def find_output(directory: Path, name: str) -> Path | Error:
    """Find a file that a step has made.

    Nothing is opened, so that a FIFO cannot make anybody wait.

    Args:
        directory: the step's, as an absolute path without links.
        name: of the file.

    Returns:
        Where it is, with links resolved; or why it cannot be had.
    """
    path = Path(os.path.realpath(directory / name))
    if not path.is_relative_to(directory):
        return invalid_output(name, f"is a link that leads out of the job directory, to {path}")
    try:
        mode = path.lstat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        link = _dangling_link(directory, name)
        return (
            missing_output(directory, name)
            if link is None
            else _dangling(directory, name, link)
        )
    except OSError as problem:
        found = invalid_output(name, f"cannot be looked at: {problem.strerror}")
        return dataclasses.replace(found, volatile=is_of_the_machine(problem))
    if not stat.S_ISREG(mode):
        return invalid_output(name, f"is {_kind(mode)}")
    if not os.access(path, os.R_OK):
        return invalid_output(name, "cannot be read: permission denied")
    return path


def _dangling_link(directory: Path, name: str) -> Path | None:
    """The first part of a name that is a link to what is not there."""
    parts = map(directory.joinpath, accumulate(name.split("/"), "{}/{}".format))
    return next((path for path in parts if path.is_symlink() and not path.exists()), None)


def _dangling(directory: Path, name: str, link: Path) -> Error:
    shown = str(link.relative_to(directory))
    which = "is" if shown == name else f"is behind {shown!r},"
    details = (
        f"the output {name!r} {which} a dangling link: it points to {str(link.readlink())!r}, "
        "which is not there"
    )
    return Error(kind=ErrorKind.MissingOutput, details=details)


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a directory; name it with a slash at the end, or name the files in it"
    if stat.S_ISLNK(mode):
        return "a link in a circle"
    if stat.S_ISFIFO(mode):
        return "a FIFO, not a file"
    if stat.S_ISSOCK(mode):
        return "a socket, not a file"
    return "a device, not a file"


def invalid_output(name: str, what: str) -> Error:
    """The error for an output that is there and cannot be had."""
    return Error(kind=ErrorKind.InvalidOutput, details=f"the output {name!r} {what}")


def missing_output(directory: Path, name: str) -> Error:
    """The error for an output that is not there; it says what is."""
    found = sorted(_files_in(directory))
    close = difflib.get_close_matches(name, found, 1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    shown = ", ".join(map(repr, found[:_MAX_SHOWN_FILES])) or "no file"
    more = ", ..." if len(found) > _MAX_SHOWN_FILES else ""
    verb = "make a file that matches" if is_pattern(name) else "make"
    if is_pattern(name) and "{" in name:
        hint = "; braces stand for themselves in a pattern: name several patterns"
    details = f"the step did not {verb} {name!r}{hint}\nIts directory holds {shown}{more}"
    return Error(kind=ErrorKind.MissingOutput, details=details)


def _files_in(directory: Path) -> list[str]:
    found: list[str] = []
    for path in _walk(directory):
        found.append(str(path.relative_to(directory)))
        if len(found) == _MAX_SEEN_FILES:
            break
    return found


def _walk(directory: Path) -> Iterator[Path]:
    for root, _, names in os.walk(directory):
        yield from (Path(root, each) for each in names)
