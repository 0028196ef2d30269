"""How the server is called: by the scripts of funsies, and by plain commands for looking."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final, cast

import msgspec
import redis.exceptions

from funsies.store.batches import batches
from funsies.store.key_names import KeyNames
from funsies.store.rows import StepAnswer
from funsies.store.server_retry import WrongTypeError

from .connection import Answer, Argument, Connections, Exchange

LONGEST_NAME: Final = 400
"""Arguments that may name a key."""

ACT_PAGE: Final = 100
"""Operations that one call changes: some milliseconds of the server's time."""


class Caller:
    """Calls the server, and once more when a key was of a type that funsies never writes.

    Args:
        connections: to the server.
        keys: of the namespace.
        clock: time in milliseconds; the server's if None.
    """

    def __init__(
        self, connections: Connections, keys: KeyNames, clock: Callable[[], int] | None
    ) -> None:
        self._connections = connections
        self._keys = keys
        self._clock = clock

    def _run(self, name: str, *arguments: Argument) -> Answer:
        now_ms = "" if self._clock is None else self._clock()
        try:
            return self._connections.run(name, self._keys.prefix, now_ms, *arguments)
        except WrongTypeError:
            self._mend_types(now_ms, arguments)
        return self._connections.run(name, self._keys.prefix, now_ms, *arguments)

    def _begin(self, name: str, *arguments: Argument) -> Exchange | None:
        """Send the call of a script without waiting; None if it could not be sent."""
        now_ms = "" if self._clock is None else self._clock()
        return self._connections.begin(name, self._keys.prefix, now_ms, *arguments)

    def _mend_types(self, now_ms: str | int, arguments: Sequence[Argument]) -> None:
        """Set keys aside that are of another type than all that funsies writes."""
        names = [each for each in arguments if len(str(each)) <= LONGEST_NAME]
        self._connections.run("mend_types", self._keys.prefix, now_ms, *names)

    def _call(self, *command: Argument) -> Answer:
        try:
            return self._connections.call(*command)
        except WrongTypeError:
            name = bytes(cast("bytes", command[1])).removeprefix(self._keys.prefix)
            self._mend_types("", [name[:1] and name[1:], name[2:]])
        return self._connections.call(*command)

    def _fields(self, key: bytes, digests: Sequence[bytes]) -> list[bytes | None]:
        found: list[bytes | None] = []
        for page in batches(digests):
            answer = self._call("HMGET", key, *page)
            found += cast("list[bytes | None]", answer)
        return found

    def _field(self, key: bytes, field: bytes) -> bytes | None:
        return cast("bytes | None", self._call("HGET", key, field))


class SentStep(msgspec.Struct, frozen=True):
    """See :class:`~funsies.store.ports.PendingStep`.

    Attributes:
        exchange: will bring the answer; None if the message could not be sent.
        again: sends it once more, and waits. The server does not do it twice.
        read: reads the answer.
    """

    exchange: Exchange | None
    again: Callable[[], Answer]
    read: Callable[[Answer], StepAnswer]

    def is_answered(self) -> bool:
        """See :meth:`PendingStep.is_answered`."""
        return self.exchange is None or self.exchange.is_answered()

    def answer(self) -> StepAnswer:
        """See :meth:`PendingStep.answer`."""
        if self.exchange is not None:
            with suppress(redis.exceptions.RedisError, OSError):
                return self.read(self.exchange.read())
        return self.read(self.again())
