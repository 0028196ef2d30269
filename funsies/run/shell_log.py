"""What a failed shell step printed, where that is no result of it: kept as its log."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Final

from funsies.core.errors import Error

from .printed import Printed, Stream
from .shell_outcome import ShellOutcome
from .surroundings.streams import MAX_LOG_BYTES

MAX_STREAM_BYTES: Final = MAX_LOG_BYTES // 2
"""Of each stream, the last bytes that are kept: a long one must not push out the other."""


def with_log(outcome: ShellOutcome, printed: Printed) -> ShellOutcome:
    """Add the ends of the streams in whose places there are errors.

    Args:
        outcome: of a step.
        printed: all that its commands have printed.
    """
    log = b"".join(stream.tail(MAX_STREAM_BYTES) for stream in _lost(outcome, printed))
    return dataclasses.replace(outcome, log=log[-MAX_LOG_BYTES:]) if log else outcome


def _lost(outcome: ShellOutcome, printed: Printed) -> Iterator[Stream]:
    """What was printed and is not among the results."""
    failed = {each.name for each in outcome.outputs if isinstance(each.value, Error)}
    if not failed:
        return
    for stream in printed.streams:
        if stream.name.replace("-", ":") in failed and not stream.is_lost:
            yield stream
