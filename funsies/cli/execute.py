"""``funsies execute``: ask for results of a graph that a script has written."""

from __future__ import annotations

import shlex
import time

import click

from funsies.client.execution import execute as ask
from funsies.client.lookup import stored_artefact
from funsies.core.options import DEFAULT_QUEUE, Options
from funsies.report.numbers import counted
from funsies.session import Session
from funsies.store.graph_reader import known_step

from .completion import STEP
from .exits import Exit
from .named import Named, look_up_all, states_of
from .notes import FAILED_ARE_KEPT, note
from .option_types import QUEUE, SECONDS
from .output import print_states
from .setting import Setting
from .wait import errors_among, report_errors, wait_for_results


@click.command()
@click.argument("hashes", nargs=-1, required=True, metavar="HASH...", type=STEP)
@click.option(
    "--queue", type=QUEUE, default=DEFAULT_QUEUE, help="Queue to run on.  [default: default]"
)
@click.option("--wait", "-w", is_flag=True, help="Wait until it is finished.")
@click.option("--timeout", "-t", type=SECONDS, help="Wait at most this many seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print states as JSON.")
@click.pass_obj
def execute(
    setting: Setting,
    *,
    hashes: tuple[str, ...],
    queue: str,
    wait: bool,
    timeout: float | None,
    as_json: bool,
) -> int:
    r"""Ask workers to compute results, with everything that they need.

    HASH is any unique prefix of the hash of an artefact or of a step. It returns at once, as
    in funsies 0.8; with --wait it returns when everything is finished. What is there already
    is not computed again.

    \b
    Example:
      funsies execute --wait 3f2a9 b04c1
    """
    begun = time.time()
    with setting.session(is_patient=True) as session:
        named = look_up_all(session.backend, hashes)
        asked = _ask(session, named, Options(queue=queue))
        note(f"{counted(asked, 'step')} asked for" if asked else "everything is there already")
        if not asked and any(errors_among(session.backend, named)):
            note("it is an error, or has one in it: " + FAILED_ARE_KEPT)
        code = Exit.OK
        if wait or timeout is not None:
            wait_for_results(session, named, timeout)
            code = report_errors(session.backend, named, begun)
        elif asked:
            note(f"wait for the end with: funsies wait {shlex.join(hashes)}")
        if as_json:
            print_states(session.backend, named)
    return code


def _ask(session: Session, named: list[Named], options: Options) -> int:
    """Ask for what is named; return the number of steps that are to be run.

    What is under way already stays as it is: whoever asked for it knows its options.
    """
    states = states_of(session.backend, named)
    idle = [digest for digest, state in states.items() if not state.status.is_pending]
    if not idle:  # a request for nothing would be a run in which nothing is
        return len(states)
    outputs = [known_step(session.backend.graph, each).outputs[0] for each in idle]
    artefacts = [stored_artefact(session.backend, each) for each in outputs]
    handle = ask(*artefacts, connection=session, options=options)
    return len(handle.operations) + len(states) - len(idle)
