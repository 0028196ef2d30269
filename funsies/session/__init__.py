"""A connection to a server, and what a program does with it."""

from __future__ import annotations

from .current import NoSessionError, current_session, hold_everywhere, session_in_force
from .fun import Fun, backend_at_hand, options, recorded
from .session import NO_REDIS, Session
from .told import open_stores, session_opened, tell_missing, value_missing

__all__ = [
    "NO_REDIS",
    "Fun",
    "NoSessionError",
    "Session",
    "backend_at_hand",
    "current_session",
    "hold_everywhere",
    "open_stores",
    "options",
    "recorded",
    "session_in_force",
    "session_opened",
    "tell_missing",
    "value_missing",
]
