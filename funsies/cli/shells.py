"""What shells are told to offer, so that what is typed then is read as it was meant."""

from __future__ import annotations

import shlex
from typing import Any, ClassVar

from click.shell_completion import (
    BashComplete,
    CompletionItem,
    FishComplete,
    add_completion_class,
)
from typing_extensions import override


class QuotingBash(BashComplete):
    """Bash takes what it is offered as it is: ``'align(sample=S3)'`` needs its quotes."""

    @override
    def format_completion(self, item: CompletionItem[Any]) -> str:
        """A line for Bash, whose ``read`` takes backslashes away."""
        if item.type != "plain":
            return super().format_completion(item)
        return f"{item.type},{shlex.quote(item.value)}".replace("\\", "\\\\")


class SplittingOnceFish(FishComplete):
    """Fish quotes by itself; the script would take the first comma in a label for its end."""

    source_template: ClassVar[str] = FishComplete.source_template.replace(
        'string split ","', 'string split -m 1 ","'
    )


def teach_shells() -> None:
    """Let Click use these in the place of its own; Zsh has nothing to learn."""
    add_completion_class(QuotingBash)
    add_completion_class(SplittingOnceFish)
