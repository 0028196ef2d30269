"""Values of options and arguments that several commands take, checked where they are read."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Final

import click
from typing_extensions import override

from funsies.core.errors import OptionError
from funsies.core.options import LONGEST, check_queue, is_plain

if TYPE_CHECKING:
    _Text = click.ParamType[str]
    _Number = click.ParamType[float]
else:
    _Text = _Number = click.ParamType  # generic since click 8.4 only

MOST_WORKERS: Final = 1000
"""Of one pool: more is a slip, and would bring the machine to its knees."""


class _Queue(_Text):
    """Name of a queue."""

    name = "queue"

    @override
    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        try:
            return check_queue(value)
        except OptionError as problem:
            self.fail(str(problem), param, ctx)


class _WorkerName(_Text):
    """Name of a worker."""

    name = "name"

    @override
    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> str:
        name = str(value)
        if not 0 < len(name) <= LONGEST or not is_plain(name):
            self.fail(
                f"a worker's name has 1 to {LONGEST} characters, none of them blank", param, ctx
            )
        return name


class Seconds(_Number):
    """A finite number of seconds.

    Args:
        is_open: True refuses 0.
    """

    name = "seconds"

    def __init__(self, *, is_open: bool = False) -> None:
        self._is_open = is_open

    @override
    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> float:
        try:
            seconds = float(str(value))
        except ValueError:
            seconds = math.nan
        if not math.isfinite(seconds) or seconds < 0 or (self._is_open and not seconds):
            least = "above 0" if self._is_open else "from 0 on"
            self.fail(
                f"{str(value)!r} is no number of seconds {least}; "
                "leave the option out for no limit",
                param,
                ctx,
            )
        return seconds


QUEUE: Final = _Queue()
WORKER_NAME: Final = _WorkerName()
SECONDS: Final = Seconds()
WALLTIME: Final = Seconds(is_open=True)
