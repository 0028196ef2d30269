"""``funsies wait``: wait for the server, or for results."""

from __future__ import annotations

import time

import click

from funsies.core.errors import NoServerError, WaitTimeoutError

from .awaiting_server import await_server
from .completion import STEP
from .named import look_up_all
from .output import print_states
from .setting import Setting, check
from .values import SECONDS
from .waiting import report_errors, wait_for_results


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
