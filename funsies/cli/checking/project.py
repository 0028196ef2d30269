"""Which project a script belongs to, and how that configures mypy."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_MARKS: Final = ("pyproject.toml", "setup.cfg", "setup.py", ".git", ".hg")
_REPOSITORIES: Final = (".git", ".hg")
CONFIGURATIONS: Final = ("mypy.ini", ".mypy.ini", "pyproject.toml", "setup.cfg")
"""In the order in which mypy looks for them."""


@dataclass(frozen=True, slots=True)
class Project:
    """A directory whose files belong together.

    Attributes:
        root: the directory; paths in the configuration begin there.
        config_file: what configures mypy; None if nothing does.
    """

    root: Path
    config_file: Path | None = None


def project_of(path: Path) -> Project:
    """The project of a script or directory.

    It begins where mypy is configured, as mypy finds that: in the next directory upwards, as
    far as the repository. Else where there is a ``pyproject.toml``, or the repository; else
    here, or, for a script elsewhere, where the script is.

    Args:
        path: absolute.
    """
    start = path if path.is_dir() else path.parent
    for folder in _up_to_repository(start):
        for name in CONFIGURATIONS:
            if configures_mypy(folder / name):
                return Project(folder, folder / name)
    for folder in _up_to_repository(start):
        if any((folder / mark).exists() for mark in _MARKS):
            return Project(folder)
    here = Path.cwd()
    return Project(here if start.is_relative_to(here) else above_packages(start))


def configures_mypy(file: Path) -> bool:
    """Whether mypy would take a file for its configuration."""
    if not file.is_file():
        return False
    if file.name not in ("pyproject.toml", "setup.cfg"):
        return True
    # By its text, so that of a file that is broken it is said that it is.
    text = file.read_text(encoding="utf-8", errors="replace")
    return re.search(r"^\s*\[+\s*(tool\.)?mypy\b", text, re.MULTILINE) is not None


def above_packages(folder: Path) -> Path:
    """The first directory upwards that is no package: imports begin there."""
    while any((folder / f"__init__{suffix}").is_file() for suffix in (".py", ".pyi")):
        folder = folder.parent
    return folder


def sources_beside(folder: Path, root: Path) -> Iterator[Path]:
    """Directories ``src`` from a folder up to the root of its project."""
    for each in (folder, *folder.parents):
        if each.is_relative_to(root) and (each / "src").is_dir():
            yield each / "src"


def _up_to_repository(start: Path) -> Iterator[Path]:
    for folder in (start, *start.parents):
        yield folder
        if any((folder / each).exists() for each in _REPOSITORIES):
            return
