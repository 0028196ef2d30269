"""Where a step runs: the environment and the working directory of this process."""

from __future__ import annotations

import os
import threading
import time
import weakref
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from .settings import Setting

TURNS: Final = threading.RLock()
"""Held by who is in a fresh directory: all threads of a process share one directory."""


class Place:
    """The environment and the working directory, as they are now."""

    def __init__(self) -> None:
        self._directory = os.open(".", os.O_RDONLY)
        self._close = weakref.finalize(self, os.close, self._directory)
        self._environ = os.environ
        self._environment = dict(environment_now())

    def restore(self) -> bool:
        """Put both back, the directory unless it is gone; False if that is not possible."""
        with suppress(OSError):
            os.fchdir(self._directory)
        os.environ = self._environ  # noqa: B003 - where a step has put another mapping
        try:
            if environment_now() != self._environment:
                os.environb.clear()
                os.environb.update(self._environment)
        except Exception:  # noqa: BLE001 - a step may have put anything into its place
            return False
        return True

    def close(self) -> None:
        """Let the directory go."""
        self._close()


def environment_now() -> Mapping[bytes, bytes]:
    """The environment.

    The mapping inside of ``os.environ`` is taken where there is one: looking at it as a whole
    is 200 times as fast as reading it name by name, and done for each step.
    """
    inside: Mapping[bytes, bytes] = getattr(os.environ, "_data", os.environb)
    return inside


def _clock() -> tuple[object, ...]:
    return time.tzname, time.timezone, time.altzone


TIME_ZONE: Final = Setting(_clock, lambda _: time.tzset())
"""What the C library made of ``TZ``; to be restored after the environment."""
