"""What a program is told that its steps are called."""

from __future__ import annotations

from collections.abc import Sequence

from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.core.errors import (
    Error,
)
from funsies.core.noted_labels import note_label
from funsies.history.labels import NO_LABELS, Labels
from funsies.history.step_names import Naming
from funsies.session import Session, session_in_force
from funsies.store.connect import Backend


def labels_for(session: Session, steps: Sequence[Digest]) -> Labels:
    """What steps are called; nothing if there is no server to ask."""
    try:
        return session.naming.labels(steps)
    except Exception:  # noqa: BLE001  (what is to be told of them is more important)
        return NO_LABELS


def labels_at_hand(backend: Backend, steps: Sequence[Digest]) -> Labels:
    """The same for what was read through a connection, that of the session if there is one."""
    session = session_in_force()
    if session is not None and session.backend is backend:
        return labels_for(session, steps)
    try:
        return Naming(backend).labels(steps)
    except Exception:  # noqa: BLE001  (as above)
        return NO_LABELS


def note_step_of(session: Session, error: Error) -> Error:
    """Take note of what the step is called whose error it is, for all who show it later."""
    if error.source is not None:
        step = Digest(bytes.fromhex(error.source))
        label = labels_for(session, [step]).texts.get(step)
        if label is not None:
            note_label(error.source, label)
    return error


def named_step(step: Digest, labels: Labels, task: str = "") -> str:
    """What a step is called, and the beginning of its hash."""
    hash_ = short_hash(step)
    name = labels.of(step, printable(task))
    return hash_ if name == hash_ else f"{name} {hash_}"
