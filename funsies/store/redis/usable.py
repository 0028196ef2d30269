"""Whether a server can be used: what it says of itself."""

from __future__ import annotations

from typing import Final

from funsies.core.errors import ServerError

OLDEST_VERSION: Final = 7
"""Of Redis, or what a Valkey server says for its sake: the first with functions."""


def refuse_unusable(info: str, place: str) -> None:
    """See that a server is new enough and keeps what it is given.

    Args:
        info: its answer to ``INFO``.
        place: where it is, for the message.

    Raises:
        ServerError: if it is too old, or may evict keys.
    """
    told = dict(line.split(":", 1) for line in info.splitlines() if ":" in line)
    refuse_old(told.get("redis_version", ""), place)
    if told.get("maxmemory_policy", "noeviction") != "noeviction":
        raise ServerError(
            f"the server at {place} may evict keys, so results could "
            "vanish; set its maxmemory-policy to noeviction"
        )


def refuse_old(version: str, place: str) -> None:
    """See that a server is new enough.

    Args:
        version: of Redis, as the server says it.
        place: where it is, for the message.

    Raises:
        ServerError: if it is too old.
    """
    if (major := version.partition(".")[0]).isdecimal() and int(major) < OLDEST_VERSION:
        raise ServerError(
            f"the server at {place} is Redis {version}; funsies needs Redis {OLDEST_VERSION} "
            "or newer, or Valkey: update it, or start the one that comes with funsies: "
            "start-funsies"
        )
