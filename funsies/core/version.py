"""The version that is installed. Nothing imports this before somebody asks for it."""

from __future__ import annotations

from importlib.metadata import PackageNotFoundError, version
from typing import Final


def _installed() -> str:
    try:
        return version("funsies")
    except PackageNotFoundError:
        return "(not installed)"


__version__: Final = _installed()
