"""What a failed shell step printed, where that is no result of it: kept as its log."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from funsies.core.errors import Error

from .shell_outcome import ShellOutcome
from .surroundings.streams import MAX_LOG_BYTES

MAX_STREAM_BYTES: Final = MAX_LOG_BYTES // 2
"""Of each stream, the last bytes that are kept: a long one must not push out the other."""


def with_log(outcome: ShellOutcome, streams: Path) -> ShellOutcome:
    """Add the ends of the streams in whose places there are errors.

    Args:
        outcome: of a step.
        streams: directory with all that its commands have printed.
    """
    log = b"".join(_tail(path) for path in _lost(outcome, streams))
    return dataclasses.replace(outcome, log=log[-MAX_LOG_BYTES:])


def _lost(outcome: ShellOutcome, streams: Path) -> Iterator[Path]:
    """Files with what was printed and is not among the results."""
    for output in outcome.outputs:
        stream, _, number = output.name.partition(":")
        path = streams / f"{stream}-{number}"
        if isinstance(output.value, Error) and stream in {"stdout", "stderr"} and path.exists():
            yield path


def _tail(path: Path) -> bytes:
    with path.open("rb") as file:
        size_bytes = file.seek(0, os.SEEK_END)
        file.seek(max(0, size_bytes - MAX_STREAM_BYTES))
        return file.read()
