"""Modules whose top level is running: nobody can import them and get what they will be."""

from __future__ import annotations

import sys


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
