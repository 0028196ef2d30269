"""``funsies why``: what made steps run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from itertools import islice

import click

from funsies.client.by_name import only_step
from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.core.errors import UnknownHashError
from funsies.history.called import labels_here
from funsies.history.labels import NO_LABELS, Labels
from funsies.history.why import Ran, Reasons, reasons, with_values
from funsies.history.why.last import run_that_ran
from funsies.report.console import data_console
from funsies.report.numbers import counted
from funsies.report.why import (
    MOST_GROUPS,
    group_as_json,
    group_lines,
    reason_as_json,
    reason_lines,
    summary_line,
    told_of,
)
from funsies.store.connect import Backend

from .completion import STEP
from .exits import Exit
from .named import look_up
from .output import print_json
from .run_choice import LAST, find_run, run_option
from .say import note
from .setting import Setting


@click.command()
@click.argument("step", required=False, metavar="[STEP]", type=STEP)
@run_option
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, without limit.")
@click.pass_obj
def why(setting: Setting, *, step: str | None, run_id: str | None, as_json: bool) -> int:
    r"""Say what made a step run: code, inputs, libraries, and who had it forgotten.

    STEP is a hash, a label or the name of a task. It is compared with the same step of the
    newest earlier run which had it, and so are all that it depends on. Without STEP all steps
    of the run are told of, those together that ran for the same reason.

    \b
    Example:
      funsies why
      funsies why 3f2a9
      funsies why align --run 4
    """
    with setting.session() as session:
        backend = session.backend
        run = find_run(backend, run_id or LAST)
        found = reasons(backend, run, names_steps=step is not None)
        if step is None:
            print_groups(backend, found, as_json=as_json)
            return Exit.OK
        chosen = chosen_step(backend, found, step)
        if run_id is None:
            found = _where_it_ran(backend, found, chosen)
        if chosen not in found.steps:
            raise UnknownHashError(
                f"step {short_hash(chosen)} is not in run {found.run}; name one that has it by "
                "--run"
            )
        print_reason(backend, found, chosen, as_json=as_json)
    return Exit.OK


def _where_it_ran(backend: Backend, found: Reasons, step: Digest) -> Reasons:
    """The same of an earlier run, if the step did not run in the last one, but in that."""
    reason = found.steps.get(step)
    if reason is not None and reason.ran is not Ran.CACHED:
        return found
    run = run_that_ran(backend, step)
    if run is None or run.number == found.run:
        return found
    earlier = reasons(backend, run)
    if step not in earlier.steps:
        return found
    if reason is not None:
        note(f"in run {found.run} its result was there; it ran in run {run.number}")
    return earlier


def chosen_step(backend: Backend, found: Reasons, text: str) -> Digest:
    """The step that a text names: a label, the name of a task, or a hash.

    Raises:
        UnknownHashError: if it names nothing, or several steps.
    """
    texts = {step: each.label for step, each in found.steps.items()}
    labels = Labels(texts, {step: each.task for step, each in found.steps.items()})
    named = labels.find(text)
    return only_step(named, labels, text) if named else step_named(backend, text)


def step_named(backend: Backend, text: str) -> Digest:
    """The step that a hash or a label names, or whose output it names.

    Raises:
        UnknownHashError: if there is none.
    """
    return look_up(backend, text).step


def print_reason(backend: Backend, found: Reasons, step: Digest, *, as_json: bool) -> None:
    """Print why one step ran, down to the roots."""
    told = told_of(backend, found, step)
    if as_json:
        print_json(reason_as_json(told, step))
        return
    console = data_console()
    for line in reason_lines(told, step):
        console.print(line)


def with_labels(backend: Backend, found: Reasons, steps: Collection[Digest]) -> Reasons:
    """Call some steps by their labels, where only the names of their tasks are known."""
    labels = labels_here(backend, steps) if steps else NO_LABELS
    called = {
        each: replace(found.steps[each], label=labels.of(each))
        for each in steps
        if each in labels.names
    }
    return replace(found, steps={**found.steps, **called})


def print_groups(
    backend: Backend, found: Reasons, *, as_json: bool, **facts: Mapping[str, object]
) -> None:
    """Print all steps that ran, those together that ran for the same reasons.

    Args:
        backend: where they are.
        found: why they ran.
        as_json: True for JSON.
        facts: what else that is to say.
    """
    groups = found.groups
    told = (
        replace(each, roots=with_values(backend, each.roots))
        for each in islice(groups, None if as_json else MOST_GROUPS)
    )
    if as_json:
        counts = {each.value: number for each, number in found.counts().items()}
        shown = [group_as_json(each) for each in told]
        gone = dict(found.gone)
        print_json({"run": found.run, "counts": counts, "groups": shown, "gone": gone, **facts})
        return
    console = data_console()
    console.print(summary_line(found))
    lonely = [each.steps[0] for each in groups[:MOST_GROUPS] if len(each.steps) == 1]
    found = with_labels(backend, found, lonely)
    for group in told:
        for line in group_lines(group, found):
            console.print(line)
    for task, number in found.gone.items():
        console.print(f"{counted(number, 'step')} of {printable(task)} not there any more")
    if len(groups) > MOST_GROUPS:
        note(f"{len(groups) - MOST_GROUPS:,} other groups are not shown; all: --json")
