"""Which session holds where: that of the block, or that of the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import Final

from funsies.builder.context import (
    IN_A_STEP,
    BuildContext,
    build_everywhere,
    current_context,
    is_in_step,
)
from funsies.core.errors import FunsiesError, WiringError

from .session import NO_REDIS, Session

OUTSIDE: Final = "needs a server: do it inside `with Fun(): ...`"


class NoSessionError(FunsiesError):
    """There is no connection here: do this inside ``with Fun(): ...``."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} {IN_A_STEP if is_in_step() else OUTSIDE}")


_current: ContextVar[Session] = ContextVar("funsies_session")
_of_program: Final[list[Session]] = []
"""The session that holds wherever no other does."""


def current_session(what: str, connection: Session | None = None) -> Session:
    """The session that is given, or that of this thread or asyncio task.

    Args:
        what: who asks, for the message.
        connection: what the user gave.

    Raises:
        NoSessionError: outside of ``Fun``.
        WiringError: if something else was given.
    """
    _check_session(connection, what)
    session = connection or session_in_force()
    if session is None:
        raise NoSessionError(what)
    return session


def session_in_force() -> Session | None:
    """The session of this thread or asyncio task, or that of the program; none in a step."""
    found = _current.get(None)
    if found is not None:
        return found
    return _of_program[0] if _of_program and not is_in_step() else None


def hold_everywhere(session: Session | None, chosen: BuildContext | None = None) -> None:
    """Have a session hold wherever no other does, in all threads and asyncio tasks.

    Args:
        session: None for none again.
        chosen: how to build there.
    """
    _of_program[:] = [] if session is None else [session]
    build_everywhere(chosen)


@contextmanager
def entered(session: Session, chosen: BuildContext) -> Iterator[Session]:
    """Make a session the current one."""
    session_token = _current.set(session)
    build_token = current_context.set(replace(chosen, record=session.record))
    try:
        yield session
    finally:
        current_context.reset(build_token)
        _current.reset(session_token)


def _check_session(connection: object, what: str) -> None:
    if connection is not None and not isinstance(connection, Session):
        given = type(connection).__name__
        raise WiringError(
            f"connection= of {what} is the session that Fun() gives, not {given}; {NO_REDIS}"
        )
