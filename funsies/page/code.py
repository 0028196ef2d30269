"""What a step does: the commands of a shell step, the code that a Python step reaches."""

from __future__ import annotations

import io
import json
import keyword
import re
import tokenize
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from markupsafe import Markup, escape

from funsies.core.digest import Digest
from funsies.core.errors import EncodingError, Error
from funsies.core.pieces import LIBRARY, Piece, decode_pieces
from funsies.store.connect import Backend
from funsies.store.rows import TaskRow

MOST_PIECES: Final = 30
MOST_CHARACTERS: Final = 20_000
"""Of one piece, and of one command."""

_ARROW: Final = " -> "
_ADDRESS: Final = re.compile("[0-9a-f]{64}")
_FRAME: Final = re.compile(r'File "(.+)", line ([0-9]{1,9})')

_DEFINED: Final = re.compile(r"^\s*(?:async\s+def|def|class)\s+(\w+)", re.MULTILINE)

Place = tuple[str, int]
"""A line of a file."""


@dataclass(frozen=True, slots=True)
class CodeLine:
    """A line of source.

    Attributes:
        number: in its file; 0 if that is not known.
        text: escaped, in colours.
        is_marked: True if the step failed there.
    """

    number: int
    text: Markup
    is_marked: bool


@dataclass(frozen=True, slots=True)
class CodePiece:
    """A function or a class.

    Attributes:
        name: what it is called.
        path: how the step reaches it.
        where: its file and line; "" if that is not known.
        lines: its source.
        is_cut: True if there is more of it.
    """

    name: str
    path: str
    where: str
    lines: Sequence[CodeLine]
    is_cut: bool


@dataclass(frozen=True, slots=True)
class CodeValue:
    """A value that the code uses.

    Attributes:
        path: how the step reaches it.
        where: its file and line; "" if that is not known.
        text: how it looks.
    """

    path: str
    where: str
    text: str


@dataclass(frozen=True, slots=True)
class ShownCode:
    """What a step does, as far as it is shown.

    Attributes:
        commands: of a shell step.
        interpreter: which runs them.
        variables: names of what is added to the environment; the values may be secrets.
        pieces: of a Python step: its function first.
        values: constants that count.
        libraries: that count, with their versions.
        left_out: number of pieces and values that are not shown.
    """

    commands: Sequence[str] = ()
    interpreter: str = ""
    variables: Sequence[str] = ()
    pieces: Sequence[CodePiece] = ()
    values: Sequence[CodeValue] = ()
    libraries: Sequence[tuple[str, str]] = ()
    left_out: int = 0


def code_of(backend: Backend, task: TaskRow | None, error: Error | None) -> ShownCode:
    """Read what a task does.

    Args:
        backend: where it is.
        task: None if it cannot be read.
        error: in which its step ended, whose lines are marked.
    """
    said = {} if task is None else _parsed(task.ingredients)
    commands = said.get("commands")
    if isinstance(commands, list):
        variables = said.get("env")
        return ShownCode(
            [str(each)[:MOST_CHARACTERS] for each in commands],
            " ".join(map(str, said.get("interpreter") or ())),
            sorted(map(str, variables)) if isinstance(variables, dict) else (),
        )
    found = _pieces(backend, said.get("code"))
    return _of_pieces(backend, found, frozenset(_frames(error))) if found else ShownCode()


def _parsed(ingredients: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(ingredients)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _pieces(backend: Backend, address: object) -> list[Piece]:
    """The pieces of a task's code; none if they are not kept, or damaged."""
    if not isinstance(address, str) or not _ADDRESS.fullmatch(address):
        return []
    (data,) = backend.graph.contents([Digest(bytes.fromhex(address))])
    try:
        return [] if data is None else decode_pieces(data)
    except EncodingError:
        return []


def _frames(error: Error | None) -> Iterator[Place]:
    """The lines of a traceback."""
    for file, line in _FRAME.findall("" if error is None else error.details):
        yield file, int(line)


def _of_pieces(backend: Backend, found: list[Piece], marked: frozenset[Place]) -> ShownCode:
    written = sorted((each for each in found if each.text), key=_depth)
    values = [each for each in found if _is_value(each)]
    shown = written[:MOST_PIECES]
    texts = backend.graph.contents([Digest(each.text) for each in shown])
    return ShownCode(
        pieces=[
            _piece(each, text.decode("utf-8", "replace"), marked)
            for each, text in zip(shown, texts, strict=True)
            if text is not None
        ],
        values=[
            CodeValue(each.path, _where(each), each.value) for each in values[:MOST_PIECES]
        ],
        libraries=sorted({(each.path, each.digest) for each in found if each.kind == LIBRARY}),
        left_out=max(0, len(written) - MOST_PIECES) + max(0, len(values) - MOST_PIECES),
    )


def _depth(piece: Piece) -> int:
    """The function of the step itself comes first, then what it calls."""
    return piece.path.count(_ARROW)


def _is_value(piece: Piece) -> bool:
    return piece.kind == "value" and not piece.text and piece.value not in {"", "<module>"}


def _where(piece: Piece) -> str:
    return f"{piece.file}:{piece.line}" if piece.file and piece.line else piece.file


def _piece(piece: Piece, text: str, marked: Iterable[Place]) -> CodePiece:
    whole = text.rstrip()
    lines = highlighted(whole[:MOST_CHARACTERS])
    hit = {line for file, line in marked if file == piece.file}
    numbers = range(piece.line, piece.line + len(lines)) if piece.line else [0] * len(lines)
    named = _DEFINED.search(whole)
    return CodePiece(
        named[1] if named else piece.path.rpartition(_ARROW)[2],
        piece.path,
        _where(piece),
        [CodeLine(*each, each[0] in hit) for each in zip(numbers, lines, strict=True)],
        len(whole) > MOST_CHARACTERS,
    )


_STRINGS: Final = ("STRING", "FSTRING_START", "FSTRING_MIDDLE", "FSTRING_END", "TSTRING_START")


class _Mark(NamedTuple):
    """A part of a line that has a colour: what it is, and its columns."""

    kind: str
    begin: int
    end: int


def highlighted(text: str) -> list[Markup]:
    """The lines of a piece of source; what is no Python has no colours.

    >>> highlighted("x = 'a<b'")
    [Markup('x = <span class="code-string">&#39;a&lt;b&#39;</span>')]
    """
    lines = text.split("\n")
    marks: list[list[_Mark]] = [[] for _ in lines]
    for token in _tokens(text):
        kind = _kind(token)
        if kind:
            (first, begin), (last, end) = token.start, token.end
            for number in range(first, last + 1):
                left = begin if number == first else 0
                right = end if number == last else len(lines[number - 1])
                marks[number - 1].append(_Mark(kind, left, right))
    return [_line(*each) for each in zip(lines, marks, strict=True)]


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    """As far as they can be told: a piece may be part of something, or of another Python."""
    try:
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
    except (tokenize.TokenError, SyntaxError):
        return


def _kind(token: tokenize.TokenInfo) -> str:
    name = tokenize.tok_name[token.type]
    if name in _STRINGS:
        return "string"
    if name == "NAME":
        return "keyword" if keyword.iskeyword(token.string) else ""
    return {"COMMENT": "comment", "NUMBER": "number"}.get(name, "")


def _line(text: str, marks: list[_Mark]) -> Markup:
    pieces: list[Markup] = []
    place = 0
    for kind, begin, end in marks:
        if end > max(begin, place):
            pieces += [
                escape(text[place:begin]),
                _coloured(kind, text[max(begin, place) : end]),
            ]
            place = end
    return Markup().join([*pieces, escape(text[place:])])


def _coloured(kind: str, text: str) -> Markup:
    return Markup('<span class="code-{}">{}</span>').format(kind, text)
