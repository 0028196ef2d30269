"""Where a module would come from, found without importing anything."""

from __future__ import annotations

import sys
from importlib.machinery import ModuleSpec


def find_spec(module_name: str) -> ModuleSpec | None:
    """Find a module without importing the packages that hold it."""
    if module_name == "__main__":
        return getattr(sys.modules.get("__main__"), "__spec__", None)
    folders = None
    spec = None
    parts = module_name.split(".")
    for count in range(1, len(parts) + 1):
        spec = _ask_finders(".".join(parts[:count]), folders)
        if spec is None:
            return None
        folders = list(spec.submodule_search_locations or ())
        if not folders and count < len(parts):
            return None
    return spec


def _ask_finders(name: str, folders: list[str] | None) -> ModuleSpec | None:
    for finder in sys.meta_path:
        try:
            spec = finder.find_spec(name, folders)
        except (ImportError, AttributeError, ValueError):
            continue
        if spec is not None:
            return spec
    return None
