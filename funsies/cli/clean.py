"""``funsies clean``: drop what is queued, or forget everything."""

from __future__ import annotations

import click

from funsies.config.directory import Directory
from funsies.core.digest import content_digest
from funsies.core.errors import Error, ErrorKind, encode_error
from funsies.engine.drain import drain
from funsies.engine.names import new_slot
from funsies.local.pool import running_pools, stop_pools
from funsies.report.numbers import counted
from funsies.run.decision import Decision, Publish
from funsies.session import Session
from funsies.store.rows import Claim, Completion, Result

from .exits import Exit
from .say import note
from .setting import Setting
from .shutdown import stop_workers

_LEASE_MS = 60_000


@click.command()
@click.option("--all", "everything", is_flag=True, help="Forget all results and definitions.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.pass_obj
def clean(setting: Setting, *, everything: bool, yes: bool) -> int:
    r"""Stop the workers, and drop everything that is queued. Results stay.

    What was asked for and is not finished becomes an error of the kind Cancelled, which is not
    remembered: the next execute computes it. With --all, all results are forgotten, too.

    \b
    Example:
      funsies clean
      funsies clean --all --yes
    """
    with setting.session(is_patient=True) as session:
        if everything and not yes:
            click.confirm(f"Forget everything on {session.server.shown}?", abort=True, err=True)
        _stop_all_workers(session)
        if everything:
            session.backend.graph.clear()
            note("everything is forgotten")
        else:
            note(f"dropped {counted(_cancel_ready(session), 'step')} and what waited for them")
    return Exit.OK


def _stop_all_workers(session: Session) -> None:
    if session.server.directory is not None:
        stop_pools(list(running_pools(Directory(session.server.directory))), at_once=True)
    stop_workers(session.server, at_once=True)


def _cancel_ready(session: Session) -> int:
    """Claim everything that is ready, in place of the workers, and end it."""
    graph = session.backend.graph
    cancelled = 0
    while queues := [queue for queue, number in graph.queues().items() if number]:
        published = sum(
            drain(graph, _Canceller(), new_slot(), queue, lease_ms=_LEASE_MS).published
            for queue in queues
        )
        cancelled += published
        if not published:
            break
    return cancelled


class _Canceller:
    """Ends operations instead of running them."""

    def evaluate(self, claim: Claim) -> Decision:
        operation = claim.operation
        details = "dropped by funsies clean; execute it again"
        error = Error(
            kind=ErrorKind.Cancelled,
            source=operation.digest.hex(),
            task=operation.task_name,
            details=details,
        )
        data = encode_error(error)
        content = content_digest(data)
        result = Result(ok=False, content=content, large=False, size_bytes=len(data))
        return Publish(
            Completion(
                operation.digest,
                claim.fence,
                (result,) * len(operation.outputs),
                contents=((content, data),),
                volatile=True,
            )
        )
