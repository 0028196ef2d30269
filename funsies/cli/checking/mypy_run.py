"""One run of mypy, also when a file is no Python: the others are checked all the same."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from funsies.cli.exits import Exit
from funsies.cli.notes import note
from funsies.local.daemons import exclusive, try_lock
from funsies.run.program.cache import KEPT_DAYS, folder

from .configuration import Configuration
from .diagnostics import Diagnostic, Report
from .former_hints import former_hints
from .project import Group, Project, Stamps, stamps

_STAMPS: Final = "stamps.json"
_NANOSECONDS: Final = 1_000_000_000
_SECONDS_A_DAY: Final = 24 * 3600


@contextmanager
def cache(key: str, stamps: Stamps) -> Iterator[Path]:
    """The cache of a project, for one check at a time; it is made if there is none.

    mypy takes a file for the same as before if its size is, and the second in which it was
    written. So a cache is begun anew if there was an edit that mypy would not see.

    Args:
        key: of the project.
        stamps: when its files were written.
    """
    given = os.environ.get("MYPY_CACHE_DIR")
    # A directory of our own, as what is old there is removed.
    parent = Path(given).absolute() / "funsies" if given else folder("mypy")
    parent.mkdir(parents=True, exist_ok=True)
    place = parent / key
    with exclusive(_lock_of(place)):
        if _would_miss(place / _STAMPS, stamps):
            shutil.rmtree(place, ignore_errors=True)
        if not place.is_dir():
            _remove_old_ones(parent)
            place.mkdir()
        (place / _STAMPS).write_text(json.dumps(stamps))
        os.utime(place)
        yield place


def _would_miss(file: Path, stamps: Stamps) -> bool:
    """Whether a file was written twice within a second, and is as long as before."""
    try:
        before = json.loads(file.read_text())
    except (OSError, ValueError):
        return True
    for path, (written, size) in stamps.items():
        written_before, size_before = before.get(path, (0, 0))
        is_same_second = written // _NANOSECONDS == written_before // _NANOSECONDS
        if is_same_second and written != written_before and size == size_before:
            return True
    return False


def _lock_of(place: Path) -> Path:
    return place.with_name(f"{place.name}.lock")


def _remove_old_ones(parent: Path) -> None:
    for each in parent.iterdir():
        if each.is_dir() and (lock := try_lock(_lock_of(each))) is not None:
            try:
                _remove_if_old(each)
            finally:
                os.close(lock)


def _remove_if_old(place: Path) -> None:
    with suppress(OSError):
        if place.stat().st_mtime < time.time() - KEPT_DAYS * _SECONDS_A_DAY:
            shutil.rmtree(place, ignore_errors=True)


_STOPPED: Final = 2
"""Exit code of mypy after an error that it cannot go on from."""

_ANYTHING: Final = "from typing import Any\ndef __getattr__(name: str) -> Any: ...\n"
"""Read in the place of a file that mypy cannot read: a module that may have anything."""

_STAND_IN: Final = "stand_in.py"
_CACHE: Final = "cache"
_TAKES_LONGER: Final = (
    "funsies: the first check takes longer, because mypy reads all of funsies once"
)

_UNDECODABLE: Final = re.compile(
    r"(?:(?P<file>.+?): error: Cannot|mypy: can't) decode file(?: '(?P<of>.+?)')?: (?P<why>.+)"
)
_MORE_TO_READ: Final = ("See https://mypy.", '(or run "mypy --install-types"', "Hint: ")
_READABLE: Final = (
    "save it as UTF-8, or say its encoding in the first line: # -*- coding: latin-1 -*-"
)


@dataclass(frozen=True, slots=True)
class Found:
    """What mypy printed.

    Attributes:
        diagnostics: in its order.
        code: its exit code.
        other: lines that are no diagnostics.
    """

    diagnostics: Sequence[Diagnostic]
    code: int
    other: Sequence[str]


def run_mypy(group: Group, configuration: Configuration) -> Report:
    """Check the files of a group.

    mypy stops at the first file that is no Python. Such files are told of, and it is run
    again with something in their place that can be imported.

    Args:
        group: what to check.
        configuration: that of its project.
    """
    with cache(group.key, stamps(group.bases)) as place:
        if not (place / _CACHE).exists():
            _begin(place, configuration)
        return _report(group, place, configuration)


def _begin(place: Path, configuration: Configuration) -> None:
    """Begin a cache: without a configuration of their own, projects begin with the same one."""
    if configuration.is_given:
        note(_TAKES_LONGER)
        return
    with cache("scripts", {}) as common:
        if not (common / _CACHE).exists():
            note(_TAKES_LONGER)
        script = common / "of_all_projects.py"
        script.write_text("import funsies\n")
        group = Group(Project(common), [script], [common])
        _report(group, common, configuration)
        if (common / _CACHE).exists():
            shutil.copytree(common / _CACHE, place / _CACHE)


def _report(group: Group, place: Path, configuration: Configuration) -> Report:
    (place / configuration.name).write_text(configuration.text, encoding="utf-8")
    (place / _STAND_IN).write_text(_ANYTHING)
    unreadable: dict[str, list[Diagnostic]] = {}
    while True:
        found = _mypy(group, place, configuration.name, list(unreadable))
        syntax = [each for each in found.diagnostics if each.code == "syntax"]
        news = {each.path for each in syntax} - unreadable.keys()
        if found.code != _STOPPED or not news:
            break
        unreadable |= {path: [each for each in syntax if each.path == path] for path in news}
    for line in found.other:
        note(line)
    diagnostics = [*(each for many in unreadable.values() for each in many), *found.diagnostics]
    has_error = any(each.is_error for each in diagnostics)
    return Report(
        sorted(diagnostics, key=lambda each: each.path),  # of each file in the order of mypy
        len(group.files),
        Exit.RESULT_IS_ERROR if has_error else found.code,
        stopped=found.code == _STOPPED,
    )


def _mypy(group: Group, place: Path, config_file: str, unreadable: Sequence[str]) -> Found:
    shadows = [("--shadow-file", file, str(place / _STAND_IN)) for file in unreadable]
    done = subprocess.run(
        [
            # -P: what mypy imports itself is not looked for in the current directory.
            *(sys.executable, "-P", "-m", "mypy"),
            *("--config-file", str(place / config_file), "--cache-dir", str(place / _CACHE)),
            *("--output", "json", "--show-column-numbers", "--no-error-summary"),
            *("--explicit-package-bases", "--no-color-output"),
            *(part for shadow in shadows for part in shadow),
            *("--", *map(str, group.files)),
        ],
        cwd=group.project.root,
        env={**os.environ, "MYPYPATH": os.pathsep.join(group.search_path)},
        capture_output=True,
        text=True,
        errors="surrogateescape",
        check=False,
    )
    root = group.project.root
    diagnostics: list[Diagnostic] = []
    other: list[str] = []
    for line in [*done.stdout.splitlines(), *done.stderr.splitlines()]:
        read = _read(line, root)
        if read is None:
            other.append(line)
        elif read not in diagnostics:  # mypy says some things on both streams
            diagnostics.append(read)
    return Found(diagnostics, done.returncode, other)


def _read(line: str, root: Path) -> Diagnostic | None:
    """A line of mypy; None if it is about no file."""
    if undecodable := _UNDECODABLE.match(line):
        file = root / (undecodable["file"] or undecodable["of"])
        message = f"Cannot decode file: {undecodable['why']}"
        return Diagnostic(str(file), 1, 0, None, None, "error", "syntax", message, (_READABLE,))
    try:
        return _diagnostic(json.loads(line), root)
    except (ValueError, KeyError, TypeError):
        return None


def _diagnostic(given: dict[str, Any], root: Path) -> Diagnostic:
    """What mypy says of a line. It counts columns from 0, and lines from 1."""
    edits = former_hints(given["message"]) if given["severity"] == "error" else ()
    has_end = (given.get("end_line") or 0) > 0
    return Diagnostic(
        path=str(root / given["file"]),
        line=max(given["line"], 0),
        column=max(given["column"] + 1, 0),
        end_line=given["end_line"] if has_end else None,
        end_column=given["end_column"] + 1 if has_end else None,
        severity=given["severity"],
        code=given["code"],
        message=given["message"],
        hints=(*_worth_reading(given.get("hint") or ""), *edits),
    )


def _worth_reading(hint: str) -> Iterator[str]:
    for line in hint.splitlines():
        if not line.startswith(_MORE_TO_READ):
            yield line
