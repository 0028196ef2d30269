"""What counts as trouble with the server: reported, waited for, and survived."""

from __future__ import annotations

from typing import Final

from redis.exceptions import RedisError

from funsies.core.errors import NoServerError, ServerError

SERVER_TROUBLE: Final = (RedisError, NoServerError, ServerError, OSError)
"""A server that is away, full, or loading its data; a worker outlives all of these."""
