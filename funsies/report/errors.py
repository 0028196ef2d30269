"""An error explained: what, where, why, and how to look further."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from funsies.core.errors import Error

from .step import InputView

SHORT_HASH: Final = 10
TAIL_LINES: Final = 12


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


def summarize_error(error: Error, target: str) -> list[str]:
    """Explain an error in short: for the end of a run.

    Args:
        error: what stands in the place of a value.
        target: hash of the artefact that was asked for.
    """
    details = error.details.rstrip("\n").splitlines()
    left_out = [f"    ... {len(details) - TAIL_LINES} lines above"] * (
        len(details) > TAIL_LINES
    )
    return [
        f"{target[:SHORT_HASH]}: {headline(error)}",
        *left_out,
        *(f"    {line}" for line in details[-TAIL_LINES:]),
        f"  look further: funsies cat {target[:SHORT_HASH]}",
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
