"""Processes that a step spawns: they have the step's ``__main__``, too.

Such a process starts from nothing but a path and the name of a main module. So a small module
is written to a folder on the path, which loads the step that is running; functions and classes
of ``__main__`` are then found where pickles look for them.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from funsies.core.digest import content_digest

from . import cache

_PREFIX: Final = "_funsies_main_"
_TEXT: Final = """\
from pathlib import Path
from funsies.run.program import spawned_main
globals().update(spawned_main(Path(__file__).with_suffix(".step").read_bytes()))
"""


class _Running:
    """What this process is running."""

    step: Callable[[], bytes] | None = None


def running(step: Callable[[], bytes]) -> None:
    """Take note of the step that runs now.

    Args:
        step: gives what a process has to be told so that it can load it.
    """
    _Running.step = step


def be_found() -> None:
    """Let processes that steps spawn find the modules that are written here."""
    folder = str(_folder())
    if folder not in sys.path:
        sys.path.append(folder)


def stand_in() -> str:
    """Write the module that loads the running step, and return its name."""
    if _Running.step is None:
        return "__main__"
    step = _Running.step()
    place = _folder() / f"{_PREFIX}{content_digest(step).hex()[:16]}.py"
    if not place.exists():
        cache.write(place.with_suffix(".step"), step)
        cache.write(place, _TEXT.encode())
    return place.stem


def _folder() -> Path:
    return cache.folder("mains")
