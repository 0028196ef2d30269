"""An error explained: what, where, why, and how to look further."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from funsies.client.remembered import SHORT_HASH, since
from funsies.core.cutting import cut_lines, printable
from funsies.core.errors import Error

from .failures import Cause, Causes
from .numbers import counted
from .step import InputView

TAIL_LINES: Final = 12
SHOWN_ERRORS: Final = 5
NAMED_ERRORS: Final = 50
SHOWN_HASHES: Final = 4


def describe_error(error: Error, inputs: Sequence[InputView] = ()) -> list[str]:
    """Explain an error in full.

    Args:
        error: what stands in the place of a value.
        inputs: of the step that failed first.
    """
    lines = [headline(error), *_facts(error)]
    if error.details:
        lines += ["", cut_lines(error.details.rstrip("\n"))]
    if inputs:
        lines += ["", "inputs of the failed step:"]
        width = max(len(view.name) for view in inputs)
        lines += [f"  {view.name:<{width}}  {view.shown}" for view in inputs]
    return lines


def summarize_causes(causes: Sequence[Cause]) -> list[str]:
    """Explain in short why steps failed, the first in full: for the end of a run."""
    lines = [line for cause in causes[:SHOWN_ERRORS] for line in _summary(cause)]
    lines += [_one_line(cause) for cause in causes[SHOWN_ERRORS:NAMED_ERRORS]]
    more = len(causes) - NAMED_ERRORS
    return [*lines, *([f"... and {counted(more, 'more error')}"] if more > 0 else [])]


def summarize_errors(errors: Iterable[tuple[str, Error]]) -> list[str]:
    """The same for what was asked for: its hash, and the error in its place."""
    causes = Causes()
    for target, error in errors:
        causes.add_target(target, error)
    return summarize_causes(list(causes))


def _one_line(cause: Cause) -> str:
    steps = f" ({counted(len(cause.steps), 'step')})" if len(cause.steps) > 1 else ""
    return (
        f"error: {headline(cause.error)}{steps}; look further: funsies cat {_any_hash(cause)}"
    )


def _summary(cause: Cause) -> list[str]:
    error = cause.error
    details = cut_lines(error.details.rstrip("\n")).splitlines()
    above = len(details) - TAIL_LINES
    return [
        f"error: {headline(error)}",
        *([f"    ... {above} lines above"] if above > 0 else []),
        *(f"    {line}" for line in details[-TAIL_LINES:]),
        *_steps(list(cause.steps)),
        *([f"  in the place of {_hashes(list(cause.targets))}"] if cause.targets else []),
        *_memory(error, is_old=cause.is_old),
        f"  look further: funsies cat {_any_hash(cause)}",
    ]


def _steps(hashes: list[str]) -> list[str]:
    """The steps that failed in the same way, if it is not just one."""
    if len(hashes) <= 1:
        return []
    return [f"  {counted(len(hashes), 'step')} failed in this way: {_hashes(hashes)}"]


def _memory(error: Error, *, is_old: bool) -> list[str]:
    """Whether the step is run again next time, if that is worth a line."""
    if error.is_infrastructure and error.source is not None:
        return ["  not remembered: the next run tries it again"]
    if not is_old or not error.is_remembered:
        return []
    reset = f"funsies reset {(error.source or '')[:SHORT_HASH]}"
    return [f"  remembered since {since(error)}, and not run again; to have it run: {reset}"]


def _any_hash(cause: Cause) -> str:
    return next(iter([*cause.targets, *cause.steps]), "HASH")[:SHORT_HASH]


def _hashes(hashes: Sequence[str]) -> str:
    more = f" and {len(hashes) - SHOWN_HASHES} more" if len(hashes) > SHOWN_HASHES else ""
    shown = ", ".join(each[:SHORT_HASH] for each in hashes[:SHOWN_HASHES])
    return f"{shown}{more}"


def headline(error: Error) -> str:
    """Say in one line what went wrong and in which step."""
    exception = f" ({error.exception})" if error.exception else ""
    if error.source is None:
        return f"{error.kind.value}{exception}"
    step = f"{printable(error.task)} " if error.task else ""
    return f"{error.kind.value}{exception} in {step}{error.source[:SHORT_HASH]}"


def _facts(error: Error) -> list[str]:
    facts = {
        "kind": error.kind.value,
        "source": error.source,
        "task": error.task and printable(error.task),
        "exit code": error.exit_code,
        "signal": error.signal,
        "host": error.host,
        "worker": error.worker,
        "attempts": error.attempts if error.attempts != 1 else None,
        "peak memory": error.peak_memory_bytes and f"{error.peak_memory_bytes:,} bytes",
        "failed at": since(error) if error.failed_at is not None else None,
        "remembered": _remembered(error),
    }
    return [f"  {name:<11} {value}" for name, value in facts.items() if value is not None]


def _remembered(error: Error) -> str | None:
    """Whether executing again runs the step again."""
    if error.source is None:
        return None
    if error.is_infrastructure:
        return "no: the next execute runs it again"
    return f"yes; to run it again: funsies reset {error.source[:SHORT_HASH]}"
