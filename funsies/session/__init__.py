"""A connection to a server, and what a program does with it."""

from __future__ import annotations

from .fun import Fun, backend_at_hand, options, recorded
from .session import (
    NO_REDIS,
    NoSessionError,
    Session,
    current_session,
    hold_everywhere,
    open_stores,
    session_in_force,
    session_opened,
    tell_missing,
    value_missing,
)

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
