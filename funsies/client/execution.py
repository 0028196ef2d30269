"""``execute`` and ``wait_for``: asking for results, and waiting for them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from contextlib import nullcontext

from funsies.builder.context import options_in_force
from funsies.core.errors import WiringError
from funsies.core.former_names import former_keywords
from funsies.core.options import Options
from funsies.core.own_options import takes_no_options
from funsies.session import Session, current_session
from funsies.store.rows import Status

from .forgetting import retry_failed
from .handle import Handle
from .progress import reported, watching
from .requests import ask_again, serving
from .step_labels import labels_for, named_step
from .targets import Target, Targets, collect
from .waiting import Waiting


def _runs_here(targets: Targets, stored_options: Options) -> bool:
    """True if a target is to be run by this process."""
    found_here = bool(targets.stored) and not stored_options.distributed
    built = targets.built.values()
    return found_here or any(not operation.options.distributed for operation in built)


@takes_no_options
def execute(
    *outputs: Target, connection: Session | None = None, options: Options | None = None
) -> Handle:
    """Ask for results: workers compute them, with everything they need.

    It returns at once, unless the steps are to be run in this process (a ``memory://`` server,
    or ``options(distributed=False)``). What is there already is not computed again.

    Args:
        outputs: artefacts, shell outputs, or lists of them.
        connection: a session; None for that of the enclosing ``Fun``.
        options: how to run steps that another program defined, found with :func:`get`; None
            for the defaults of the enclosing ``Fun``.

    Returns:
        A handle, to wait for the results or to cancel them.

    Raises:
        WiringError: if something is not an artefact.
        NoServerError: if the server does not answer.
        WrongKeyError: if what runs there is signed with a key that this program does not have.

    >>> with Fun(Server("memory://")):
    ...     total = reduce(sum, [3, 2])
    ...     _ = execute(total)
    ...     take(total)
    5
    """
    session = current_session("execute()", connection)
    targets, chosen = collect(outputs), options_in_force(options)
    is_local = session.backend.is_in_process or _runs_here(targets, chosen)
    session.agree_on_keys()
    retry_failed(session, targets)
    session.asked |= dict.fromkeys(targets.digests)  # also if the request is interrupted
    with serving(session.backend) if is_local else nullcontext():
        handle = Handle(session, targets, chosen, is_local=is_local)
        handle.note_request()
        if is_local:
            session.recorder.stand_aside()
        else:
            session.recorder.look()
        handle.run_here()
    return handle


@takes_no_options
@former_keywords(thing="give it by position")
def wait_for(
    *things: Target, timeout: float | None = None, connection: Session | None = None
) -> None:
    """Block until artefacts have a value or an error, whichever program executes them.

    What nobody has asked for yet is waited for, too, since another program may do that at any
    time; after some seconds a warning says so.

    Args:
        things: artefacts, shell outputs, or lists of them.
        timeout: how long to wait at most, seconds; None for as long as it takes.
        connection: a session; None for that of the enclosing ``Fun``.

    Raises:
        WaitTimeoutError: if it takes longer; the execution goes on.
        WiringError: if something was never executed, and is on a ``memory://`` server, where no
            other program can.
        StateLostError: if the server has lost what was asked for.

    >>> with Fun(Server("memory://")):
    ...     step = shell("printf hello")
    ...     _ = execute(step)
    ...     wait_for(step, timeout=60)
    ...     take(step.stdout)
    b'hello'
    """
    _refuse_number(things)
    session = current_session("wait_for()", connection)
    targets = collect(things)
    if session.backend.is_in_process:
        _refuse_idle(session, targets)
    else:
        session.save()  # others can only ask for what is there
    with reported(watching(session, None), session.backend.graph) as report:
        again = functools.partial(ask_again, session, targets) if session.keeps_asking else None
        Waiting(session, targets.digests, again, for_others=True).wait(timeout, report)


def _refuse_idle(session: Session, targets: Targets) -> None:
    """Refuse to wait where nobody else can see to what is waited for."""
    states = session.backend.graph.states(list(targets.digests))
    for digest, state in zip(targets.digests, states, strict=True):
        if state.status is Status.IDLE:
            built = targets.built.get(digest)  # the server knows nothing of it as a rule
            task = "" if built is None else built.task.name
            name = named_step(digest, labels_for(session, [digest]), task)
            raise WiringError(f"{name} is not being executed: use execute() first")


def _refuse_number(things: Sequence[object]) -> None:
    """Refuse what looks like a timeout: any number of things may be waited for."""
    for thing in things:
        if thing is None or isinstance(thing, (int, float)):
            raise WiringError(f"wait_for(..., {thing!r}): write timeout={thing!r}")
