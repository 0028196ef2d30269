"""Why the workers of a queue could not live: left on the server, for who waits for them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import suppress
from typing import Final, cast

from redis import Redis

from funsies.store.connect import Address
from funsies.store.rows import QueueName
from funsies.store.server_retry import SERVER_TROUBLE

from .arming import ask_rq
from .starting import failure_key, starting_key

KEPT_SECONDS: Final = 24 * 3600
MOST_CHARACTERS: Final = 2000


def note_startup_failure(server: Address, queues: Collection[QueueName], words: str) -> None:
    """Say why the workers of some queues have died as soon as they were started.

    Args:
        server: where the server is.
        queues: which they were to serve.
        words: what is known of it.
    """
    text = words[-MOST_CHARACTERS:].encode("utf-8", "replace")

    def leave(connection: Redis) -> None:
        for queue in queues:
            connection.set(failure_key(queue), text, ex=KEPT_SECONDS)
            connection.delete(starting_key(queue))

    with suppress(*SERVER_TROUBLE):
        ask_rq(server, leave)


def forget_startup_failure(connection: Redis, queues: Sequence[QueueName]) -> None:
    """Let what was said before be forgotten: there is a worker that lives."""
    with suppress(*SERVER_TROUBLE):
        connection.delete(*map(failure_key, queues))


def startup_failure(server: Address, queue: QueueName) -> str:
    """Why the last workers of a queue could not live; empty if nobody said so."""
    found = ask_rq(server, lambda connection: connection.get(failure_key(queue)))
    return (cast("bytes | None", found) or b"").decode("utf-8", "replace")
