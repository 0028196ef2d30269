"""What is done about a server that is away, and what is said of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

logger: Final = logging.getLogger("funsies")

MENTIONED_SECONDS: Final = 3.0
"""A server that is away for so long is mentioned."""

Rescue = Callable[[], bool]
"""Sees to it that a server runs; True if it had to be started, and is there again."""

_rescues: dict[str, Rescue] = {}


@contextmanager
def rescued(url: str, rescue: Rescue) -> Iterator[None]:
    """Have a server of this process's own started again when it is away.

    It is a matter of the whole process: whatever thread or session notices it first.

    Args:
        url: address of the server.
        rescue: called whenever a call cannot reach it.
    """
    _rescues[url] = rescue
    try:
        yield
    finally:
        _rescues.pop(url, None)


class Outage:
    """The time during which one call does not reach its server.

    Args:
        url: address of the server.
        shown_url: the same for people.
        max_seconds: how long the call tries.
    """

    def __init__(self, url: str, shown_url: str, max_seconds: float) -> None:
        self._url = url
        self._shown_url = shown_url
        self._max_seconds = max_seconds
        self._began_at = time.monotonic()
        self._is_mentioned = False

    @property
    def is_over(self) -> bool:
        """True if it has taken too long."""
        return time.monotonic() - self._began_at >= self._max_seconds

    def face(self) -> bool:
        """Do something about it, or say that it is waited for; True if the server is back."""
        if self._is_rescued():
            self._began_at = time.monotonic()
            return True
        self._mention(time.monotonic() - self._began_at)
        return False

    def _is_rescued(self) -> bool:
        rescue = _rescues.pop(self._url, None)  # what it calls must not call it
        if rescue is None:
            return False
        try:
            return rescue()
        finally:
            _rescues[self._url] = rescue

    def _mention(self, seconds: float) -> None:
        if self._is_mentioned or not MENTIONED_SECONDS <= seconds < self._max_seconds:
            return
        self._is_mentioned = True
        logger.warning(
            "the server at %s has not answered for %.0f seconds; waiting for it, at most %.0f "
            "seconds",
            self._shown_url,
            seconds,
            self._max_seconds,
        )
