"""Operations whose definitions are damaged: set aside, named, and defined again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from funsies.store.redis import RedisStore
from funsies.store.rows import Definitions, Status

DAMAGES = {
    "gone": lambda _: None,
    "empty": lambda _: b"",
    "short": lambda row: row[:40],
    "cut": lambda row: row[:-1],
    "other text": lambda row: row[:100].replace(b"bad", b"b\xffd") + row[100:],
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_what_is_damaged_at_the_head_is_set_aside_and_the_next_is_claimed(
    redis_bench: Any, damage: Callable[[bytes], bytes | None]
) -> None:
    store = redis_bench.store
    assert isinstance(store, RedisStore)
    bad, good = redis_bench.operation("bad"), redis_bench.operation("good")
    after = redis_bench.operation("after", bad)
    redis_bench.request(bad, good)
    redis_bench.request(after)
    key = store._keys.definitions
    row = store._connections.call("HGET", key, bad.digest)
    changed = damage(row)
    store._connections.call("HDEL", key, bad.digest)
    if changed is not None:
        store._connections.call("HSET", key, bad.digest, changed)
    worker = redis_bench.slot()
    answer = worker.step()
    while answer.set_aside:
        answer = worker.step()
    first = answer.claim
    assert first is not None
    claims = [first, redis_bench.slot("other").step().claim]
    assert [each.operation for each in claims if each] in ([good, after], [after, good])
    assert redis_bench.status(bad) is Status.IDLE
    assert [each.name for each in store.repair.set_aside()] == [bad.digest.hex()]
    store.define(Definitions(operations=(bad,)))
    redis_bench.request(bad)
    assert redis_bench.status(bad) is Status.READY
