"""Installed distributions: which of them a source file belongs to.

Whatever installs a distribution leaves a folder such as ``numpy-2.1.0.dist-info`` beside its
modules, with a list of its files. That folder is looked for where the module was imported
from, so the name of the directory does not matter: ``site-packages``, ``pip install --target``,
``__pypackages__``, a wheel on the path. ``importlib.metadata`` is not used: it takes longer to
import than all of this takes, and its map of modules reads the list of every distribution.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

LIBRARY_FOLDERS: Final = ("site-packages", "dist-packages")
"""Nobody keeps a project in a directory of these names."""

_METADATA: Final = (".dist-info", ".egg-info")


class Distribution(NamedTuple):
    """What was installed under one name.

    Attributes:
        root: the directory, or the archive, from which its modules are imported.
        metadata: name of the folder or file there that says what it is.
    """

    root: str
    metadata: str

    @property
    def name(self) -> str:
        """Its normalised name, which installers take: ``scikit-learn``."""
        return normalised(self._parts[0])

    @property
    def version(self) -> str:
        """Its version, as the name of the folder or its text says it."""
        if len(self._parts) > 1:
            return self._parts[1]
        found = re.search(r"^Version: *(\S+)", self.read("PKG-INFO"), re.MULTILINE)
        return found[1] if found else ""

    @property
    def _parts(self) -> list[str]:
        return self.metadata.rpartition(".")[0].split("-")

    def read(self, name: str) -> str:
        """Text of a file of the metadata; "" if there is none."""
        try:
            return _read(self.root, f"{self.metadata}/{name}").decode("utf-8", "replace")
        except (OSError, KeyError):
            return ""

    def files(self) -> str:
        """The list of what was installed, each file between ends of line; "" if there is none.

        >>> Distribution("nowhere", "numpy-2.1.0.dist-info").files()
        ''
        """
        found = self.read("RECORD") or self.read("installed-files.txt").replace("../", "")
        return found and f"\n{found}\n"

    def claims(self, path: str) -> bool:
        """True if this file or directory was installed with the distribution.

        Args:
            path: relative to the root, with slashes.
        """
        files = self.files()
        if files:
            return any(f"\n{path}{end}" in files for end in (",", "/", "\n"))
        if self._is_of_a_source_tree():
            return False
        top = _top_level(path)
        return top in self.read("top_level.txt").split() or normalised(top) == self.name

    def _is_of_a_source_tree(self) -> bool:
        """True of what setuptools leaves in a project that was installed to be edited."""
        is_built_here = self.metadata.endswith(".egg-info") and self.read("SOURCES.txt")
        return bool(is_built_here) and Path(self.root).name not in LIBRARY_FOLDERS


def normalised(name: str) -> str:
    """The one spelling of a distribution's name.

    >>> normalised("Scikit_Learn")
    'scikit-learn'
    """
    return re.sub(r"[-_.]+", "-", name).lower()


@lru_cache(maxsize=4096)
def distribution_of(path: str) -> Distribution | None:
    """Find the distribution that a module's file, or a package's directory, belongs to.

    Once found it stays the same for this process: the code that was imported does not change
    when another version is installed.

    Args:
        path: as modules carry it.
    """
    for root in _import_roots(path):
        relative = path[len(root) + 1 :].replace(os.sep, "/")
        if relative and (found := _claiming(root, relative)) is not None:
            return found
    return None


def named(name: str) -> Distribution | None:
    """Find a distribution by its normalised name, on the import path of this process."""
    for root in sys.path:
        for each in installed_in(root or str(Path.cwd())):
            if each.name == name:
                return each
    return None


def installed_in(root: str) -> tuple[Distribution, ...]:
    """All distributions of a directory or archive."""
    try:
        return _listed(root, Path(root).stat().st_mtime_ns)
    except OSError:
        return ()


def _import_roots(path: str) -> Iterator[str]:
    """The directories above a file in which this process has looked for modules."""
    parent = os.path.dirname(path)  # noqa: PTH120 (asked for each file: a Path costs ten times as much)
    while parent and parent != path:
        if parent in sys.path_importer_cache:
            yield parent
        path, parent = parent, os.path.dirname(parent)  # noqa: PTH120 (see above)


def _claiming(root: str, relative: str) -> Distribution | None:
    """A package belongs to whom its ``__init__.py`` does; what has none, file by file."""
    installed = installed_in(root)
    if not installed:
        return None
    top, slash, _ = relative.partition("/")
    whole = _owner(installed, f"{top}/__init__.py") if slash else None
    return whole or _owner(installed, relative)


@lru_cache(maxsize=4096)
def _owner(installed: tuple[Distribution, ...], path: str) -> Distribution | None:
    """Who claims a path. Of the same name first: the lists of the others are not read then."""
    name = normalised(_top_level(path))
    in_order = sorted(installed, key=lambda each: each.name != name)
    return next((each for each in in_order if each.claims(path)), None)


def _top_level(path: str) -> str:
    """Name of the module or package in the root: ``six`` of ``six.py``."""
    return path.partition("/")[0].partition(".")[0]


@lru_cache(maxsize=256)
def _listed(root: str, _modified: int) -> tuple[Distribution, ...]:
    found = (name for name in _names(root) if name.endswith(_METADATA))
    return tuple(Distribution(root, name) for name in sorted(found))


def _names(root: str) -> set[str]:
    if not Path(root).is_dir():
        return {name.partition("/")[0] for name in _archive_names(root)}
    with os.scandir(root) as entries:
        return {entry.name for entry in entries}


def _archive_names(archive: str) -> list[str]:
    import zipfile  # noqa: PLC0415 (seldom needed, and as slow as all the rest)

    if not zipfile.is_zipfile(archive):
        return []
    with zipfile.ZipFile(archive) as opened:
        return opened.namelist()


def _read(root: str, name: str) -> bytes:
    if Path(root).is_dir():
        return Path(root, name).read_bytes()
    import zipfile  # noqa: PLC0415 (see above)

    with zipfile.ZipFile(root) as opened:
        return opened.read(name)
