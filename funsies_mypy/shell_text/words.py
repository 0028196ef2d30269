"""Words of a command as bash reads them, as far as that is known before it runs.

The tree of a text is from tree-sitter: an extra that need not be installed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final, Protocol, TypeAlias

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


UNKNOWN: Final = "\ue000"
"""Stands for a part that is only known when the command runs, or when the step is built."""

GLOB: Final = "\ue001"
"""Stands for a part that matches names of files."""

NUMBER: Final = "\ue002"
"""Stands for a number that is only known when the step is built: never more than a word."""

Variables: TypeAlias = Mapping[str, str | None]
"""Values of the variables that a text sets once; None for those that it sets otherwise."""


def is_literal(word: str) -> bool:
    """Whether all of a word is known."""
    return not any(each in word for each in (UNKNOWN, GLOB, NUMBER))


def word_of(node: Node, variables: Variables) -> str:
    """What a word stands for, without its quotes, with marks for what is not known."""
    read = _READERS.get(node.type)
    return UNKNOWN if read is None else read(node, variables)


def _bare(node: Node, variables: Variables) -> str:
    del variables
    text = re.sub(r"(?<!\\)(?:\*|\?|\[[^\]]*\])", GLOB, written(node))
    return re.sub(r"\\(\n|.)", lambda found: found[1].replace("\n", ""), text)


def _in_single_quotes(node: Node, variables: Variables) -> str:
    del variables
    return written(node)[1:-1]


def _with_escapes(node: Node, variables: Variables) -> str:
    del variables
    text = written(node)[2:-1].replace("\\t", "\t").replace("\\n", "\n")
    return text if "\\" not in text else UNKNOWN


def _in_double_quotes(node: Node, variables: Variables) -> str:
    inner = [each for each in node.children if each.type not in {'"', "string_content"}]
    gaps = _pieces(node, inner)
    return "".join(
        _unescaped(each) if isinstance(each, str) else word_of(each, variables) for each in gaps
    )


def _pieces(node: Node, inner: list[Node]) -> Iterator[str | Node]:
    """The text between the quotes and the expansions in it, in order.

    Spaces beside an expansion belong to no node of the grammar, so that they are cut out here.
    """
    text, start = node.text or b"", node.start_byte
    place = 1
    for each in inner:
        yield text[place : each.start_byte - start].decode(errors="replace")
        yield each
        place = each.end_byte - start
    yield text[place:-1].decode(errors="replace")


def _unescaped(text: str) -> str:
    return re.sub(r'\\([$`"\\\n])', lambda found: found[1].replace("\n", ""), text)


def _joined(node: Node, variables: Variables) -> str:
    joined = "".join(word_of(each, variables) for each in node.children)
    # The grammar gives the braces of a{1,2}.txt as words; they stand for several names.
    return re.sub(r"\{[^{}]*(?:,|\.\.)[^{}]*\}", GLOB, joined)


def _variable(node: Node, variables: Variables) -> str:
    name = re.fullmatch(r"\$(\w+)|\$\{(\w+)\}", written(node))
    value = variables.get(name[1] or name[2]) if name else None
    return UNKNOWN if value is None else value


_READERS: Final[Mapping[str, Callable[[Node, Variables], str]]] = {
    "word": _bare,
    "number": _bare,
    "variable_name": _bare,
    "extglob_pattern": lambda node, _: GLOB if written(node) else "",
    "process_substitution": lambda _node, _variables: "/dev/fd/63",
    "raw_string": _in_single_quotes,
    "ansi_c_string": _with_escapes,
    "string": _in_double_quotes,
    "concatenation": _joined,
    "simple_expansion": _variable,
    "expansion": _variable,
    "command_name": lambda node, variables: "".join(
        word_of(each, variables) for each in node.children
    ),
}


def variables_of(root: Node) -> dict[str, str | None]:
    """The variables of a text whose value is known: set in one place, always, to a literal."""
    found: dict[str, str | None] = {}
    for parent, node in _all(root):
        for name, value in _assigned(parent, node):
            found[name] = None if name in found else value
    return found


def _assigned(parent: Node, node: Node) -> Iterator[tuple[str, str | None]]:
    """The variables that a node sets, or may set, with their values, if these are known."""
    parts = node.children
    names = [written(each) for each in parts if each.type == "variable_name"]
    if node.type == "for_statement" and names:
        yield names[0], _each_of([word_of(each, {}) for each in parts if each.is_named][1:-1])
    elif node.type == "variable_assignment" and names:
        is_always = parent.type in {"program", "declaration_command"} and parts[1].type == "="
        yield names[0], _one_word(parts[2:]) if is_always else None
    elif node.type == "word":  # as in: read x, let x++
        yield re.sub(r"[-+*/%=].*", "", written(node)), None
    elif node.type not in {"simple_expansion", "expansion"}:  # as in: ((x++))
        yield from ((name, None) for name in names)


def _one_word(parts: Sequence[Node]) -> str | None:
    """The value of a variable, if it is one word also where it is not quoted."""
    value = "".join(word_of(each, {}) for each in parts)
    return value if is_literal(value) and re.fullmatch(r"[^\s*?\[\\]+", value) else None


def _each_of(words: list[str]) -> str | None:
    """What stands for each of these words: several names are as good as a pattern."""
    if not words or any(word.startswith(("-", UNKNOWN)) for word in words):
        return None
    return words[0] if len(words) == 1 else GLOB


def _all(node: Node) -> Iterator[tuple[Node, Node]]:
    """All nodes, with what they are part of."""
    for each in node.children:
        yield node, each
        yield from _all(each)
