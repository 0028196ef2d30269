"""The mypy plugin of funsies: ``plugins = ["funsies_mypy"]``. It never imports funsies."""

from __future__ import annotations

from .plugin import plugin

__all__ = ["plugin"]
