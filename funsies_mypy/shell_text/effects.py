"""What all commands of a step do to files, together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Final

from .tools import PREFIXES
from .uses import ANYTHING, Use, use_of
from .words import UNKNOWN, Node, Variables, is_literal, parse, variables_of, word_of


@dataclass(frozen=True, slots=True)
class Read:
    """A file that is read.

    Attributes:
        name: of the file.
        command: which of the commands does it.
        is_sure: False if that depends on a condition.
        is_first: whether nothing that is not known may have been written before.
        by_shell: whether it is ``< name``, without which a command does not even start.
    """

    name: str
    command: int
    is_sure: bool
    is_first: bool
    by_shell: bool


@dataclass(slots=True)
class Effects:
    """What commands do to files.

    Attributes:
        reads: the files that are read, as far as they are known.
        writes: names of files that may be there because of the commands.
        makes: names of directories that are made.
        words: all words, with marks for what is not known.
        given: the words that programs get of which it is not known what they do.
        reads_more: whether something may be read that is not known.
        writes_more: whether something may be written that is not known.
    """

    reads: list[Read] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    makes: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    given: list[str] = field(default_factory=list)
    reads_more: bool = False
    writes_more: bool = False


_STRANGE: Final = frozenset({"function_definition", "ERROR"})
_CONDITIONAL: Final = frozenset(
    {"if_statement", "while_statement", "case_statement", "for_statement", "negated_command"}
    | {"c_style_for_statement", "list"}
)
_NOT_WORDS: Final = frozenset(
    {"command_name", "variable_assignment", "file_redirect", "herestring_redirect"}
)
_TO_STREAM: Final = frozenset({">&", "<&", ">&-", "<&-"})


def effects_of(commands: Sequence[str]) -> Effects | None:
    """What commands do to files.

    Args:
        commands: texts for bash.

    Returns:
        None if one of them is not understood.
    """
    found = Effects()
    for place, text in enumerate(commands):
        root = parse(text)
        if root is None:
            return None
        _Walk(found, place, variables_of(root)).visit(root, is_sure=True)
        if UNKNOWN in text:
            found.reads_more = found.writes_more = True
    return found


@dataclass(slots=True)
class _Walk:
    """One way through the tree of a command."""

    found: Effects
    command: int
    variables: Variables

    def visit(self, node: Node, *, is_sure: bool, more: Sequence[Node] = ()) -> None:
        """Note what a node does.

        Args:
            node: of the tree.
            is_sure: whether it is run in any case.
            more: words of its command that stand behind a redirection.
        """
        if node.type in _STRANGE:
            self._note(ANYTHING, is_sure=is_sure)
        if node.type in {"command", "redirected_statement"}:
            more = [*(each for part in node.children for each in _behind(part)), *more]
        if node.type == "command":
            self._command(node, more, is_sure=is_sure)
        elif node.type in {"file_redirect", "herestring_redirect"}:
            self._redirection(node, is_sure=is_sure)
        elif node.type == "test_command":
            self.found.words.extend(self._words(_leaves(node)))
        self._visit_parts(node, more, is_sure=is_sure)

    def _visit_parts(self, node: Node, more: Sequence[Node], *, is_sure: bool) -> None:
        body = _last_command(node)
        # In a && b < c the grammar has the file beside the list, not in its last command.
        is_of_list = node.type == "redirected_statement" and body and body.type == "list"
        for each in node.children if is_of_list else _in_order(node):
            is_first = node.type == "list" and each == node.children[0]
            sure = is_sure and (is_first or node.type not in _CONDITIONAL)
            is_last = is_of_list and each.type == "file_redirect"
            rest = more if each == body and node.type != "command" else ()
            self.visit(each, is_sure=sure and not is_last, more=rest)

    def _words(self, nodes: Sequence[Node]) -> list[str]:
        return [word_of(each, self.variables) for each in nodes]

    def _command(self, node: Node, more: Sequence[Node], *, is_sure: bool) -> None:
        own = [each for each in node.children if each.is_named and each.type not in _NOT_WORDS]
        program = "".join(self._words([e for e in node.children if e.type == "command_name"]))
        words = self._words([*own, *more])
        while program in PREFIXES and words:
            program, words = words[0], words[1:]
        self.found.words.extend(words)
        use = use_of(_name(program), words)
        if use.reads_more or use.writes_more:
            self.found.given.extend(words)
        self._note(use, is_sure=is_sure)

    def _note(self, use: Use, *, is_sure: bool) -> None:
        for each in use.reads:
            self._read(each, is_sure=is_sure)
        self.found.writes.extend(map(_plain, use.writes))
        self.found.makes.extend(map(_plain, use.makes))
        self.found.reads_more |= use.reads_more
        self.found.writes_more |= use.writes_more

    def _read(self, name: str, *, is_sure: bool, by_shell: bool = False) -> None:
        is_first = not self.found.writes_more
        self.found.reads.append(Read(_plain(name), self.command, is_sure, is_first, by_shell))

    def _redirection(self, node: Node, *, is_sure: bool) -> None:
        signs = [each.type for each in node.children if not each.is_named]
        targets = [each for each in node.children if each.is_named]
        targets = [each for each in targets if each.type != "file_descriptor"]
        if not targets or node.type == "herestring_redirect":
            return
        name = word_of(targets[0], self.variables)
        if set(signs) & _TO_STREAM and (name.isdigit() or name == "-"):
            return
        self.found.words.append(name)
        if targets[0].type == "process_substitution":
            return
        is_read = signs == ["<"]
        if not is_literal(name):
            use = Use(reads_more=is_read, writes_more=not is_read)
            self._note(use, is_sure=is_sure)
        elif is_read:
            self._read(name, is_sure=is_sure, by_shell=True)
        else:
            self.found.writes.append(_plain(name))


def _in_order(node: Node) -> list[Node]:
    """The parts of a node as bash does them: files are opened before a command runs."""
    return sorted(node.children, key=lambda each: each.type != "file_redirect")


def _behind(node: Node) -> list[Node]:
    """Words behind the name of a file that is redirected to: they belong to the command."""
    if node.type != "file_redirect":
        return []
    named = [each for each in node.children if each.is_named]
    return [each for each in named if each.type != "file_descriptor"][1:]


def _last_command(node: Node) -> Node | None:
    """Where words behind a redirection belong: ``a | b > file word``."""
    kinds = {"command", "pipeline", "redirected_statement", "list"}
    found = [each for each in node.children if each.type in kinds]
    return found[-1] if found else None


def _leaves(node: Node) -> list[Node]:
    kinds = {"word", "string", "raw_string", "concatenation"}
    return [each for each in _below(node) if each.type in kinds]


def _below(node: Node) -> Iterator[Node]:
    for each in node.children:
        yield each
        yield from _below(each)


def _name(program: str) -> str:
    """Name of a program of the system; anything else as it is written."""
    path = PurePosixPath(program)
    return path.name if str(path.parent) in {"/bin", "/usr/bin"} else program


def _plain(name: str) -> str:
    """A name as it is declared: without ``./``."""
    while name.startswith("./") and len(name) > len("./"):
        name = name[2:].lstrip("/")
    return name
