"""Rows of the server that are damaged: each is set aside or mended, and the queue goes on.

One worker serves a queue. While a step keeps it busy, rows of the steps behind are damaged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import pytest
import redis

import funsies as f
from funsies.config import ResolvedServer
from funsies.core.digest import Digest
from funsies.core.keyring import NO_KEYS, Keyring
from funsies.local.daemons import wait_until
from funsies.session import current_session

P = b"{funsies}:"


@f.task
def hold(url: str, name: str) -> int:
    with redis.Redis.from_url(url) as connection:
        connection.blpop([name], 30)
    return 0


@f.task
def double(number: int) -> int:
    return 2 * number


@f.task
def add(one: int, other: int) -> int:
    return one + other


def operation(step: f.Artefact) -> Digest:
    assert step.producer is not None
    return Digest(step.producer)


@pytest.fixture(params=[pytest.param("signed", marks=pytest.mark.slow), "unsigned"])
def site(request, stage) -> Iterator[redis.Redis]:
    keys = Keyring((b"o" * 32,)) if request.param == "signed" else NO_KEYS
    stage.resolved = ResolvedServer(stage.url, keys=keys)
    stage.start_worker()
    with closing(stage.redis()) as connection, f.Fun(stage.resolved):
        yield connection
    assert all(each.is_alive() for each in stage.workers)


def cut(length: int) -> Callable[[bytes], bytes | None]:
    return lambda row: row[:length]


def flip(at: float) -> Callable[[bytes], bytes | None]:
    def flipped(row: bytes) -> bytes:
        place = min(int(at * len(row)), len(row) - 1)
        return row[:place] + bytes([row[place] ^ 0x81]) + row[place + 1 :]

    return flipped


DAMAGES = [
    lambda _: None,
    *map(cut, (0, 1, 33, 48, -17, -16, -1)),
    *map(flip, (0.0, 0.1, 0.3, 0.5, 0.7, 0.8)),
]


def change(
    connection: redis.Redis, key: bytes, field: bytes, damage: Callable[[bytes], bytes | None]
) -> None:
    row = connection.hget(key, field)
    assert row is not None, (key, field)
    changed = damage(row)
    if changed is None:
        connection.hdel(key, field)
    else:
        connection.hset(key, field, changed)


def definition(site: redis.Redis, step: f.Artefact, damage) -> None:
    change(site, P + b"D", operation(step), damage)


def part_of_state(first: int, last: int):
    """Some bytes of the packed state of a step that is ready (lua/shared/state.lua)."""

    def state(site: redis.Redis, step: f.Artefact, damage) -> None:
        def damaged(row: bytes) -> bytes:
            return row[:first] + (damage(row[first:last]) or b"") + row[last:]

        change(site, P + b"o", operation(step), damaged)

    return state


def whole_state(site: redis.Redis, step: f.Artefact, damage) -> None:
    change(site, P + b"o", operation(step), damage)


def place_in_queue(site: redis.Redis, step: f.Artefact, damage) -> None:
    (key,) = site.keys(P + b"q:*")
    for entry in site.zrange(key, 0, -1):
        if entry.endswith(operation(step)):
            site.zrem(key, entry)
            if changed := damage(entry):
                site.zadd(key, {changed: -99})


ROWS = {
    "definition": definition,
    "status": part_of_state(0, 1),
    "generation": part_of_state(2, 10),
    "queue": part_of_state(15, 27),
    "terms": part_of_state(36, 85),
    "requests": part_of_state(-29, -17),
    "place": part_of_state(-17, None),
    "state": whole_state,
    "place in the queue": place_in_queue,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", ROWS)
def test_a_damaged_row_at_the_head_of_a_queue_does_not_block_it(
    site: redis.Redis, stage, kind: str
) -> None:
    """The others of the queue are run, and who executes again has the right value."""
    numbers = range(len(DAMAGES))
    gate = hold(stage.channel.url, kind)
    f.execute(gate)
    victims = [double(number) for number in numbers]
    others = [double(-1 - number) for number in numbers]
    totals = [add(victim, 1) for victim in victims]
    f.execute(*victims, *totals)
    f.execute(*others)
    for victim, damage in zip(victims, DAMAGES, strict=True):
        ROWS[kind](site, victim, damage)
    stage.channel.say(kind)
    graph = current_session("this").backend.graph
    digests = [operation(other) for other in others]
    assert wait_until(lambda: all(s.status.is_finished for s in graph.states(digests)), 30)
    for number, other in enumerate(others):
        assert f.take(other) == -2 * (1 + number)
    f.execute(*victims, *totals).wait(60)
    f.execute(*victims, *totals).wait(60)
    if kind == "definition":
        named = {each.name for each in graph.repair.set_aside()}
        assert operation(victims[0]).hex() in named
    assert [f.take(each) for each in totals] == [2 * number + 1 for number in numbers]


@pytest.mark.slow
@pytest.mark.parametrize("damage", [lambda _: None, cut(0), cut(40)])
def test_a_step_whose_producer_is_damaged_says_which_and_what_to_do(
    site: redis.Redis, stage, damage
) -> None:
    """Its result is gone as well, so that nobody can make the input again."""
    producer = double(4)
    f.execute(producer).wait(30)
    gate, total = hold(stage.channel.url, "gate"), add(producer, 1)
    f.execute(gate)
    f.execute(total)
    definition(site, producer, damage)
    site.hdel(P + b"o", operation(producer))
    stage.channel.say("gate")
    graph = current_session("this").backend.graph
    assert wait_until(lambda: graph.states([operation(total)])[0].status.is_finished, 30)
    error = f.take(total, strict=False).failure()
    assert error.kind is f.ErrorKind.DataMissing
    assert operation(producer).hex()[:10] in error.details
    assert "execute" in error.details
    assert "Traceback" not in error.details
    f.execute(total).wait(30)
    assert f.take(total) == 9
