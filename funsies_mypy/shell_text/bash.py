"""The tree of a text for bash, from tree-sitter: an extra that need not be installed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, Protocol

_PACKAGES: Final = ("tree-sitter", "tree-sitter-bash")


class Node(Protocol):
    """A node of a tree: the part of tree-sitter's own that is used here."""

    @property
    def type(self) -> str:
        """Its kind: ``word``, ``pipeline``; of a token, its text."""

    @property
    def is_named(self) -> bool:
        """False of tokens such as ``>``."""

    @property
    def text(self) -> bytes | None:
        """As it is written."""

    @property
    def children(self) -> Sequence[Node]:
        """What it is made of, with tokens."""

    @property
    def start_byte(self) -> int:
        """Where it begins in the text."""

    @property
    def end_byte(self) -> int:
        """Where it ends."""


def written(node: Node) -> str:
    """The text of a node."""
    return (node.text or b"").decode(errors="replace")


def parse(text: str) -> Node | None:
    """Parse a text.

    Returns:
        None if the parser is not there, or does not understand all of the text.
    """
    parser = _parser()
    root = None if parser is None else parser(text.encode(errors="replace")).root_node
    return None if root is None or root.has_error else root


@cache
def _parser() -> Callable[[bytes], Any] | None:
    try:
        tree_sitter = import_module("tree_sitter")
        grammar = tree_sitter.Language(import_module("tree_sitter_bash").language())
        return tree_sitter.Parser(grammar).parse  # type: ignore[no-any-return]
    except (ImportError, ValueError):  # ValueError: the two do not fit each other
        return None


@cache
def parser_version() -> str | None:
    """Which parser there is, for mypy's cache; None if there is none."""
    try:
        found = " ".join(f"{each} {version(each)}" for each in _PACKAGES)
    except PackageNotFoundError:
        return None
    return found if _parser() is not None else None
