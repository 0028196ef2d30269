"""``funsies wait``: wait for the server, or for results; other commands wait as it does."""

from __future__ import annotations

import functools
import time
from collections.abc import Iterable, Sequence

import click

from funsies.client.progress import reported
from funsies.client.stored_step import read_value
from funsies.client.waiting import Waiting
from funsies.core.digest import Digest
from funsies.core.errors import Error, NoServerError, WaitTimeoutError
from funsies.history.labels import NO_LABELS
from funsies.history.step_names import labels_here
from funsies.report.errors import summarize_errors
from funsies.report.failures import FailedTarget
from funsies.report.live.display import display_of
from funsies.session import Session
from funsies.store.connect import Backend
from funsies.store.graph_reader import known_step
from funsies.store.rows import Generation, Status

from .completion import STEP
from .exits import Exit
from .named import Named, look_up_all, states_of
from .notes import note
from .option_types import SECONDS
from .outcome import tell_volatile
from .output import print_states
from .server_wait import await_server
from .setting import Setting, check


@click.command()
@click.argument("hashes", nargs=-1, metavar="[HASH]...", type=STEP)
@click.option("--timeout", "-t", type=SECONDS, help="Wait at most this many seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print states as JSON.")
@click.pass_obj
def wait(
    setting: Setting, *, hashes: tuple[str, ...], timeout: float | None, as_json: bool
) -> int:
    r"""Wait until results are finished; without HASH, until the server answers.

    What nobody has asked for yet is waited for, too: another program may ask for it.
    Exit codes: 1 if a result is an error, 4 if it takes longer than --timeout.

    \b
    Example:
      funsies wait --timeout 60 3f2a9
    """
    begun, started = time.time(), time.monotonic()
    _wait_for_server(setting, timeout)
    remaining = None if timeout is None else timeout - (time.monotonic() - started)
    with setting.session(is_patient=True) as session:
        named = look_up_all(session.backend, hashes)
        wait_for_results(session, named, remaining)
        if as_json:
            print_states(session.backend, named)
        return report_errors(session.backend, named, begun)


def _wait_for_server(setting: Setting, timeout: float | None) -> None:
    try:
        await_server(setting.resolve, check, timeout)
    except NoServerError as problem:
        raise WaitTimeoutError(f"not in time: {problem}") from problem


def wait_for_results(
    session: Session, named: Sequence[Named], timeout_seconds: float | None = None
) -> None:
    """Block until everything named is finished, whoever asks for it; show how far it is.

    Raises:
        WaitTimeoutError: if it takes longer.
    """
    states = states_of(session.backend, named)
    own = functools.partial(_who_wants, session.backend, list(states))
    with reported(display_of(session.backend, own).shown(), session.backend.graph) as report:
        Waiting(session, list(states), for_others=True).wait(timeout_seconds, report)


def _who_wants(backend: Backend, steps: Sequence[Digest]) -> set[Generation]:
    """Who has asked for what is waited for."""
    states = backend.graph.states(steps)
    return {generation for state in states for generation in state.wanted_by}


def report_errors(backend: Backend, named: Sequence[Named], begun: float) -> Exit:
    """Explain in short what ended as an error, or is volatile.

    Args:
        backend: where it is.
        named: what was waited for.
        begun: since when, seconds since 1970: errors that are older are remembered ones.

    Returns:
        The exit code that follows from it.
    """
    errors = list(errors_among(backend, named))
    steps = list(states_of(backend, named))
    labels = labels_here(backend, steps) if errors else NO_LABELS
    failed = (
        FailedTarget(each.digest.hex(), error, labels.of(each.producer))
        for each, error in errors
        if each.producer is not None
    )
    for line in summarize_errors(failed, labels, begun=begun):
        note(line)
    spoilt = tell_volatile(backend, steps)
    return Exit.RESULT_IS_ERROR if errors else spoilt


def errors_among(backend: Backend, named: Sequence[Named]) -> Iterable[tuple[Named, Error]]:
    """The errors among finished results."""
    states = states_of(backend, named)
    for each in named:
        if each.producer is None or states[each.producer].status is not Status.FAILED:
            continue
        state = states[each.producer]
        index = each.artefact.index if each.artefact else None
        for position, result in enumerate(state.results):
            if not result.ok and index in {None, position}:
                output = known_step(backend.graph, each.producer).outputs[position]
                yield each, read_value(backend, output).failure()
                break
