"""Leases: what is lost with a worker is run again, and ends."""

from __future__ import annotations

import pytest

from funsies.store.rows import Completion, Setback, Status, Verdict


def sweep(bench, *, fences=1, name="sweeper"):
    return bench.store.sweep(name, fences=[bench.fence() for _ in range(fences)], lease_ms=1000)


def test_a_lost_worker_s_operation_goes_back(bench):
    row = bench.operation("row")
    bench.request(row)
    worker = bench.slot()
    claim = worker.claim()
    sweep(bench)
    bench.later(400)
    assert bench.store.renew("worker", claim.fence, lease_ms=1000)
    for _ in range(2):
        bench.later(450)
        assert sweep(bench).requeued == ()
    bench.later(450)
    answer = sweep(bench)
    assert (answer.requeued, answer.arm) == ((row.digest,), (worker.queue,))
    assert not bench.store.renew("worker", claim.fence, lease_ms=1000)
    assert bench.slot("other").claim().attempt == 2
    assert worker.publish(claim, b"late") is Verdict.FENCED
    assert bench.store.counts()["row"].lost == 1


def test_what_is_lost_too_often_is_handed_to_the_sweeper(bench, tools):
    """It gets a lease and publishes the error itself; a repeated sweep tells it again."""
    row = bench.operation("poison")
    bench.request(row, lost_limit=1)
    bench.slot("victim").claim()
    sweep(bench)
    for _ in range(3):
        bench.later(400)
        answer = sweep(bench)
    (expired,) = answer.exhausted
    assert (expired.operation, expired.attempts, expired.worker) == (row.digest, 1, "victim")
    again = bench.store.sweep("sweeper", fences=[expired.fence], lease_ms=1000)
    assert again.exhausted == (expired,)
    error = tools.result_of(b"worker lost", ok=False)
    bench.error(b"worker lost")
    sent = Completion(row.digest, expired.fence, (error,), volatile=True)
    assert bench.slot("sweeper:0").step(sent, claim=False).verdict is Verdict.OK
    state = bench.state(row)
    assert (state.status, state.volatile, state.results) == (Status.FAILED, True, (error,))
    assert bench.store.leases() == []
    assert bench.store.counts()["poison"].lost == 1


def test_a_sweeper_that_dies_is_followed_by_another(bench):
    row = bench.operation("poison")
    bench.request(row, lost_limit=1)
    bench.slot("victim").claim()
    sweep(bench)
    for _ in range(3):
        bench.later(400)
        answer = sweep(bench)
    assert answer.exhausted
    for _ in range(3):
        bench.later(400)
        answer = sweep(bench, name="second")
    assert answer.exhausted[0].worker == "victim"
    assert bench.store.counts()["poison"].lost == 1


def test_after_an_outage_workers_get_time_to_renew(bench):
    """If nobody swept for long, the server was away: what ran goes on running, once."""
    row = bench.operation("row")
    bench.request(row)
    claim = bench.slot().claim()
    sweep(bench)
    bench.later(60_000)
    assert sweep(bench).requeued == ()
    assert bench.store.renew("worker", claim.fence, lease_ms=1000)
    bench.later(60_000)
    assert sweep(bench).requeued == ()
    bench.later(60_000)
    assert sweep(bench).requeued == (row.digest,), "but only once"


def test_a_sweep_wakes_what_is_due(bench):
    row = bench.operation("row")
    bench.request(row)
    claim = bench.slot().claim()
    bench.store.release("worker", row.digest, claim.fence, delay_ms=300, setback=Setback.LOSS)
    assert sweep(bench).promoted == 0
    bench.later(300)
    assert bench.store.request(bench.store.new_generation(), []).arm == ()
    assert bench.request(row).arm == (claim.queue,), "a delay that is due is work"
    answer = sweep(bench)
    assert (answer.promoted, answer.arm) == (1, (claim.queue,))
    assert bench.status(row) is Status.READY


def test_a_sweep_does_no_more_than_asked(bench):
    rows = [bench.operation(f"row {n}") for n in range(5)]
    bench.request(*rows)
    for number in range(5):
        bench.slot(f"worker {number}").claim()
    sweep(bench)
    for _ in range(2):
        bench.later(450)
        sweep(bench)
    bench.later(450)
    answer = bench.store.sweep("sweeper", fences=[], lease_ms=1000, limit=2)
    assert (len(answer.requeued), answer.more) == (2, True)


def test_leases_say_who_runs_what(bench):
    row = bench.operation("row")
    bench.request(row)
    claim = bench.slot("someone").claim()
    (lease,) = bench.store.leases()
    assert (lease.operation, lease.slot, lease.fence) == (row.digest, "someone", claim.fence)
    assert lease.expires_ms - lease.started_ms == 1000
    assert lease.started_ms == bench.now_ms[0]
    bench.later(300)
    (lease,) = bench.store.leases()
    assert lease.running_ms == 300


@pytest.mark.parametrize("idle_ms", [0, 2000, 10_000, 3_600_000])
@pytest.mark.parametrize("is_new_worker", [False, True])
def test_how_long_a_step_has_run_does_not_count_how_long_nobody_worked_before(
    bench, idle_ms, is_new_worker
):
    """Its worker may claim before anybody has swept, and sweeps afterwards."""
    row = bench.operation("row")
    bench.request(row)
    sweep(bench)
    bench.later(idle_ms)
    if is_new_worker:
        bench.forget_clock()
    claim = bench.slot("someone").claim()
    for seconds in range(5):
        (lease,) = bench.store.leases()
        assert lease.running_ms == 1000 * seconds
        bench.later(1000)
        bench.store.renew("someone", claim.fence, lease_ms=2000)
        sweep(bench)
    assert bench.store.counts()["row"].lost == 0


def test_a_chain_after_a_pause_is_told_step_by_step(bench, tools):
    """Also what is granted with the answer to a publication, and what a sweeper took over."""
    rows = [bench.operation(f"row {n}") for n in range(2)]
    bench.request(*rows, lost_limit=1)
    sweep(bench)
    bench.later(3_600_000)
    worker = bench.slot("someone")
    claim = worker.claim()
    bench.later(500)
    worker.sequence += 1
    worker.again(tools.completion(claim, b"made"), fence=bench.fence())
    for seconds in range(3):
        (lease,) = bench.store.leases()
        assert lease.running_ms == 400 * seconds
        bench.later(400)
        sweep(bench)
