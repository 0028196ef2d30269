"""What a program is told to do about an error."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from funsies.core.digest import Digest, short_hash
from funsies.core.errors import (
    Error,
    ErrorKind,
)
from funsies.session import Session

OWN_REMEDY: Final = frozenset(
    {
        ErrorKind.NotFound,
        ErrorKind.NotEvaluated,
        ErrorKind.DataMissing,
        ErrorKind.DataCorrupted,
    }
)
"""Errors that say themselves what to do."""


def since(error: Error) -> str:
    """When a step failed, in local time.

    >>> len(since(Error(kind=ErrorKind.CommandFailed, failed_at=1.8e9)))
    19
    """
    moment = datetime.fromtimestamp(error.failed_at or 0).astimezone()
    return moment.strftime("%Y-%m-%d %H:%M:%S")


def advice_on_error(session: Session, error: Error) -> str:
    """What to say of an error that this session has not computed, or that is volatile."""
    if error.is_infrastructure and error.kind not in OWN_REMEDY and error.source is not None:
        return (
            "This error is volatile: it says nothing about the step, and is not remembered. "
            "Executing again runs the step again"
        )
    if not error.is_remembered or error.source is None or _is_new(session, error.source):
        return ""
    return (
        f"This error is remembered since {since(error)}: executing again does not run the step "
        f"again. To have it run: reset() it, or funsies reset {short_hash(error.source)}, or "
        "funsies run --retry-failed"
    )


def _is_new(session: Session, source: str) -> bool:
    """True if the step was run for a request of this session."""
    asked = session.requested.values()
    state = session.backend.graph.states([Digest(bytes.fromhex(source))])[0]
    return bool(asked) and state.generation >= min(asked)
