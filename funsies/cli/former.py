"""Options that funsies 0.8 had: whoever gives one reads what to write in its place."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from .setting import LOG_LEVELS

if TYPE_CHECKING:
    _Choice = click.Choice[str]
else:
    _Choice = click.Choice  # generic since 8.2


class LogLevel(_Choice):
    """What ``--log`` takes: once the name of a file."""

    def __init__(self) -> None:
        super().__init__(LOG_LEVELS, case_sensitive=False)

    def convert(
        self, value: Any, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        """The level; of anything else it is said how to log into a file."""
        try:
            return super().convert(value, param, ctx)
        except click.BadParameter as problem:
            hint = f"to log into a file: funsies --log info ... 2> {value}"
            self.fail(f"{problem.message.rstrip('.')}; {hint}", param, ctx)


def _refused(context: click.Context, option: click.Parameter, value: str | None) -> None:
    if value is not None:
        from funsies.core.former_names import told  # noqa: PLC0415 - seldom needed

        raise click.UsageError(told(str(option.opts[0]), EDITS[option.opts[0]]), context)


CommandT = TypeVar("CommandT", bound=Callable[..., object])
EDITS: Final = {"--rq-log-level": "write funsies --log LEVEL worker"}


def rq_log_level(command: CommandT) -> CommandT:
    """Decorate ``funsies worker``."""
    option = click.option("--rq-log-level", hidden=True, expose_value=False, callback=_refused)
    return option(command)
