"""``funsies diff``: how two runs, or two steps, differ."""

from __future__ import annotations

import shlex
from dataclasses import replace
from typing import Final

import click

from funsies.core.cutting import printable
from funsies.history.closure import read_closure
from funsies.history.runs import run, steps_of_run
from funsies.history.why import compare
from funsies.report.runs import changed_versions
from funsies.store.connect import Backend

from .completion import STEP
from .exits import Exit
from .output import print_json
from .patience import patience
from .run_choice import find_run, may_be_run
from .setting import Setting
from .why import groups_with_values, print_groups, print_reason, step_named

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
    with patience(f"comparing run {one.number} with run {other.number}"):
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
