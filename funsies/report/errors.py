"""An error explained: what, where, why, and how to look further."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from funsies.client.remedies import since
from funsies.core.cutting import cut_lines, printable
from funsies.core.digest import short_hash
from funsies.core.errors import Error, ErrorKind
from funsies.core.terminal_text import as_plain_text
from funsies.history.labels import NO_LABELS, Labels

from .failures import Cause, Causes, FailedTarget, gist
from .numbers import counted
from .step import InputView

TAIL_LINES: Final = 12
SHOWN_ERRORS: Final = 5
NAMED_ERRORS: Final = 50
SHOWN_NAMES: Final = 4
SHOWN_GIST: Final = 100


def describe_error(
    error: Error, inputs: Sequence[InputView] = (), labels: Labels = NO_LABELS
) -> list[str]:
    """Explain an error in full.

    Args:
        error: what stands in the place of a value.
        inputs: of the step that failed first.
        labels: what steps are called.
    """
    facts = facts_of(error, labels).items()
    lines = [headline(error, labels), *(f"  {name:<11} {value}" for name, value in facts)]
    if error.details:
        lines += ["", cut_lines(as_plain_text(error.details).rstrip("\n"))]
    if inputs:
        lines += ["", "inputs of the failed step:"]
        width = max(len(view.name) for view in inputs)
        lines += [f"  {view.name:<{width}}  {view.shown}" for view in inputs]
    return lines


def summarize_causes(causes: Sequence[Cause], labels: Labels = NO_LABELS) -> list[str]:
    """Explain in short why steps failed, the first in full: for the end of a run."""
    lines = [line for cause in causes[:SHOWN_ERRORS] for line in _summary(cause, labels)]
    lines += [_one_line(cause, labels) for cause in causes[SHOWN_ERRORS:NAMED_ERRORS]]
    more = len(causes) - NAMED_ERRORS
    return [*lines, *([f"... and {counted(more, 'more error')}"] if more > 0 else [])]


def summarize_errors(
    targets: Iterable[FailedTarget], labels: Labels = NO_LABELS, *, begun: float = 0.0
) -> list[str]:
    """The same for what was asked for.

    Args:
        targets: with errors in their places.
        labels: what steps are called.
        begun: when they were asked for, seconds since 1970: errors that are older are said to
            be remembered.
    """
    causes = Causes()
    for target in targets:
        failed_at = target.error.failed_at
        causes.add_target(target, is_old=failed_at is not None and failed_at < begun)
    return summarize_causes(list(causes), labels)


def _one_line(cause: Cause, labels: Labels) -> str:
    steps = f" ({counted(len(cause.steps), 'step')})" if len(cause.steps) > 1 else ""
    said = gist(cause.error, SHOWN_GIST)
    shown = f"{headline(cause.error, labels)}{steps}{said and f': {said}'}"
    return f"error: {shown}; look further: funsies cat {_any_hash(cause)}"


def _summary(cause: Cause, labels: Labels) -> list[str]:
    error = cause.error
    details = cut_lines(as_plain_text(error.details).rstrip("\n")).splitlines()
    above = len(details) - TAIL_LINES
    return [
        f"error: {headline(error, labels)}",
        *([f"    ... {above} lines above"] if above > 0 else []),
        *(f"    {line}" for line in details[-TAIL_LINES:]),
        *_steps(list(cause.steps), labels),
        *_targets(cause, labels),
        *_memory(cause),
        f"  look further: funsies cat {_any_hash(cause)}",
    ]


def _steps(hashes: list[str], labels: Labels) -> list[str]:
    """The steps that failed in the same way, if it is not just one."""
    if len(hashes) <= 1:
        return []
    names = [_named(each, labels) for each in hashes]
    return [f"  {counted(len(names), 'step')} failed in this way: {_first(names)}"]


def _targets(cause: Cause, labels: Labels) -> list[str]:
    """What was asked for and has the error in its place, but for the steps themselves."""
    own = {labels.of_hash(each) for each in cause.steps}
    named = ((target, name) for target, name in cause.targets.items() if name not in own)
    names = [name or short_hash(target) for target, name in named]
    return [f"  in the place of {_first(names)}"] if names else []


def _memory(cause: Cause) -> list[str]:
    """Whether the steps are run again next time, if that is worth a line."""
    error, hashes = cause.error, [short_hash(each) for each in cause.steps]
    if error.is_infrastructure and error.source is not None:
        return ["  not remembered: the next run tries it again"]
    if not cause.is_old or not error.is_remembered:
        return []
    reset = f"funsies reset {' '.join(hashes)}"
    them = "it" if len(hashes) == 1 else "them"
    remedy = f"; to have {them} run: {reset}" if len(hashes) <= SHOWN_NAMES else ""
    return [f"  remembered since {since(error)}, and not run again{remedy}"]


def _any_hash(cause: Cause) -> str:
    """Where it happened first: the hash that the headline has, too."""
    found = cause.error.source or next(iter(cause.targets), "")
    return short_hash(found)


def _first(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN_NAMES} more" if len(names) > SHOWN_NAMES else ""
    return ", ".join(names[:SHOWN_NAMES]) + more


def _named(text: str, labels: Labels) -> str:
    label = labels.of_hash(text)
    return f"{label} {short_hash(text)}" if label else short_hash(text)


def headline(error: Error, labels: Labels = NO_LABELS) -> str:
    """Say in one line what went wrong and in which step."""
    exception = f" ({error.exception})" if error.exception else ""
    if error.source is None:
        return f"{error.kind.value}{exception}"
    step = labels.of_hash(error.source) or printable(error.task or "")
    where = f"{step} {short_hash(error.source)}".lstrip()
    return f"{error.kind.value}{exception} in {where}"


def facts_of(error: Error, labels: Labels = NO_LABELS) -> dict[str, str]:
    """What is known of an error besides its text, as far as it is."""
    label = labels.of_hash(error.source)
    facts = {
        "kind": error.kind.value,
        "source": error.source,
        "task": error.task and printable(error.task),
        "step": None if label == error.task else label,
        "exit code": error.exit_code,
        "signal": error.signal,
        "host": error.host,
        "worker": error.worker,
        "attempts": error.attempts if error.attempts != 1 else None,
        "peak memory": error.peak_memory_bytes and f"{error.peak_memory_bytes:,} bytes",
        "failed at": since(error) if error.failed_at is not None else None,
        "remembered": _remembered(error),
    }
    return {name: str(value) for name, value in facts.items() if value is not None}


def _remembered(error: Error) -> str | None:
    """Whether executing again runs the step again."""
    if error.is_infrastructure and (error.source or error.kind is ErrorKind.Cancelled):
        return "no: the next execute runs it again"
    if error.source is None:
        return None
    return f"yes; to run it again: funsies reset {short_hash(error.source)}"
