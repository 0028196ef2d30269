"""Modules of the project that functions import while they run.

A function that goes to a worker by value brings the globals that it uses; what it imports in
its body it will look for there. So the sources of such modules go along, and a finder on the
worker offers them, ahead of whatever other file of that name the worker has.
"""

from __future__ import annotations

import importlib.abc
import importlib.machinery
import importlib.util
import os
import sys
import uuid
from collections.abc import Mapping, Sequence
from threading import Lock
from types import CodeType, ModuleType
from typing import Any, Final, NamedTuple

from funsies.core.fingerprint.closure import absolute_name, closure, may_be_project
from funsies.core.fingerprint.names import names_of


class ShippedModule(NamedTuple):
    """Source of a module.

    Attributes:
        text: its text.
        path: where it was on the client.
        is_package: True of an ``__init__.py``.
    """

    text: str
    path: str
    is_package: bool


def modules_to_ship(code: CodeType, namespace: Mapping[str, Any]) -> dict[str, ShippedModule]:
    """Modules of the project that a function imports in its body, with all they need.

    Args:
        code: the code of the function.
        namespace: its globals.
    """
    package = str(namespace.get("__package__") or "")
    found: dict[str, ShippedModule] = {}
    for module, names, level in names_of(code).imported:
        absolute = absolute_name(module, level, package)
        if may_be_project(absolute):
            for wanted in (absolute, *(f"{absolute}.{name}" for name in names)):
                found |= {
                    name: ShippedModule(file.text, file.path, file.is_package)
                    for name, file in closure(wanted)
                    if file.text is not None
                }
    return found


def process_token() -> str:
    """Tells this process from every other, forks of it included."""
    return f"{_TOKEN}:{os.getpid()}"


_TOKEN: Final = uuid.uuid4().hex


def offer(shipped: Mapping[str, ShippedModule], dumped_by: str) -> None:
    """Make modules importable, and forget those of the same names that are others.

    A module that has changed may be part of any other, so then all are forgotten. A client
    that loads what it dumped itself goes on using its own modules.

    Args:
        shipped: modules by name.
        dumped_by: :func:`process_token` of the process that dumped the payload.
    """
    if not shipped or (dumped_by == process_token() and not _offered):
        return
    with _lock:
        has_changed = any(
            _offered.get(name, module).text != module.text for name, module in shipped.items()
        )
        for name in {*_offered, *shipped} if has_changed else filter(_is_foreign, shipped):
            sys.modules.pop(name, None)
        _offered.update(shipped)
        if _FINDER not in sys.meta_path:
            sys.meta_path.insert(0, _FINDER)


_offered: dict[str, ShippedModule] = {}
_lock: Final = Lock()


def _is_foreign(name: str) -> bool:
    """True if a module of this name is loaded that did not come with a payload."""
    loaded = sys.modules.get(name)
    spec = getattr(loaded, "__spec__", None)
    return loaded is not None and not isinstance(getattr(spec, "loader", None), _Loader)


class _Finder(importlib.abc.MetaPathFinder):
    """Finds modules that came with a payload."""

    def find_spec(
        self,
        fullname: str,
        path: Sequence[str] | None,  # noqa: ARG002 (the names that came are absolute)
        target: ModuleType | None = None,  # noqa: ARG002 (a reload gets what came last)
    ) -> importlib.machinery.ModuleSpec | None:
        """Offer a module."""
        module = _offered.get(fullname)
        return module and importlib.util.spec_from_loader(fullname, _Loader(module))


_FINDER: Final = _Finder()


class _Loader(importlib.abc.ExecutionLoader):
    """Loads a module from the text that came with a payload."""

    def __init__(self, module: ShippedModule) -> None:
        self._module = module

    def get_source(self, fullname: str) -> str:  # noqa: ARG002 (one loader, one module)
        """The text."""
        return self._module.text

    def get_filename(self, fullname: str) -> str:  # noqa: ARG002 (one loader, one module)
        """Where the module was on the client; tracebacks show it."""
        return self._module.path

    def is_package(self, fullname: str) -> bool:  # noqa: ARG002 (one loader, one module)
        """True if it has submodules."""
        return self._module.is_package
