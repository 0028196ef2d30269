"""The run that a command is about: its number, or the last one."""

from __future__ import annotations

from typing import Final

import click
from click.shell_completion import CompletionItem
from typing_extensions import override

from funsies.core.errors import UnknownHashError
from funsies.history.runs import Run, last_run, run, runs
from funsies.store.connect import Backend

from .completion import MAX_SHOWN, Stored

LAST: Final = "last"


class RunType(Stored):
    """The number of a run, or ``last``."""

    name = "run"

    @override
    def convert(
        self, value: str, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """Refuse what cannot name a run."""
        if value != LAST and not value.isdecimal():
            self.fail(f"{value!r} is no run: give its number, or {LAST}", param, ctx)
        return value

    @override
    def offers(
        self, backend: Backend, incomplete: str, context: click.Context
    ) -> list[CompletionItem]:
        """Numbers of runs, the newest first."""
        found = [CompletionItem(LAST)] + [
            CompletionItem(str(each.number), help=each.script)
            for each in runs(backend, MAX_SHOWN)
        ]
        return [each for each in found if each.value.startswith(incomplete)]


RUN: Final = RunType()


def chosen_run(backend: Backend, text: str) -> Run:
    """Find a run.

    Raises:
        UnknownHashError: if the server knows none of this number, or none at all.
    """
    found = last_run(backend) if text == LAST else run(backend, int(text))
    if found is not None:
        return found
    if text == LAST:
        raise UnknownHashError("the server knows no run: start one with funsies run SCRIPT")
    raise UnknownHashError(f"the server knows no run {text}; give another number, or last")
