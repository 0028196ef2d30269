"""Asking a server again while it is away; what it refuses becomes an error of funsies.

Whatever is asked of a server goes through here: it ends in a value, a :class:`NoServerError` or
a :class:`ServerError`. This is the one place where failures of the client library are read.
"""

from __future__ import annotations

import logging
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, NoReturn, TypeVar

import msgspec
import redis.exceptions

from funsies.core.errors import NoServerError, ServerError

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

    def begin(self) -> None:
        """Count from now on."""
        self._began_at = time.monotonic()

    @property
    def is_over(self) -> bool:
        """True if it has taken too long."""
        return time.monotonic() - self._began_at >= self._max_seconds

    def face(self) -> bool:
        """Do something about it, or say that it is waited for; True if the server is back."""
        if self._is_rescued():
            self.begin()
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


T = TypeVar("T")

MAX_OUTAGE_SECONDS: Final = 60.0
LEAST_OUTAGE_SECONDS: Final = 0.2
"""So long everybody tries: that a connection was cut says nothing of the server."""

LONGEST_PAUSE_SECONDS: Final = 1.0
FIRST_PAUSE_SECONDS: Final = 0.02

PASSING: Final = ("BUSY ", "TRYAGAIN", "CLUSTERDOWN", "MASTERDOWN", "LOADING")
"""Beginnings of error messages of a server that will answer soon."""

SERVER_TROUBLE: Final = (redis.exceptions.RedisError, NoServerError, ServerError, OSError)
"""A server that is away, full, or loading its data; a worker reports it, waits and survives."""

REFUSED: Final = (redis.exceptions.AuthenticationError, redis.exceptions.AuthorizationError)


class WrongTypeError(ServerError):
    """A key of the server is of another type than what funsies writes there."""


class ServerRetry(msgspec.Struct, frozen=True):
    """Asks a server again, with pauses, while it is away.

    Args:
        url: address of the server.
        place: the same for people, without a password.
        max_outage_seconds: how long a call tries to reach it.
    """

    url: str
    place: str
    max_outage_seconds: float = MAX_OUTAGE_SECONDS

    def __repr__(self) -> str:
        """Show the address without its password."""
        return f"ServerRetry({self.place!r})"

    def __call__(self, act: Callable[[], T], max_outage_seconds: float | None = None) -> T:
        """Do something with the server, and do it again while the server is away.

        Args:
            act: safe to repeat; it may have reached the server although it failed.
            max_outage_seconds: how long this call tries, if not as long as others.

        Raises:
            NoServerError: if no server answers in that time.
            ServerError: if the server refuses the password or the command, or is full.
        """
        most = self.max_outage_seconds if max_outage_seconds is None else max_outage_seconds
        outage, pause = Outage(self.url, self.place, max(most, LEAST_OUTAGE_SECONDS)), 0.0
        while True:
            try:
                return act()
            except (redis.exceptions.RedisError, ConnectionError) as problem:
                if not pause and not isinstance(problem, redis.exceptions.TimeoutError):
                    outage.begin()  # before that the machine was busy, and no server away
                self._face(outage, problem)
            time.sleep(pause * random.uniform(0.5, 1.0))  # noqa: S311 - spreads the load
            pause = min(max(2 * pause, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)

    def _face(self, outage: Outage, problem: Exception) -> None:
        if isinstance(problem, NoServerError):  # what was asked has gone through here itself
            raise problem
        if not is_passing(problem):
            self._refuse(problem)
        if not outage.face() and outage.is_over:
            raise NoServerError.at(
                self.place,
                f"no server answers at {self.place} ({_first_line(problem)}); "
                "start one with start-funsies, have `funsies run` do so, or name another with "
                "--jobs or FUNSIES_JOBS",
            ) from None

    def _refuse(self, problem: Exception) -> NoReturn:
        if isinstance(problem, REFUSED) or "NOAUTH" in str(problem):
            raise ServerError(
                f"the server at {self.place} refuses the password; "
                "put the right one into its address"
            ) from None
        if isinstance(problem, redis.exceptions.OutOfMemoryError):
            raise ServerError(
                f"the server at {self.place} is full; delete what is not needed, raise its "
                "maxmemory, or keep large values on disk (file:///path/to/directory)"
            ) from problem
        if str(problem).startswith("MISCONF"):
            raise ServerError(
                f"the server at {self.place} cannot write to its disk, and takes nothing new "
                f"until it can; make room there, and go on ({problem})"
            ) from problem
        kind = WrongTypeError if "WRONGTYPE" in str(problem) else ServerError
        raise kind(f"the server at {self.place} refuses: {problem}") from problem


def is_passing(problem: Exception) -> bool:
    """Whether a failed command may succeed if it is sent again.

    What cannot be read as an answer was cut or mixed up on the way.
    """
    if isinstance(problem, REFUSED):
        return False
    passing = (
        ConnectionError,
        redis.exceptions.ConnectionError,
        redis.exceptions.TimeoutError,
        redis.exceptions.InvalidResponse,
    )
    return isinstance(problem, passing) or str(problem).startswith(PASSING)


def _first_line(problem: Exception) -> str:
    return str(problem).partition("\n")[0]
