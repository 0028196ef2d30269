"""F10, F11: several clients ask for the same, at the same time or again and again."""

from __future__ import annotations

import threading

import redis

import funsies as f
from funsies.core.digest import Digest
from funsies.local.daemons import wait_until
from funsies.session import current_session
from funsies.store.rows import Status


def note(channel: str, number: int) -> int:
    """Leave a note of each run."""
    redis.Redis.from_url(channel).rpush("runs", str(number))
    return number


def add(left: int, right: int) -> int:
    return left + right


def hold(channel: str, number: int) -> int:
    connection = redis.Redis.from_url(channel)
    connection.rpush("runs", str(number))
    connection.rpush("running", "")
    connection.blpop("go", 600)
    return number


def held_and_more(channel: str) -> f.Artefact[int]:
    return f.reduce(add, f.reduce(hold, channel, 1), 1)


def pyramid(channel, first, last):
    """Sum over a range, pair by pair; two pyramids over ranges that overlap share steps."""
    level = [f.reduce(note, channel, number) for number in range(first, last)]
    while len(level) > 1:
        pairs = zip(level[::2], level[1::2], strict=False)
        rest = level[-1:] if len(level) % 2 else []
        level = [f.reduce(add, left, right) for left, right in pairs] + rest
    return level[0]


def test_overlapping_graphs_of_several_clients_run_each_step_once(stage):
    for _ in range(2):
        stage.start_worker()
    ranges = [(0, 16), (0, 16), (8, 24), (4, 20)]
    sums = {}
    together = threading.Barrier(len(ranges))

    def client(number):
        first, last = ranges[number]
        with f.Fun(stage.server):
            target = pyramid(stage.channel.url, first, last)
            together.wait(timeout=20)
            f.execute(target)
            f.wait_for(target, timeout=60)
            sums[number] = f.take(target)

    clients = [threading.Thread(target=client, args=(each,)) for each in range(len(ranges))]
    for each in clients:
        each.start()
    for each in clients:
        each.join()

    assert sums == {number: sum(range(*ranges[number])) for number in range(len(ranges))}
    runs = stage.channel.said("runs")
    assert sorted(map(int, runs)) == list(range(24))


def test_asking_again_while_it_runs_resets_nothing(stage):
    """F11."""
    stage.start_worker()
    with f.Fun(stage.server):
        held = f.reduce(hold, stage.channel.url, 1)
        target = f.reduce(add, held, 1)
        f.execute(target)
        stage.channel.hear("running")
        for _ in range(5):
            f.execute(target)
            f.execute(held)
        stage.channel.say("go")
        f.wait_for(target, timeout=30)
        assert f.take(target) == 2
        f.execute(target)
        assert f.take(target) == 2
    assert stage.channel.said("runs") == ["1"]


def test_what_one_client_cancels_far_below_is_run_again_for_the_other(stage):
    """The other asked for a dynamic step that waits already for a step of the first one."""
    for _ in range(2):
        stage.start_worker()
    with f.Fun(stage.server):
        part = f.reduce(hold, stage.channel.url, 1)
        total = f.put(stage.channel.url).bind(held_and_more)
        first = f.execute(total, part)
        stage.channel.hear("running")
        graph, dynamic = current_session("this").backend.graph, Digest(total.producer)
        assert wait_until(lambda: graph.states([dynamic])[0].status is Status.DELEGATED, 30)
        second = f.execute(total)
        assert first.cancel() == 1
        stage.channel.hear("running")
        stage.channel.say("go", times=2)
        second.wait(30)
        assert f.take(total) == 2
