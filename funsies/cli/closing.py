"""What ``funsies run`` says at its end, however that came: numbers, results, failures."""

from __future__ import annotations

from collections.abc import Sequence

from funsies.core.digest import Digest
from funsies.core.errors import ErrorKind
from funsies.history.called import labels_here
from funsies.history.labels import NO_LABELS
from funsies.report.console import make_console
from funsies.report.errors import summarize_causes
from funsies.report.failures import causes_of
from funsies.report.numbers import counted, shown_seconds
from funsies.report.results import ResultView, result_lines, results_of
from funsies.report.run_steps import CACHED, UNFINISHED, RunStep, Scope, steps_of
from funsies.report.summary import TaskSummary, summarize, total
from funsies.report.table import closing_table
from funsies.store.connect import Backend

from .exits import Exit
from .say import note
from .spoilt import tell_volatile


def conclude(
    backend: Backend,
    scope: Scope,
    targets: Sequence[Digest],
    seconds: float,
    *,
    shows_results: bool = False,
) -> Exit:
    """Say what a run came to.

    Args:
        backend: where its steps are.
        scope: what the run is about.
        targets: steps that were asked for.
        seconds: how long the run took.
        shows_results: True prints the beginnings of the values, too.

    Returns:
        Whether a target is an error, or volatile.
    """
    steps = list(steps_of(backend, scope))
    _tell_numbers(steps, summarize(steps), shown_seconds(seconds))
    has_failed = any(step.error is not None for step in steps)
    labels = (
        labels_here(backend, targets)
        if targets and (shows_results or has_failed)
        else NO_LABELS
    )
    views = list(results_of(backend, targets, labels))
    if shows_results:
        _tell_results(views)
    errors = [(view.artefact, view.error) for view in views if view.error is not None]
    causes = causes_of(backend, steps, errors)
    if any(cause.error.kind is ErrorKind.Cancelled for cause in causes):
        note("cancelled, by `funsies cancel` or by the program: run it again to go on")
    causes = [cause for cause in causes if cause.error.kind is not ErrorKind.Cancelled]
    for line in summarize_causes(causes, labels):
        note(line)
    if any(cause.error.is_remembered for cause in causes):
        note(
            "errors of steps are kept, as values are; to have failed steps run again: "
            "funsies run --retry-failed, funsies reset HASH, or funsies reset --failed"
        )
    spoilt = tell_volatile(backend, targets)
    return Exit.RESULT_IS_ERROR if errors else spoilt


def _tell_numbers(steps: Sequence[RunStep], lines: Sequence[TaskSummary], shown: str) -> None:
    sums = total(lines)
    has_run = any(step.is_new and step.outcome not in {CACHED, UNFINISHED} for step in steps)
    if has_run or sums.failed or sums.skipped or sums.unfinished:
        make_console().print(closing_table(lines))
    if sums.unfinished:
        note(f"ended after {shown}; not finished: {counted(sums.unfinished, 'step')}")
    elif has_run:
        note(f"finished in {shown}")
    elif sums.failed:
        errors = f"{counted(sums.failed, 'error')} of earlier runs"
        note(f"nothing was run: {counted(sums.cached, 'step')} cached, {errors} ({shown})")
    else:
        note(f"nothing to do: {counted(sums.cached, 'step')} cached ({shown})")


def _tell_results(views: Sequence[ResultView]) -> None:
    lines = result_lines(views)
    if lines:
        note("results (print one with: funsies cat HASH)")
    for line in lines:
        note(line)
