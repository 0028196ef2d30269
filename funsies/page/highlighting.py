"""Python source in colours, by Python's own tokenizer; all of it is escaped."""

from __future__ import annotations

import io
import keyword
import tokenize
from collections.abc import Iterator
from typing import Final, NamedTuple

from markupsafe import Markup, escape

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
