"""Importing while Python's garbage collector rests.

What is imported is kept, hundreds of modules of it, and the collector would look through all of
it again and again while it grows: a tenth of the time that importing takes.
"""

from __future__ import annotations

import gc
from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import ModuleType


def imported(name: str, package: str | None = None) -> ModuleType:
    """Import a module; the collector goes on afterwards, if it did before.

    Args:
        name: of the module.
        package: to which the name is relative.

    >>> imported("funsies.core.version").__name__
    'funsies.core.version'
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        return import_module(name, package)
    finally:
        if was_enabled:
            gc.enable()
