"""Waiting for a server that is loading its data, or is away, and saying so."""

from __future__ import annotations

import random
import signal
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import TYPE_CHECKING, Final

import redis.exceptions

from funsies.config.server import ResolvedServer
from funsies.core.errors import NoServerError, ServerError
from funsies.store.connect import open_backend
from funsies.store.server_address import shown

from .notes import note

if TYPE_CHECKING:
    from types import FrameType

    from funsies.store.connect import Backend


LOADING_SECONDS: Final = 60.0
"""So long a client waits for a server that loads its data."""

_FIRST_WORD_SECONDS: Final = 0.5
"""A server that is there so soon is not worth a word."""

_NEXT_WORD_SECONDS: Final = 30.0
_FIRST_PAUSE_SECONDS: Final = 0.1
_LONGEST_PAUSE_SECONDS: Final = 3.0

_USELESS: Final = (redis.exceptions.InvalidResponse, ssl.SSLError, PermissionError)
"""What will not pass: no server of this kind, a wrong certificate, no right to the socket."""

_PASSING_TLS: Final = (ssl.SSLEOFError, ssl.SSLZeroReturnError)


def await_server(
    find: Callable[[], ResolvedServer],
    check: Callable[[Backend, ResolvedServer], None],
    most_seconds: float | None = None,
    *,
    only_loading: bool = False,
) -> ResolvedServer:
    """Wait until a server can be used, with growing pauses; say so on stderr.

    Args:
        find: decides which server; asked each time, since one may be started meanwhile.
        check: sees that it can be used.
        most_seconds: how long; None for as long as it takes.
        only_loading: True waits for a server that loads its data, and for no other.

    Raises:
        NoServerError: if it takes longer.
        ServerError: if it cannot be used: it is of no use to wait then.
    """
    words, pause = _Words(), _FIRST_PAUSE_SECONDS
    while True:
        server = find()
        try:
            _look(server, check)
        except NoServerError as problem:
            _refuse_useless(server, problem)
            if only_loading and not is_loading(problem):
                raise
            if most_seconds is not None and words.seconds >= most_seconds:
                raise _too_long(server, problem, words.seconds) from problem
            words.say_why(server, problem)
        else:
            words.say_end()
            return server
        left = pause if most_seconds is None else max(most_seconds - words.seconds, 0.0)
        time.sleep(min(pause * random.uniform(0.5, 1.0), left))  # noqa: S311 - spreads the load
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)


@contextmanager
def leaving_quietly() -> Iterator[None]:
    """Have SIGTERM and Ctrl-C end what has not begun yet at once, without a word.

    Nothing that is imported or asked meanwhile takes ``SystemExit`` for a failure of its own.
    What has begun takes the signals by handlers of its own, which stay until the process ends.
    """

    def leave(_number: int, _frame: FrameType | None) -> None:
        raise SystemExit(0)

    signals = (signal.SIGTERM, signal.SIGINT)
    before = {number: signal.signal(number, leave) for number in signals}
    try:
        yield
    finally:
        for number, handler in before.items():
            if signal.getsignal(number) is leave:
                signal.signal(number, handler)


def is_loading(problem: NoServerError) -> bool:
    """True of a server that is there and reads its data from the disk."""
    return any(
        isinstance(each, redis.exceptions.BusyLoadingError) for each in _reasons(problem)
    )


def _look(server: ResolvedServer, check: Callable[[Backend, ResolvedServer], None]) -> None:
    backend = open_backend(server, max_outage_seconds=0.0)
    with closing(backend):
        check(backend, server)


def _refuse_useless(server: ResolvedServer, problem: NoServerError) -> None:
    for each in _reasons(problem):
        if isinstance(each, _USELESS) and not isinstance(each, _PASSING_TLS):
            raise ServerError(
                f"what answers at {shown(server.jobs_url)} cannot be used ({each}); is it a "
                "Redis or Valkey server, with TLS only if the address begins with rediss://?"
            ) from problem


def _reasons(problem: BaseException) -> Iterator[BaseException]:
    """An exception, and what it came from."""
    reason: BaseException | None = problem
    while reason is not None:
        yield reason
        reason = reason.__cause__ or reason.__context__


def _too_long(server: ResolvedServer, problem: NoServerError, seconds: float) -> NoServerError:
    if not is_loading(problem):
        return problem
    place = shown(server.jobs_url)
    return NoServerError.at(
        place,
        f"the server at {place} is still loading its data after {seconds:.0f} seconds; wait "
        "for it with: funsies wait",
    )


class _Words:
    """What is said while a server is waited for: why, now and then how long, and the end."""

    def __init__(self) -> None:
        self._began_at = time.monotonic()
        self._said_at: float | None = None
        self._why = ""

    @property
    def seconds(self) -> float:
        """How long it takes so far."""
        return time.monotonic() - self._began_at

    def say_why(self, server: ResolvedServer, problem: NoServerError) -> None:
        """Say it at first, when it changes, and now and then."""
        place = shown(server.jobs_url)
        why = f"the server at {place} is loading its data"
        if not is_loading(problem):
            why = f"no server answers at {place}"
            if server.is_default:
                why += " (start one here with: start-funsies)"
        is_due = self._said_at is None or self.seconds - self._said_at >= _NEXT_WORD_SECONDS
        if self.seconds >= _FIRST_WORD_SECONDS and (is_due or why != self._why):
            since = "" if self._said_at is None else f" since {self.seconds:.0f} seconds"
            note(f"funsies: {why}; waiting for it{since}, Ctrl-C ends that")
            self._said_at, self._why = self.seconds, why

    def say_end(self) -> None:
        """Say that it is there, to who was told that it was not."""
        if self._said_at is not None:
            note(f"funsies: the server is there, after {self.seconds:.0f} seconds")
