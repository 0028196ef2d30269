"""``funsies reset``: forget results."""

from __future__ import annotations

from collections.abc import Sequence

import click

from funsies.client.forgetting import forget
from funsies.core.digest import Digest
from funsies.core.errors import UnknownHashError
from funsies.history.outcomes import FAILED, SKIPPED
from funsies.report.listing import ListedStep, list_steps
from funsies.report.numbers import counted
from funsies.session import Session
from funsies.store.connect import Backend

from .completion import STEP
from .exits import Exit
from .named import look_up_all, steps_among
from .notes import note
from .setting import Setting


@click.command()
@click.argument("hashes", nargs=-1, metavar="{HASH... | --failed [TASK...]}", type=STEP)
@click.option("--failed", is_flag=True, help="Of all steps that failed, or those of a TASK.")
@click.option("--only", is_flag=True, help="Keep the results of steps that depend on these.")
@click.pass_obj
def reset(setting: Setting, *, hashes: tuple[str, ...], failed: bool, only: bool) -> int:
    r"""Forget the results of steps, and of everything that depends on them.

    The next execute computes them again. With --failed these are all steps that failed, or
    those whose task has one of the names.

    \b
    Example:
      funsies reset 3f2a9
      funsies reset --failed
      funsies reset --failed simulate
    """
    if not hashes and not failed:
        raise click.UsageError("name the hashes of steps, or give --failed")
    with setting.session() as session:
        if failed:
            return _forget_failed(session.backend, hashes, recursive=not only)
        return _forget_named(session, hashes, recursive=not only)


def _forget_named(session: Session, hashes: Sequence[str], *, recursive: bool) -> int:
    named = look_up_all(session.backend, hashes)
    producers = steps_among(named)
    number = forget(session.backend.graph, producers, recursive=recursive)
    note(f"forgot the results of {counted(number, 'step')}")
    return Exit.OK


def _forget_failed(backend: Backend, names: Sequence[str], *, recursive: bool) -> int:
    steps = list_steps(backend, names)
    for name in set(names) - {step.task for step in steps}:
        raise UnknownHashError(f"no step has a task of the name {name!r}; see: funsies ls")
    failed = [step for step in steps if step.status == FAILED]
    addresses = [Digest(bytes.fromhex(step.operation)) for step in failed]
    number = forget(backend.graph, addresses, recursive=recursive)
    note(_what_was_forgotten(failed, number) if failed else _nothing_failed(steps))
    return Exit.OK


def _what_was_forgotten(failed: Sequence[ListedStep], number: int) -> str:
    tasks = ", ".join(sorted({step.task for step in failed}))
    others = number - len(failed)
    verb = "depends" if others == 1 else "depend"
    depend = f", and of {counted(others, 'step')} that {verb} on them" if others > 0 else ""
    return (
        f"forgot the errors of {counted(len(failed), 'step')} ({tasks}){depend}; "
        "the next execute, or funsies run, runs them again"
    )


def _nothing_failed(steps: Sequence[ListedStep]) -> str:
    skipped = sum(step.status == SKIPPED for step in steps)
    if not skipped:
        return "nothing to forget: no such step has failed"
    return (
        f"nothing to forget: {counted(skipped, 'step')} had an error among the inputs and did "
        "not run; to forget what failed first: funsies reset --failed"
    )
