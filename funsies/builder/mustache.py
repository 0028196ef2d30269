"""chevron, with types.

It has none itself. Imported as usual, it would ask everybody who checks a program against the
sources of funsies for a package of stubs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module
from typing import Any, Final

Token = tuple[str, str]
"""A part of a template: its kind, and its text or key."""

_chevron: Final[Any] = import_module("chevron")

ChevronError: Final[type[Exception]] = _chevron.ChevronError
"""The template is not valid."""

tokenize: Final[Callable[[str, str, str], Iterator[Token]]] = import_module(
    "chevron.tokenizer"
).tokenize
"""The parts of a template, which stand between two delimiters."""


def render(tokens: Sequence[Token], scopes: Sequence[object]) -> str:
    """Fill in a template; what its keys stand for is looked up in each scope in turn."""
    filled: str = _chevron.render(tokens, scopes=scopes)
    return filled
