"""A run as one file for browsers: ``funsies report``."""

from .document import to_html

__all__ = ["to_html"]
