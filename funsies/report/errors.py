"""An error explained: what, where, why, and how to look further."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from funsies.core.errors import Error

from .numbers import counted
from .step import InputView

SHORT_HASH: Final = 10
TAIL_LINES: Final = 12
SHOWN_ERRORS: Final = 5
SHOWN_HASHES: Final = 4


def describe_error(error: Error, inputs: Sequence[InputView] = ()) -> list[str]:
    """Explain an error in full.

    Args:
        error: what stands in the place of a value.
        inputs: of the step that failed first.
    """
    lines = [headline(error), *_facts(error)]
    if error.details:
        lines += ["", error.details.rstrip("\n")]
    if inputs:
        lines += ["", "inputs of the failed step:"]
        width = max(len(view.name) for view in inputs)
        lines += [f"  {view.name:<{width}}  {view.shown}" for view in inputs]
    return lines


def summarize_errors(errors: Sequence[tuple[str, Error]]) -> list[str]:
    """Explain errors in short, equal ones together: for the end of a run.

    Args:
        errors: hash of what was asked for, and the error in its place.
    """
    targets: dict[Error, list[str]] = {}
    for target, error in errors:
        targets.setdefault(error, []).append(target[:SHORT_HASH])
    lines = [
        line
        for error, hashes in list(targets.items())[:SHOWN_ERRORS]
        for line in _summary(error, hashes)
    ]
    more = len(targets) - SHOWN_ERRORS
    return [*lines, *([f"... and {counted(more, 'more error')}"] if more > 0 else [])]


def _summary(error: Error, hashes: Sequence[str]) -> list[str]:
    details = error.details.rstrip("\n").splitlines()
    above = len(details) - TAIL_LINES
    others = f" and {len(hashes) - SHOWN_HASHES} more" if len(hashes) > SHOWN_HASHES else ""
    return [
        f"error: {headline(error)}",
        *([f"    ... {above} lines above"] if above > 0 else []),
        *(f"    {line}" for line in details[-TAIL_LINES:]),
        f"  in the place of {', '.join(hashes[:SHOWN_HASHES])}{others}",
        f"  look further: funsies cat {hashes[0]}",
    ]


def headline(error: Error) -> str:
    """Say in one line what went wrong and in which step."""
    exception = f" ({error.exception})" if error.exception else ""
    if error.source is None:
        return f"{error.kind.value}{exception}"
    step = f"{error.task} " if error.task else ""
    return f"{error.kind.value}{exception} in {step}{error.source[:SHORT_HASH]}"


def _facts(error: Error) -> list[str]:
    facts = {
        "kind": error.kind.value,
        "source": error.source,
        "task": error.task,
        "exit code": error.exit_code,
        "signal": error.signal,
        "host": error.host,
        "worker": error.worker,
        "attempts": error.attempts if error.attempts != 1 else None,
        "peak memory": error.peak_memory_bytes and f"{error.peak_memory_bytes:,} bytes",
    }
    return [f"  {name:<11} {value}" for name, value in facts.items() if value is not None]
