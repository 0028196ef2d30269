"""Importing from a bundle, under the real names of the modules and of their files."""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import linecache
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any

from funsies.core.fingerprint.source_lookup import COMMAND, give_text
from funsies.pickling import Bundle


def import_from(bundle: Bundle, folder: Path, known: Bundle | None = None) -> None:
    """Have this process import the modules of a bundle, ahead of whatever else has their names.

    The folder comes first on the path as well, for processes that a step starts: those are
    told the path, and know nothing of finders.

    Args:
        bundle: what is to be imported.
        folder: where it was unpacked.
        known: a part of it from which this process imports already.
    """
    for name in bundle.modules.keys() - (set() if known is None else known.modules.keys()):
        sys.modules.pop(name, None)
    sys.path.insert(0, str(folder))
    sys.meta_path.insert(0, _Finder(bundle, folder))
    importlib.invalidate_caches()


class _Finder(importlib.abc.MetaPathFinder):
    """Finds the modules of a bundle."""

    def __init__(self, bundle: Bundle, folder: Path) -> None:
        self._modules: Mapping[str, str] = bundle.modules
        self._bundle = bundle
        self._folder = folder

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 (names in a bundle are absolute)
        target: ModuleType | None = None,  # noqa: ARG002 (a reload reads the same file)
    ) -> importlib.machinery.ModuleSpec | None:
        """Find a module."""
        at = self._modules.get(fullname)
        if at is None:
            return None
        place = self._folder / at
        origin = self._bundle.origins.get(at, str(place))
        is_package = place.stem.partition(".")[0] == "__init__"
        shown = origin if self._is_unchanged(at, origin) else str(place)
        return importlib.util.spec_from_file_location(
            fullname,
            shown,
            loader=_loader(fullname, place, origin),
            submodule_search_locations=[str(place.parent)] if is_package else None,
        )

    def _is_unchanged(self, at: str, origin: str) -> bool:
        """True if the program's own file is on this machine, as it was.

        The module's ``__file__`` then says so, and files beside it are found by it.
        """
        try:
            return Path(origin).read_bytes() == self._bundle.files[at]
        except OSError:
            return False


def _loader(name: str, place: Path, origin: str) -> importlib.abc.Loader:
    path = str(place)
    if path.endswith(tuple(importlib.machinery.EXTENSION_SUFFIXES)):
        return importlib.machinery.ExtensionFileLoader(name, path)
    if path.endswith(tuple(importlib.machinery.BYTECODE_SUFFIXES)):
        return importlib.machinery.SourcelessFileLoader(name, path)
    loader = _SourceLoader(name, path, origin)
    show_text(origin, loader.get_source(name) or "")  # before anything looks at this machine's
    return loader


class _SourceLoader(importlib.machinery.SourceFileLoader):
    """Loads a module from the bundle; its code names the file that it has in the program."""

    def __init__(self, name: str, path: str, origin: str) -> None:
        super().__init__(name, path)
        self._origin = origin

    def get_code(self, fullname: str) -> CodeType | None:
        """The code, for the name of the program's file."""
        with _keeping_bytecode():
            code = super().get_code(fullname)
        return None if code is None else named_after(code, self._origin)


@contextmanager
def _keeping_bytecode() -> Iterator[None]:
    """Compile once, also for users who want no ``.pyc`` beside their own sources."""
    before, sys.dont_write_bytecode = sys.dont_write_bytecode, False
    try:
        yield
    finally:
        sys.dont_write_bytecode = before


def named_after(code: CodeType, file_name: str) -> CodeType:
    """The same code, and all code inside it, for another name of its file."""
    constants: tuple[Any, ...] = tuple(
        named_after(each, file_name) if isinstance(each, CodeType) else each
        for each in code.co_consts
    )
    return code.replace(co_filename=file_name, co_consts=constants)


def show_text(file_name: str, text: str) -> None:
    """Have tracebacks, debuggers and ``inspect`` show this text under the name of a file.

    Whatever file of that name this machine has; the entry is never checked against it. What
    was typed for ``python -c`` has a name that other code has as well, so it is shown to none.
    """
    give_text(file_name, text)
    if file_name == COMMAND:
        return
    linecache.cache[file_name] = (len(text), None, text.splitlines(keepends=True), file_name)
