"""``funsies diff``: how two runs, or two steps, differ."""

from __future__ import annotations

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
from .run_choice import find_run, may_be_run
from .setting import Setting
from .why import print_groups, print_reason, step_named, with_labels

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


def _are_runs(backend: Backend, *names: str) -> bool:
    """True if runs are meant: a longer hash may have only decimal digits, too."""
    if not all(map(may_be_run, names)):
        return False
    long = [each for each in names if each.isdecimal() and len(each) >= _SHORTEST_HASH]
    return all(run(backend, int(each)) is not None for each in long)


def _diff_runs(backend: Backend, before: str, after: str, *, as_json: bool) -> None:
    one, other = find_run(backend, before), find_run(backend, after)
    old, new = steps_of_run(backend, one), steps_of_run(backend, other)
    versions = changed_versions(one, other)
    if not as_json:
        for name, (was, is_now) in versions.items():
            click.echo(f"{printable(name)}: {printable(was)} -> {printable(is_now)}")
    print_groups(backend, compare(backend, old, new), as_json=as_json, versions=versions)


def _diff_steps(backend: Backend, before: str, after: str, *, as_json: bool) -> None:
    old, new = step_named(backend, before), step_named(backend, after)
    one, other = read_closure(backend, [old]), read_closure(backend, [new])
    found = compare(backend, one, other, {new: old})
    called = with_labels(backend, found, found.steps.keys())
    print_reason(backend, called, new, as_json=as_json)
