"""From any state to rest, and what must be true there."""

from __future__ import annotations

from collections import Counter

from funsies.core.digest import content_digest

from .sample_graphs import evaluate
from .side_by_side import CYCLE, LEASE_MS, QUEUES, Bench, Worker


def drive(bench: Bench) -> None:
    """Run honest workers and sweepers until nothing is left to do."""
    workers = [bench.hire() for _ in QUEUES]
    sweeper = Worker("sweeper")
    for _ in range(400):
        bench.now[0] += LEASE_MS // 4
        busy = bench.sweep(sweeper)
        for worker, queue in zip(workers, QUEUES, strict=True):
            bench.work(worker, queue)
            busy = busy or worker.claim is not None
        if bench.both("is_stuck"):
            assert bench.both("recount", sorted(bench.was_pending)) == 0
            cycle = bench.cycle()
            assert cycle is not None
            assert bench.both("fail_waiting", cycle, content_digest(CYCLE))
            busy = True
        if not busy and not bench.both("leases") and not bench.was_pending:
            return
    raise AssertionError("it never comes to rest")


def check_results(bench: Bench) -> None:
    """After a last execution, every result is that of a plain evaluation."""
    bench.ask(bench.memory.new_generation(), list(range(len(bench.specs))))
    drive(bench)
    bench.compare()
    states = bench.both("states", [row.digest for row in bench.rows])
    for number, state in enumerate(states):
        expected = evaluate(bench.specs, number)
        assert state.status.is_finished
        stored = bench.both("contents", [result.content for result in state.results])
        assert None not in stored
        if expected is not None:
            assert not state.volatile
            made = [result.content for result in state.results]
            assert made == [content_digest(data) for data in expected]


def check_leaks(bench: Bench) -> None:
    """At rest, nothing is left but definitions, results, traces and counters."""
    tables = bench.memory._tables
    assert not any((tables.leases, tables.waiters, tables.cascades, tables.watchers))
    assert not any((tables.ready, tables.heaps, tables.delayed, tables.blocked))
    families = Counter(
        key[len(b"{funsies}:") :][:1] for key in bench.redis._connections.call("KEYS", "*")
    )
    for family in (b"w", b"W", b"X", b"L", b"x", b"q", b"Z", b"A", b"B"):
        assert families[family] == 0, family
