"""Asking the server for results, and waking those who compute them."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from contextlib import suppress

from funsies.session import Session
from funsies.store.rows import QueueName
from funsies.store.submission import LOCAL_PREFIX, submit

from .targets import Targets


def arm(session: Session, queues: Sequence[QueueName]) -> None:
    """See to it that workers of these queues wake up."""
    served = [queue for queue in queues if not queue.startswith(LOCAL_PREFIX)]
    if not served or session.backend.is_in_process:
        return
    # Late: RQ takes long to import.
    from funsies.engine.arming import arm_queues  # noqa: PLC0415
    from funsies.store.server_retry import SERVER_TROUBLE  # noqa: PLC0415

    with suppress(*SERVER_TROUBLE):  # workers look for work by themselves at each tick
        arm_queues(session.server, session.backend.graph, served)


def ask_again(session: Session, targets: Targets) -> None:
    """Ask for results once more that this program has asked for, and the server has lost.

    Args:
        session: where.
        targets: what to ask for.
    """
    submission = submit(
        session.backend,
        tuple(targets.built.values()),
        tuple(targets.stored),
        generation=session.new_request(targets.operations),
        arm=functools.partial(arm, session),
    )
    session.note_requested(submission)
    session.on_request()
