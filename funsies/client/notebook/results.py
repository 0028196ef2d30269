"""Results in notebooks: ``Success`` and ``Failure`` are of a package that is left as it is.

IPython is told how to show them when the first one is made, unless somebody has told it before.
"""

from __future__ import annotations

from typing import Any

from returns.result import Failure, Result, Success

from .shell import shell_at_hand


def show_results() -> None:
    """Have IPython show results, where it runs this program."""
    shell = shell_at_hand()
    if shell is None:
        return
    formatter = shell.display_formatter
    ways = (formatter.mimebundle_formatter, formatter.formatters["text/html"])
    for kind in (Success, Failure):
        if not any(kind in way for way in ways):
            formatter.mimebundle_formatter.for_type(kind, _shown)


def _shown(result: Result[Any, Any], **_which: object) -> dict[str, Any] | None:
    """What is inside, below a line that says in what it is; None shows what Python would."""
    inside = result.failure() if isinstance(result, Failure) else result.unwrap()
    data: dict[str, Any] = dict(shell_at_hand().display_formatter.format(inside)[0])
    if data.keys() <= {"text/plain"}:
        return None
    name = type(result).__name__
    titles = {"text/plain": f"{name}:", "text/html": f"<div>{name}:</div>"}
    return data | {kind: f"{titles[kind]}\n{data[kind]}" for kind in data if kind in titles}
