"""The words of a line as they are typed into Bash, and how one of them is completed there."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from typing import Final

BREAKS: Final = "=><:;|&(@"
"""Where Bash parts words for what completes them, though not for what runs them."""

_SPECIAL: Final = re.compile(r"[^\w%+,./-]", re.ASCII)
_SPECIAL_IN_QUOTES: Final = re.compile(r'[\\"$`]')


@dataclass(frozen=True, slots=True)
class TypedWord:
    """A word.

    Attributes:
        text: as a command would be given it.
        quote: the quote that is still open at its end, or nothing.
        kept: so many of its characters stay before what is offered in the place of the others.
    """

    text: str = ""
    quote: str = ""
    kept: int = 0

    def completed(self, text: str) -> str:
        """What is to be offered, so that the word becomes this text."""
        left = text[self.kept :]
        if self.quote == '"':
            escaped = _SPECIAL_IN_QUOTES.sub(r"\\\g<0>", left)
            return '"' + escaped.replace("!", "\"'!'\"") + '"'
        if self.kept and not self.quote:
            return _SPECIAL.sub(r"\\\g<0>", left)
        return shlex.quote(left)


NOTHING_TYPED: Final = TypedWord()


def words_of(line: str) -> list[TypedWord]:
    r"""Part a line into words; the last one may be empty, and a quote in it open.

    >>> [each.text for each in words_of("cat 'a b' c\\ d \"e")]
    ['cat', 'a b', 'c d', 'e']
    """
    words: list[TypedWord] = []
    text, quote, kept, before, is_word = "", "", 0, 0, False
    characters = iter(line)
    for each in characters:
        if quote:
            if each == quote:
                quote, kept = "", before
            elif each == "\\" and quote == '"':
                following = next(characters, "")
                text += following if following in '\\"$`' else each + following
            else:
                text += each
        elif each in "'\"":
            quote, before, kept, is_word = each, kept, len(text), True
        elif each == "\\":
            text, is_word = text + next(characters, ""), True
        elif each.isspace():
            words += [TypedWord(text)] if is_word else []
            text, kept, is_word = "", 0, False
        else:
            text, is_word = text + each, True
            kept = len(text) if each in BREAKS else kept
    return [*words, TypedWord(text, quote, kept)]
