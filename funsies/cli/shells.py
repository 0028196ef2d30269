"""What shells are told to offer, so that what is typed then is read as it was meant."""

from __future__ import annotations

import os
import re
import shlex
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    add_completion_class,
)
from typing_extensions import override

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


_WORDS: Final = 'env COMP_WORDS="${COMP_WORDS[*]}"'


class QuotingBash(BashComplete):
    """Bash takes what it is offered as it is: ``'align(sample=S3)'`` needs its quotes.

    What is offered takes the place of what follows an open quote, or a character like ``=`` at
    which Bash parts words. So the line has to be read as it was typed.
    """

    source_template: ClassVar[str] = BashComplete.source_template.replace(
        _WORDS, _WORDS.replace("env", 'env COMP_TYPED="${COMP_LINE:0:$COMP_POINT}"')
    )
    _typed: TypedWord = NOTHING_TYPED

    @override
    def get_completion_args(self) -> tuple[list[str], str]:
        """The arguments, and the beginning of the one that is typed."""
        args, incomplete = super().get_completion_args()
        words = words_of(os.environ.get("COMP_TYPED", ""))
        names = [place for place, each in enumerate(words[:-1]) if each.text == self._command]
        if not names:
            return args, incomplete
        self._typed = words[-1]
        return [each.text for each in words[names[-1] + 1 : -1]], self._typed.text

    @property
    def _command(self) -> str:
        """The command as it was typed."""
        return os.environ["COMP_WORDS"].split("\n", 1)[0].split(" ", 1)[0]

    @override
    def format_completion(self, item: CompletionItem[Any]) -> str:
        """A line for Bash, whose ``read`` takes backslashes away."""
        if item.type != "plain":
            return super().format_completion(item)
        return f"{item.type},{self._typed.completed(item.value)}".replace("\\", "\\\\")


class SplittingOnceFish(FishComplete):
    """Fish quotes by itself; the script would take the first comma in a label for its end."""

    source_template: ClassVar[str] = FishComplete.source_template.replace(
        'string split ","', 'string split -m 1 ","'
    )


def teach_shells() -> None:
    """Let Click use these in the place of its own; Zsh has nothing to learn."""
    add_completion_class(QuotingBash)
    add_completion_class(SplittingOnceFish)
