"""A server that comes back with an older state: whatever prefix of history it kept is whole."""

from __future__ import annotations

from collections import Counter

import pytest

from funsies.store.redis import RedisStore
from funsies.store.rows import Completion, Setback, Status, StoredResult, Verdict

COMMAND = b"*1\r\n$5\r\nMULTI"


def history(bench):
    """Some work of every kind; returns the operations."""
    rows = [bench.operation("row 0", task="t")]
    for number in range(1, 24):
        below = [rows[(number * 7 + k) % len(rows)] for k in range(1 + number % 3)]
        rows.append(bench.operation(f"row {number}", *below, task="t", strict=number % 5 > 0))
    bench.request(*rows)
    workers = [bench.slot(f"worker {number}") for number in range(3)]
    claims = [worker.step().claim for worker in workers]
    for turn in range(30):
        worker, claim = workers[turn % 3], claims[turn % 3]
        claims[turn % 3] = act(bench, worker, claim, turn)
    return rows


def act(bench, worker, claim, turn):
    if claim is None:
        return worker.step().claim
    if turn == 11:
        worker.fail(claim, b"error")
    elif turn == 14:
        worker.fail(claim, b"memory", volatile=True)
    elif turn == 17:
        bench.store.release(
            worker.name, claim.operation.digest, claim.fence, delay_ms=1, setback=Setback.LOSS
        )
    elif turn == 20:
        bench.store.reset([claim.operation.digest])
    else:
        worker.publish(claim, b"made")
    return worker.step().claim


def drive(bench, rows):
    """Ask for everything anew, and run it; leases of before the crash run out."""
    generation = bench.store.new_generation()
    for row in rows:
        assert bench.request(row, generation=generation).needs == ()
    worker = bench.slot(f"after {next(bench.numbers)}")
    for _ in range(500):
        answer = bench.store.sweep("sweeper", fences=[bench.fence()], lease_ms=1000)
        bench.later(400)
        for expired in answer.exhausted:
            sent = failed(expired, bench)
            bench.slot(f"end {next(bench.numbers)}").step(sent, claim=False)
        while claim := worker.step().claim:
            assert worker.publish(claim, b"made") is Verdict.OK
        states = bench.store.states([row.digest for row in rows])
        if all(state.status.is_finished for state in states):
            return states
    raise AssertionError("it never comes to rest")


def failed(expired, bench):
    error = bench.error(b"lost")
    result = StoredResult(False, error, False, 4)
    return Completion(expired.operation, expired.fence, (result,), volatile=True)


def clocks(now_ms):
    """That of the server, and that of a machine: both go on alike."""
    return {"clock": lambda: now_ms[0], "steady": lambda: now_ms[0] / 1000}


@pytest.mark.parametrize("seed", range(4))
def test_work_goes_on_from_any_prefix_of_history(make_redis_server, redis_bench, seed):
    server = make_redis_server()
    now_ms = [1_700_000_000_000]
    store = RedisStore(server.url, **clocks(now_ms))
    bench = type(redis_bench)(store, now_ms)
    rows = history(bench)
    store.close()
    server.stop()
    (log,) = (server.directory / "appendonlydir").glob("*.incr.aof")
    whole = log.read_bytes()
    first = whole.rindex(COMMAND, 0, whole.index(rows[-1].digest))
    stride = (len(whole) - first) // 3
    for cut in range(first + 1 + seed * stride // 4, len(whole), stride):
        log.write_bytes(whole[:cut])
        server.start()
        store = RedisStore(server.url, **clocks(now_ms))
        bench = type(redis_bench)(store, now_ms, bench.numbers)
        again = list(filter(None, store.operations([row.digest for row in rows])))
        states = drive(bench, again)
        counts = store.counts()["t"]
        by_status = Counter(state.status for state in states)
        assert (counts.done, counts.failed) == (
            by_status[Status.DONE],
            by_status[Status.FAILED],
        )
        assert counts.pending == 0
        assert store.leases() == []
        assert store.pending(10) == []
        store.close()
        server.kill()
