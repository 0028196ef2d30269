"""Files that mypy can take in one run: it knows them by the names of their modules."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from .configuration import Configuration
from .files import SUFFIXES
from .project import Project, above_packages, sources_beside

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
