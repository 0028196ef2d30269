"""A command whose answer is read later."""

from __future__ import annotations

from collections import deque

import pytest
import redis.exceptions

from funsies.store.redis.connection import Exchange


class Reset:
    """A connection that was reset, as redis-py 5 has it: who looks again has a new one."""

    def __init__(self):
        self.is_open = True

    def can_read(self, _seconds):
        was_open, self.is_open = self.is_open, not self.is_open
        if was_open:
            raise redis.exceptions.ConnectionError("reset by peer")
        return False

    def read_response(self):
        pytest.fail("nobody will answer on the new connection")

    def disconnect(self):
        self.is_open = False


def test_a_connection_that_was_found_broken_is_not_waited_for():
    free = deque()
    connection = Reset()
    exchange = Exchange(connection, free)

    assert [exchange.is_answered() for _ in range(3)] == [True] * 3
    with pytest.raises(redis.exceptions.ConnectionError, match="reset by peer"):
        exchange.read()
    assert not free
    assert not connection.is_open
