"""What the shell completes: hashes by their first digits, labels, and names of tasks."""

from __future__ import annotations

from contextlib import redirect_stderr
from io import StringIO
from typing import TYPE_CHECKING, Final

import click
from click.shell_completion import CompletionItem
from typing_extensions import override

from funsies.core.digest import SHORT_HASH_DIGITS

from .setting import Setting

if TYPE_CHECKING:
    from funsies.store.connect import Backend
    from funsies.store.rows import OperationRow

    _ParamType = click.ParamType[str]
else:
    _ParamType = click.ParamType  # generic since click 8.4 only

MAX_SHOWN: Final = 50
"""More than these are not offered: one more digit, and there are fewer."""


class Stored(_ParamType):
    """Something that the server knows. Without a server, nothing is offered."""

    def offers(
        self, backend: Backend, incomplete: str, context: click.Context
    ) -> list[CompletionItem]:
        """What begins with the given text.

        Args:
            backend: where to look.
            incomplete: what was typed so far.
            context: the command that is typed, with the arguments before this one.
        """
        raise NotImplementedError

    @override
    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Ask the server that the options given so far name."""
        options = ctx.find_root().params
        setting = Setting(options.get("jobs"), options.get("data"))
        with redirect_stderr(StringIO()):
            try:
                with setting.session(awaits_loading=False) as session:
                    return self.offers(session.backend, incomplete, ctx)
            except Exception:  # noqa: BLE001 - a message in the middle of typing helps nobody
                return []


class StepType(Stored):
    """A prefix of a hash, or the label of a step."""

    name = "step"

    @override
    def offers(
        self, backend: Backend, incomplete: str, context: click.Context
    ) -> list[CompletionItem]:
        """Labels that begin so; and hashes, with what they are of, after the first digit."""
        hashes = _hashes(backend, incomplete.lower())
        return [*hashes, *(CompletionItem(each) for each in _labels(backend, incomplete))]


def _hashes(backend: Backend, wanted: str) -> list[CompletionItem]:
    if not wanted or set(wanted) - set("0123456789abcdef"):
        return []
    found = backend.graph.find(wanted, MAX_SHOWN + 1)
    if len(found) > MAX_SHOWN:
        return []
    digits = max(SHORT_HASH_DIGITS, len(wanted) + 1)
    steps = [each.digest for each in found if each.is_operation]
    rows = dict(zip(steps, backend.graph.operations(steps), strict=True))
    return [
        CompletionItem(each.digest.hex()[:digits], help=_described(rows.get(each.digest)))
        for each in found
    ]


def _labels(backend: Backend, incomplete: str) -> list[str]:
    """Labels; of too many the first and the last, which begin alike as far as all do."""
    from funsies.history.step_names import all_labels  # noqa: PLC0415 - not needed for --help

    found: list[str] = []
    for labels in all_labels(backend):
        found = sorted(each for each in labels.texts.values() if each.startswith(incomplete))
        if found:
            break
    return found if len(found) <= MAX_SHOWN else [*found[: MAX_SHOWN - 1], found[-1]]


def _described(row: OperationRow | None) -> str:
    return "value" if row is None else f"step {row.task_name}"


class TaskNameType(Stored):
    """Name of a task."""

    name = "name"

    @override
    def offers(
        self, backend: Backend, incomplete: str, context: click.Context
    ) -> list[CompletionItem]:
        """Names that are counted."""
        names = sorted(backend.graph.counts())
        return [CompletionItem(each) for each in names if each.startswith(incomplete)]


class ParametricNameType(Stored):
    """Name of a committed workflow."""

    name = "name"

    @override
    def offers(
        self, backend: Backend, incomplete: str, context: click.Context
    ) -> list[CompletionItem]:
        """Names that something was committed under."""
        from funsies.parametric import list_parametric  # noqa: PLC0415 - not needed for --help

        names = [each.name for each in list_parametric(backend)]
        return [CompletionItem(each) for each in names if each.startswith(incomplete)]


class ParametricInputType(Stored):
    """``KEY=VALUE`` for an input of the committed workflow named before."""

    name = "key=value"

    @override
    def offers(
        self, backend: Backend, incomplete: str, context: click.Context
    ) -> list[CompletionItem]:
        """Names of inputs, with their types."""
        from funsies.parametric import find_parametric  # noqa: PLC0415 - as above

        record = find_parametric(backend, context.params["name"])
        return [
            CompletionItem(f"{key}=", help=slot.type_name)
            for key, slot in sorted(record.inp.items())
            if f"{key}=".startswith(incomplete)
        ]


STEP: Final = StepType()
TASK: Final = TaskNameType()
PARAMETRIC: Final = ParametricNameType()
PARAMETRIC_INPUT: Final = ParametricInputType()
