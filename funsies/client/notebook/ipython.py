"""IPython, where it runs this program: its shell, and how it shows results."""

from __future__ import annotations

import sys
from importlib import import_module
from typing import Any

from returns.result import Failure, Result, Success

from funsies.core.encoding.previews import MimeBundle


def shell_at_hand() -> Any:
    """The shell of IPython or of a notebook's kernel; None in other programs.

    Nothing is imported for that.
    """
    ipython = sys.modules.get("IPython")
    return None if ipython is None else ipython.get_ipython()


def is_notebook() -> bool:
    """True in the kernel of a notebook, which can show something and change it later."""
    return hasattr(shell_at_hand(), "kernel")


def display_in_cell(bundle: MimeBundle) -> Any:
    """Show something in the cell that runs; what is returned can change it later."""
    return import_module("IPython.display").display(bundle, raw=True, display_id=True)


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
