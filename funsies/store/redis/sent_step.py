"""The message of a step that was sent to the server, and is sent again if need be."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

import redis.exceptions

from funsies.store.rows import StepAnswer

from .connection import Answer, Exchange


@dataclass(frozen=True, slots=True)
class SentStep:
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
