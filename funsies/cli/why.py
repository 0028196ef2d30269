"""``funsies why`` and ``funsies diff``: what made steps run, and how runs or steps differ."""

from __future__ import annotations

import re
import shlex
from dataclasses import replace
from typing import Any, Final

import click

from funsies.client.lookup import only_step
from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.core.errors import UnknownHashError
from funsies.history.closure import read_closure
from funsies.history.runs import run, steps_of_run
from funsies.history.why import Ran, Reasons, compare, labels_among, reasons
from funsies.history.why.reruns import run_that_ran
from funsies.report.console import data_console
from funsies.report.numbers import counted
from funsies.report.runs import changed_versions
from funsies.report.why import (
    group_lines,
    group_values,
    groups_as_json,
    reason_as_json,
    reason_lines,
    summary_line,
    told_groups,
    told_of,
)
from funsies.store.connect import Backend

from .completion import STEP
from .exits import Exit
from .named import look_up
from .notes import note, notice_if_slow
from .output import print_json
from .run_choice import LAST, find_run, may_be_run, run_option
from .setting import Setting

_HASH: Final = re.compile("[0-9a-fA-F]{5,64}")


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
        with notice_if_slow(f"comparing the steps of run {run.number} with those before"):
            found = reasons(backend, run, for_groups=step is None)
        if step is None:
            if as_json:
                print_json(groups_with_values(backend, found))
            else:
                print_groups(backend, found)
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
    if _HASH.fullmatch(text) and text not in {each.task for each in found.steps.values()}:
        begun = [each for each in found.steps if each.hex().startswith(text.lower())]
        if len(begun) == 1:
            return begun[0]
    labels = labels_among(backend, found)
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


def print_groups(backend: Backend, found: Reasons) -> None:
    """Print all steps that ran, those together that ran for the same reasons."""
    groups, others, found = told_groups(backend, found)
    console = data_console()
    console.print(summary_line(found))
    for group in groups:
        for line in group_lines(group, found):
            console.print(line)
    for task, number in found.gone.items():
        console.print(f"{counted(number, 'step')} of {printable(task)} not there any more")
    if others:
        note(f"{others:,} other groups are not shown; all: --json")


def groups_with_values(backend: Backend, found: Reasons) -> dict[str, Any]:
    """The same as JSON, without limit."""
    return groups_as_json(found, group_values(backend, found.groups))


_SHORTEST_HASH: Final = 5


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("before", type=STEP)
@click.argument("after", type=STEP)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, without limit.")
@click.pass_obj
def diff(setting: Setting, *, before: str, after: str, as_json: bool) -> int:
    r"""Say how two runs or two steps differ: in code, inputs, libraries, down to the roots.

    BEFORE and AFTER are two runs (numbers, last, or -1 for the one before the last), or two
    steps: hashes or labels.

    \b
    Example:
      funsies diff 3 4
      funsies diff -1 last
      funsies diff 3f2a9 81c0e
    """
    with setting.session() as session:
        backend = session.backend
        if _are_runs(backend, before, after):
            _diff_runs(backend, before, after, as_json=as_json)
        else:
            _diff_steps(backend, before, after, as_json=as_json)
    return Exit.OK


def _are_runs(backend: Backend, before: str, after: str) -> bool:
    """True if runs are meant, False if steps are.

    Raises:
        UsageError: if one is a run and the other one is none.
    """
    one, other = _is_run(backend, before), _is_run(backend, after)
    if one != other:
        named, step = (before, after) if one else (after, before)
        raise click.UsageError(
            f"{named} is a run, and {step!r} is none: give two runs or two steps; what made a "
            f"step run is said by: funsies why {shlex.quote(step)} --run {named}"
        )
    return one


def _is_run(backend: Backend, name: str) -> bool:
    """True if a run is meant: a longer hash may have only decimal digits, too."""
    is_long = name.isdecimal() and len(name) >= _SHORTEST_HASH
    return may_be_run(name) and (not is_long or run(backend, int(name)) is not None)


def _diff_runs(backend: Backend, before: str, after: str, *, as_json: bool) -> None:
    one, other = find_run(backend, before), find_run(backend, after)
    with notice_if_slow(f"comparing run {one.number} with run {other.number}"):
        old, new = steps_of_run(backend, one), steps_of_run(backend, other)
        found = compare(backend, old, new, for_groups=True)
    versions = changed_versions(one, other)
    if as_json:
        runs = {"before": one.number, "after": other.number, "versions": versions}
        print_json(runs | groups_with_values(backend, found))
        return
    for name, (was, is_now) in versions.items():
        click.echo(f"{printable(name)}: {printable(was)} -> {printable(is_now)}")
    print_groups(backend, found)


def _diff_steps(backend: Backend, before: str, after: str, *, as_json: bool) -> None:
    old, new = step_named(backend, before), step_named(backend, after)
    one, other = read_closure(backend, [old]), read_closure(backend, [new])
    found = compare(backend, one, other, {new: old})
    found = replace(found, closure=read_closure(backend, [old, new]))  # named among both
    print_reason(backend, found, new, as_json=as_json)
