"""The mypy plugin of funsies: ``plugins = ["funsies_mypy"]``.

Of funsies it imports only pure modules of ``funsies.core``, whose rules it shares.
"""

from __future__ import annotations

from .plugin import plugin

__all__ = ["plugin"]
