"""The Python files of a directory, as a check and a watch see them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final, TypeAlias

SUFFIXES: Final = (".pyi", ".py")
_NEVER: Final = {"__pycache__", "site-packages", "node_modules"}
_OF_ENVIRONMENTS: Final = ("pyvenv.cfg", "conda-meta")

Stamps: TypeAlias = dict[str, tuple[int, int]]
"""When each file was written, in nanoseconds, and its size in bytes."""


def python_files(folder: Path, excluded: Callable[[Path], bool]) -> Iterator[Path]:
    """Python files below a folder, sorted; what is hidden or installed there is left out.

    Args:
        folder: where to look.
        excluded: tells what else to leave out.
    """
    for place, folders, names in os.walk(folder):
        here = Path(place)
        folders[:] = sorted(each for each in folders if _is_entered(here / each, excluded))
        for name in sorted(names):
            has_stub = name.endswith(".py") and f"{name}i" in names
            if name.endswith(SUFFIXES) and not has_stub and not excluded(here / name):
                yield here / name


def exclusion(patterns: Sequence[str], root: Path) -> Callable[[Path], bool]:
    """What patterns of mypy's ``exclude`` leave out, as mypy applies them.

    Args:
        patterns: regular expressions.
        root: where paths begin that they are compared with.
    """
    if not patterns:
        return lambda _path: False

    def excluded(path: Path) -> bool:
        text = os.path.relpath(path, root).replace(os.sep, "/") + "/" * path.is_dir()
        return any(re.search(pattern, text) for pattern in patterns)

    return excluded


def stamps(folders: Iterable[Path]) -> Stamps:
    """When the Python files below folders were written: what changes with each edit."""
    found: Stamps = {}
    for folder in folders:
        for file in python_files(folder, lambda _path: False):
            try:
                state = file.stat()
            except OSError:
                continue  # an editor that replaces a file, or a link to nowhere
            found[str(file)] = (state.st_mtime_ns, state.st_size)
    return found


def _is_entered(folder: Path, excluded: Callable[[Path], bool]) -> bool:
    if folder.name.startswith(".") or folder.name in _NEVER:
        return False
    is_environment = any((folder / each).exists() for each in _OF_ENVIRONMENTS)
    return not is_environment and not excluded(folder)
