"""Which project a script belongs to, its Python files, and those that mypy takes in one run."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeAlias

from .configuration import Configuration

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


SUFFIXES: Final = (".pyi", ".py")
_NEVER: Final = {"__pycache__", "site-packages", "node_modules"}
_OF_ENVIRONMENTS: Final = ("pyvenv.cfg", "conda-meta")
_OF_PROJECTS: Final = ("pyproject.toml", "setup.py", "setup.cfg")

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
    return not (is_environment or _is_built(folder) or excluded(folder))


def _is_built(folder: Path) -> bool:
    """True of the copies in ``build/`` that setuptools makes of what it installs."""
    project = folder.parent.parent
    is_there = folder.parent.name == "build" and folder.name.startswith("lib")
    return is_there and any((project / each).exists() for each in _OF_PROJECTS)


Bases = Mapping[Path, Path]
"""Of directories that are packages without an ``__init__.py``: where their imports begin."""


@dataclass(slots=True)
class Group:
    """Files for one run of mypy.

    What stands beside a script can be imported, and is known by its bare name. So
    ``a/run.py`` and ``b/run.py`` are both ``run``, and cannot be in one group; nor can what
    imports ``a/helper.py`` and ``b/helper.py``, which are both ``helper``.

    Attributes:
        project: of all files.
        files: what to check.
        bases: directories where their imports begin.
        modules: names of the modules that the files are.
        importable: what can be imported from the bases.
        number: tells it from groups with the same bases.
    """

    project: Project
    files: list[Path] = field(default_factory=list)
    bases: list[Path] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    importable: set[str] = field(default_factory=set)
    number: int = 0

    @property
    def key(self) -> str:
        """Of its cache: mypy takes files of the same module in one cache for the same file."""
        places = [str(self.project.root), *sorted(map(str, self.bases)), str(self.number)]
        return hashlib.sha256("\0".join(places).encode(errors="surrogateescape")).hexdigest()[
            :24
        ]

    @property
    def search_path(self) -> list[str]:
        """Where imports are looked for, in this order; the root of the project follows."""
        root = self.project.root
        sources = (src for base in self.bases for src in sources_beside(base, root))
        given = filter(None, os.environ.get("MYPYPATH", "").split(os.pathsep))
        return list(dict.fromkeys([*map(str, self.bases), *given, *map(str, sources)]))

    def takes(self, base: Path, module: str, importable: set[str]) -> bool:
        """Whether a file may be added."""
        is_known = base in self.bases or self.importable.isdisjoint(importable)
        return is_known and module not in self.modules


def grouped(
    files: Iterable[Path], project: Project, configuration: Configuration, packages: Bases
) -> Sequence[Group]:
    """Files of a project in as few groups as can be.

    Args:
        files: absolute.
        project: theirs.
        configuration: that of the project, which may say where packages begin.
        packages: directories that are packages although they do not look it.
    """
    groups: list[Group] = []
    for file in files:
        base = _base(file, project, configuration, packages)
        module, importable = _module(file, base), _importable(base)
        group = next((each for each in groups if each.takes(base, module, importable)), None)
        if group is None:
            number = sum(base in each.bases for each in groups)
            groups.append(group := Group(project, number=number))
        group.files.append(file)
        group.modules.add(module)
        group.importable |= importable
        if base not in group.bases:
            group.bases.append(base)
    return groups


def _base(file: Path, project: Project, configuration: Configuration, packages: Bases) -> Path:
    """Where imports of a file begin: beside it, or above the package that it is part of."""
    if file.parent in packages:
        return packages[file.parent]
    if configuration.has_explicit_bases:
        bases = {project.root, *(project.root / each for each in configuration.mypy_path)}
        for folder in file.parents:
            if folder in bases:
                return folder
    return above_packages(file.parent)


def _module(file: Path, base: Path) -> str:
    if file.suffix not in SUFFIXES:
        return "__main__"
    parts = file.relative_to(base).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _importable(base: Path) -> set[str]:
    """Names of modules and packages in a directory."""
    modules = {file.stem for suffix in SUFFIXES for file in base.glob(f"*{suffix}")}
    return modules | {file.parent.name for file in base.glob("*/*.py")}
