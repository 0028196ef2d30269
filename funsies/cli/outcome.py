"""What a command says of results in the end: numbers, values, failures, what is volatile."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from funsies.client.volatile import losses_below, remedy, shown
from funsies.core.digest import Digest
from funsies.core.errors import ErrorKind
from funsies.history.closing import Ending
from funsies.history.labels import NO_LABELS
from funsies.history.outcomes import CACHED, UNFINISHED
from funsies.history.runs import Outcome
from funsies.history.step_names import labels_here
from funsies.report.errors import summarize_causes
from funsies.report.failures import FailedTarget, causes_of
from funsies.report.numbers import counted, shown_seconds
from funsies.report.results import ResultView, result_lines, results_of
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.rows import Status
from funsies.store.rows.run_rows import StepCounts, sum_of

from .exits import Exit
from .notes import note


def conclude(
    backend: Backend, ending: Ending, program: str, *, shows_results: bool = False
) -> Exit:
    """Say what a run came to, as it is written down.

    Args:
        backend: where its steps are.
        ending: how it ended.
        program: script and arguments, as they are typed.
        shows_results: True prints the beginnings of the values, too.

    Returns:
        Whether a target is an error, or volatile.
    """
    _tell_numbers(ending)
    has_failed = any(step.error is not None for step in ending.steps)
    is_naming = shows_results or has_failed
    labels = labels_here(backend, ending.targets) if is_naming else NO_LABELS
    views = list(results_of(backend, ending.targets, labels))
    if shows_results:
        _tell_lines(result_lines(views))
    causes = causes_of(backend, ending.steps, _errors(views))
    if any(cause.error.kind is ErrorKind.Cancelled for cause in causes):
        note("cancelled, by `funsies cancel` or by the program: run it again to go on")
    told = [cause for cause in causes if cause.error.kind is not ErrorKind.Cancelled]
    _tell_lines(summarize_causes(told, labels))
    if any(cause.error.is_remembered for cause in told):
        note(
            "errors of steps are kept, as values are; to have failed steps run again: "
            f"funsies run --retry-failed {program}, or "
            "funsies reset --failed"
        )
    spoilt = tell_volatile(backend, ending.targets)
    return Exit.RESULT_IS_ERROR if any(view.error is not None for view in views) else spoilt


def _tell_numbers(ending: Ending) -> None:
    sums, took = sum_of(ending.counts.values()), shown_seconds(ending.seconds)
    has_run = any(
        step.is_new and step.outcome not in {CACHED, UNFINISHED} for step in ending.steps
    )
    if has_run or sums.failed or sums.skipped or sums.unfinished:
        _print_counts(ending.counts)
    number, cached = f"run {ending.number}", f"{counted(sums.cached, 'step')} cached"
    ended = f"{number}: {ending.outcome} after {took}"
    if sums.unfinished:
        note(f"{ended}; not finished: {counted(sums.unfinished, 'step')}")
    elif has_run:
        note(ended)
    elif ending.outcome is Outcome.DONE:
        note(f"{number}: nothing to do: {cached} ({took})")
    else:
        errors = f"{counted(sums.failed, 'error')} of earlier runs"
        found = [*([cached] if sums.cached else []), *([errors] if sums.failed else [])]
        note(f"{ended}; nothing was run: {', '.join(found)}")


def _print_counts(counts: Mapping[str, StepCounts]) -> None:
    # Late: where nothing has run, Rich is not needed, which takes a while to import.
    from funsies.report.console import make_console  # noqa: PLC0415
    from funsies.report.runs import counts_table  # noqa: PLC0415

    make_console().print(counts_table(counts))


def _tell_lines(lines: Sequence[str]) -> None:
    for line in lines:
        note(line)


def _errors(views: Sequence[ResultView]) -> Iterator[FailedTarget]:
    for view in views:
        if view.error is not None:
            yield FailedTarget(view.artefact, view.error, view.name)


def tell_volatile(backend: Backend, operations: Sequence[Digest]) -> Exit:
    """Say which of the operations have values that are volatile.

    Returns:
        The exit code that follows from it.
    """
    done = [
        digest
        for batch in batches(operations)
        for digest, state in zip(batch, backend.graph.states(batch), strict=True)
        if state.status is Status.DONE and state.volatile
    ]
    if not done:
        return Exit.OK
    losses = losses_below(backend.graph, done)
    note(
        f"volatile: {counted(len(done), 'result')}, computed from a failure of the machinery "
        f"({shown(losses)}), and not remembered; {remedy(losses)}"
    )
    return Exit.VOLATILE
