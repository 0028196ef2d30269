"""The input files of a shell step: copies, or links to files of the data store.

A step may read what is linked, not change it: it is read-only. A step that such a link stands
in the way of is run again, with copies. Who may write to everything, or makes them writable, is
found out. Their times may change (``touch``): that hurts nobody.
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

from funsies.core.digest import Digest
from funsies.core.errors import Error, ErrorKind, FileNameError
from funsies.core.file_names import is_directory, validate_file_names
from funsies.core.shell_plan import ShellPlan
from funsies.store.data import digest_of, make_executable, unpack

from .outcome import EndedCommand, ShellOutcome, failed_whole, shown_stderr

_COPY_BYTES: Final = 1 << 20


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


_REFUSED: Final = re.compile(
    r"permission denied|read-?only|\d+ other links?\b|more than one hard link", re.IGNORECASE
)
"""What programs say that may not write to a file, or, as gzip, take none with other names."""


@dataclass(frozen=True, slots=True)
class _Linked:
    """An input file with a second name, and what it looked like before the commands ran."""

    name: str
    kept: Path
    facts: tuple[int, int]
    content: InputFile

    def is_changed(self) -> bool:
        """Whether it was written to; read whole only if its time of change says so."""
        facts = _facts(self.kept)
        if facts == self.facts:
            return False
        size_bytes, _ = facts
        return size_bytes != self.facts[0] or digest_of(self.kept) != self.content.digest


class SharedInputs:
    """What was linked for one run of a step.

    Args:
        directory: where the files stay known whatever the commands do to theirs; made when it
            is needed.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._noted: list[_Linked] = []

    def note(self, name: str, path: Path, content: InputFile) -> None:
        """Take note of an input, if it is linked.

        Args:
            name: of the input.
            path: its file.
            content: what it was made of.
        """
        if content.digest is not None and path.is_file() and path.stat().st_nlink > 1:
            self._directory.mkdir(exist_ok=True)
            kept = self._directory / str(len(self._noted))
            os.link(path, kept)
            self._noted.append(_Linked(name, kept, _facts(kept), content))

    def are_in_the_way(self, ended: Iterable[EndedCommand]) -> bool:
        """Whether a command has failed that might not have failed with copies."""
        return bool(self._noted and not self._changed()) and any(
            command.returncode != 0 and _REFUSED.search(shown_stderr(command.stderr))
            for command in ended
        )

    def judged(self, plan: ShellPlan, outcome: ShellOutcome) -> ShellOutcome:
        """The outcome, or the error of a step that has changed what it must not."""
        changed = self._changed()
        return failed_whole(plan, _changed_in_place(changed)) if changed else outcome

    def forget_changed(self) -> None:
        """Remove from the store what was changed, so that it is made again."""
        for linked in self._noted:
            if linked.is_changed():
                linked.content.forget()

    def _changed(self) -> list[str]:
        return [linked.name for linked in self._noted if linked.is_changed()]


def _facts(path: Path) -> tuple[int, int]:
    """What changes when a file is written to; a file that was removed counts as changed."""
    try:
        about = path.stat()
    except OSError:
        return -1, -1
    return about.st_size, about.st_mtime_ns


def _changed_in_place(names: list[str]) -> Error:
    shown = ", ".join(map(repr, names))
    return Error(
        kind=ErrorKind.CommandFailed,
        details=f"the step has changed its input {shown} in place, which is the data store's "
        "own file; what is damaged there now is removed, to be made again. Write to another "
        "file, or give the step a copy that it may change: opt=options(copy_inputs=True)",
    )
