"""What shells are told to offer, so that what is typed then is read as it was meant."""

from __future__ import annotations

import os
from typing import Any, ClassVar, Final

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    add_completion_class,
)
from typing_extensions import override

from .typed_words import NOTHING_TYPED, TypedWord, words_of

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
