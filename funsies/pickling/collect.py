"""Collecting the bundle of this process: the project's modules, and what they may import.

A module that is loaded counts by the text that was read first after it was loaded: an edit
on disk does not change what the program runs. A module that builds steps while it is being
imported is like a script: it stays out, since importing it elsewhere would do all of that
again. Packages come whole, so that imports by computed names, plug-ins and data files beside
the code work on a worker, too.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Collection, Iterator
from pathlib import Path
from threading import RLock
from types import ModuleType
from typing import Any, Final, NamedTuple

from funsies.core.fingerprint.arguments import reads_arguments_at_import
from funsies.core.fingerprint.imports import find_spec
from funsies.core.fingerprint.project import is_project, is_project_file

from .bundle import CODE_SUFFIXES, Bundle, make_bundle, tree_path
from .installed import WORDS, metadata_of

LARGEST_DATA_FILE_BYTES: Final = 1024 * 1024
"""Larger files that are no code stay at home."""

MOST_DATA_BYTES: Final = 16 * 1024 * 1024
"""So much of such files goes along in all."""

MOST_DATA_FILES: Final = 2000
"""So many of them."""

_SKIPPED_FOLDERS: Final = frozenset({"__pycache__", "node_modules"})
_IMPORT: Final = re.compile(
    rb"^[ \t]*(?:from[ \t]+([\w.]+)[ \t]|import[ \t]+([^#;\n]+))", re.MULTILINE
)
_MAIN: Final = frozenset({"__main__", "__mp_main__"})


class _File(NamedTuple):
    """A file of the bundle, as it was read.

    Attributes:
        origin: where it is.
        content: its bytes.
        stamp: modification time and size then; None of what is not looked at again.
        spec: of the module that was loaded from it; None if none was.
    """

    origin: str
    content: bytes
    stamp: tuple[int, int] | None = None
    spec: object = None


class Collector:
    """Collects the bundle of a process, and does it again when something has changed.

    Attributes:
        reads_arguments: True if modules of the bundle read the program's arguments when they
            are imported.
    """

    def __init__(self) -> None:
        self._lock = RLock()
        self._files: dict[str, _File] = {}
        self._loaded: dict[str, str] = {}
        self._wanted: set[str] = set()
        self._left_out: set[str] = set()
        self._seen: object = None
        self._bundle: Bundle | None = None
        self.reads_arguments: bool = False

    def bundle(
        self, imported: Collection[str] = (), frozen: Collection[str] = ()
    ) -> Bundle | None:
        """The bundle of the program as it is now; None if it has no modules of its own.

        Args:
            imported: names of modules that functions import while they run.
            frozen: names of modules to leave out.
        """
        with self._lock:
            fresh = {name.partition(".")[0] for name in imported} - self._wanted
            left_out = {*running_modules(), *frozen} - self._left_out
            if fresh or left_out or not self._is_current():
                self._wanted |= fresh
                self._left_out |= left_out
                self._collect()
            return self._bundle

    def _is_current(self) -> bool:
        return (
            self._seen == _state_of_modules()
            and all(_spec(name) is self._files[at].spec for name, at in self._loaded.items())
            and all(
                _stamp(file.origin) == file.stamp
                for file in self._files.values()
                if file.stamp is not None
            )
        )

    def _collect(self) -> None:
        before = self._files
        self._files, self._loaded, self._seen = {}, {}, _state_of_modules()
        folders = self._add_loaded(before)
        folders |= self._add_imported(folders)
        self._add_packages(folders, before)
        self._add_metadata()
        loaded = (self._files[path].content for path in self._loaded.values())
        self.reads_arguments = any(map(reads_arguments_at_import, loaded))
        self._bundle = _bundle_of(self._files, self._bundle)

    def _add_metadata(self) -> None:
        """Add what says of the project which version it is, if anything asks for that."""
        files = list(self._files.values())
        if any(word in file.content for file in files for word in WORDS):
            for each in metadata_of({file.origin for file in files}):
                self._files[each.path] = _File(each.origin, each.content)

    def _add_packages(self, folders: set[tuple[str, str]], before: dict[str, _File]) -> None:
        """Add what is in the folders of packages: code, and data while there is room."""
        left_out = {path for name in self._left_out for path in _paths_of(name)}
        bytes_left, files_left = MOST_DATA_BYTES, MOST_DATA_FILES
        for prefix, folder in sorted(folders):
            for path, origin in _files_below(folder, prefix):
                is_data = not origin.endswith(CODE_SUFFIXES)
                has_room = bytes_left > 0 and files_left > 0
                if path in self._files or path in left_out or (is_data and not has_room):
                    continue
                file = _read_unloaded(origin, before.get(path))
                if file is not None:
                    self._files[path] = file
                    bytes_left -= len(file.content) if is_data else 0
                    files_left -= is_data

    def _add_loaded(self, before: dict[str, _File]) -> set[tuple[str, str]]:
        """Add the modules that are loaded; return the folders of their packages."""
        folders: set[tuple[str, str]] = set()
        for name, module in list(sys.modules.items()):
            if name in _MAIN or not _is_project_module(name, module):
                continue
            if "." not in name:
                folders |= {(name, str(each)) for each in getattr(module, "__path__", ())}
            origin = getattr(module, "__file__", None)
            if isinstance(origin, str) and name not in self._left_out:
                path = tree_path(name, origin, is_package=hasattr(module, "__path__"))
                known = before.get(path)
                if known is None or known.spec is not _spec(name) or known.origin != origin:
                    known = _File(origin, _source_of(module, origin), spec=_spec(name))
                self._files[path], self._loaded[name] = known, path
        return folders

    def _add_imported(self, known: set[tuple[str, str]]) -> set[tuple[str, str]]:
        """Add what the texts import by its own name and is not loaded; return its folders."""
        packages = {name for name, _ in known}
        folders: set[tuple[str, str]] = set()
        pending = [*self._wanted, *(n for f in self._files.values() for n in _imports(f))]
        seen = {"", *packages, *self._loaded, *self._left_out, *sys.stdlib_module_names}
        while pending:
            name = pending.pop()
            if name in seen or (name in sys.modules and not is_project(sys.modules[name])):
                continue
            seen.add(name)
            spec = find_spec(name)
            if spec is None:
                continue
            below = list(spec.submodule_search_locations or ())
            if below and all(is_project_file(os.path.join(each, "")) for each in below):  # noqa: PTH118 - a folder, with its slash
                folders |= {(name, each) for each in below}
            elif spec.origin and not below and is_project_file(spec.origin):
                path = tree_path(name, spec.origin, is_package=False)
                file = _read_unloaded(spec.origin, None)
                if file is not None:
                    self._files[path] = file
                    pending += _imports(file)
        return folders


def _state_of_modules() -> tuple[int, str]:
    return len(sys.modules), next(reversed(sys.modules))


def _paths_of(name: str) -> tuple[str, str]:
    return (tree_path(name, "", is_package=False), tree_path(name, "", is_package=True))


def _spec(name: str) -> object:
    return getattr(sys.modules.get(name), "__spec__", None)


def _is_project_module(name: str, module: object) -> bool:
    return (
        isinstance(module, ModuleType)
        and getattr(module, "__name__", None) == name
        and is_project(module)
    )


def _source_of(module: ModuleType, origin: str) -> bytes:
    """Content of the file of a loaded module, also inside an archive."""
    loader: Any = getattr(module, "__loader__", None)
    try:
        if hasattr(loader, "get_data"):
            return bytes(loader.get_data(origin))
        return Path(origin).read_bytes()
    except (OSError, ImportError):
        text = _text_of(loader, module.__name__)
        return text.encode()


def _text_of(loader: Any, name: str) -> str:
    try:
        text = loader.get_source(name)
    except (AttributeError, ImportError):
        return ""
    return text if isinstance(text, str) else ""


def _stamp(origin: str) -> tuple[int, int] | None:
    try:
        about = os.stat(origin)  # noqa: PTH116 - asked for each file of a project
    except OSError:
        return None
    return about.st_mtime_ns, about.st_size


def _read_unloaded(origin: str, known: _File | None) -> _File | None:
    """A file that no module was loaded from; data are read once in the life of a process."""
    is_code = origin.endswith(CODE_SUFFIXES)
    stamp = _stamp(origin)
    if stamp is None:
        return None
    is_same_file = known is not None and (known.origin, known.spec) == (origin, None)
    if known is not None and is_same_file and known.stamp == (stamp if is_code else None):
        return known
    if not is_code and stamp[1] > LARGEST_DATA_FILE_BYTES:
        return None
    try:
        return _File(origin, Path(origin).read_bytes(), stamp if is_code else None)
    except OSError:
        return None


def _imports(file: _File) -> Iterator[str]:
    """First parts of the names that a text imports, roughly: a search, not a parse.

    What is no import, such as a line of a docstring, names no module and so does no harm.
    """
    if not file.origin.endswith(".py"):
        return
    for match in _IMPORT.finditer(file.content):
        for name in (match[1] or match[2]).split(b","):
            yield name.strip().partition(b" ")[0].partition(b".")[0].decode(errors="replace")


def _files_below(folder: str, prefix: str) -> Iterator[tuple[str, str]]:
    """Path in the tree, and place, of every file of a package."""
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(each for each in folders if _is_wanted_folder(place, each))
        inside = os.path.relpath(place, folder)
        path = prefix.replace(".", "/") + ("" if inside == "." else f"/{inside}")
        for name in sorted(names):
            if not name.startswith("."):
                yield f"{path}/{name}", os.path.join(place, name)  # noqa: PTH118 - as os.walk


def _is_wanted_folder(place: str, name: str) -> bool:
    if name.startswith(".") or name in _SKIPPED_FOLDERS:
        return False
    return not os.path.exists(os.path.join(place, name, "pyvenv.cfg"))  # noqa: PTH110, PTH118


def _bundle_of(files: dict[str, _File], before: Bundle | None) -> Bundle | None:
    """The bundle of these files; the one before, if nothing has changed."""
    contents = {path: file.content for path, file in sorted(files.items())}
    origins = {path: file.origin for path, file in sorted(files.items())}
    if before is not None and (before.files, before.origins) == (contents, origins):
        return before
    return make_bundle(contents, origins) if contents else None


def running_modules() -> set[str]:
    """Names of the modules that this thread is executing, but for ``__main__``."""
    found: set[str] = set()
    frame = sys._getframe()  # noqa: SLF001 - what inspect.currentframe is on CPython
    while frame.f_back is not None:
        frame = frame.f_back
        if frame.f_code.co_name == "<module>":
            name = str(frame.f_globals.get("__name__"))
            module = sys.modules.get(name)
            if name != "__main__" and module is not None and vars(module) is frame.f_globals:
                found.add(name)
    return found
