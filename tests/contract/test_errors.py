"""How errors and infrastructure failures pass through the graph."""

from __future__ import annotations

from funsies.core.digest import content_digest
from funsies.store.rows import Status, Verdict


def test_a_strict_consumer_ends_at_once_with_the_same_error(bench, tools):
    """It does not wait for its other inputs, and nothing below it runs."""
    bad, slow = bench.operation("bad"), bench.operation("slow")
    consumer = bench.operation("consumer", slow, bad, outputs=2)
    last = bench.operation("last", consumer)
    bench.request(bad, slow, consumer, last)
    worker = bench.slot()
    worker.fail(worker.claim(), b"error")
    same = tools.result_of(b"error", ok=False)
    assert bench.state(consumer).results == (same, same)
    assert bench.state(last).results == (same,)
    assert not bench.state(last).volatile
    assert bench.store.counts()["consumer"].skipped == 1
    worker.publish(worker.claim(), b"made")
    assert bench.state(consumer).results == (same, same)


def test_what_was_skipped_is_counted_as_long_as_it_is_so(bench):
    """The counters say what is, and not how often it was so."""
    bad = bench.operation("bad")
    consumer = bench.operation("consumer", bad)
    worker = bench.slot()

    def counts():
        found = bench.store.counts()["consumer"]
        return found.done, found.failed, found.skipped

    for _ in range(2):
        bench.request(bad, consumer)
        worker.fail(worker.claim(), b"error")
        assert counts() == (0, 1, 1)
        bench.store.reset([bad.digest, consumer.digest])
        assert bench.status(consumer) is Status.IDLE
        assert bench.store.counts()["bad"].failed == 0
    bench.request(bad, consumer)
    worker.publish(worker.claim(), b"good")
    worker.publish(worker.claim(), b"made")
    assert counts() == (1, 0, 0)


def test_what_was_lost_and_skipped_is_no_longer_when_it_is_made(bench):
    """A request for what is volatile takes it from one state to the other by itself."""
    bad = bench.operation("bad")
    consumer = bench.operation("consumer", bad)
    worker = bench.slot()
    bench.request(bad, consumer)
    worker.fail(worker.claim(), b"lost", volatile=True)
    assert bench.store.counts()["consumer"].skipped == 1
    bench.request(bad, consumer)
    worker.publish(worker.claim(), b"good")
    worker.fail(worker.claim(), b"of its own")
    found = bench.store.counts()["consumer"]
    assert (found.failed, found.skipped, found.volatile) == (1, 0, 0)


def test_a_strict_consumer_of_a_finished_failure_is_never_queued(bench, tools):
    bad = bench.operation("bad")
    bench.request(bad)
    worker = bench.slot()
    worker.fail(worker.claim(), b"error")
    consumer = bench.operation("consumer", bad)
    answer = bench.request(consumer)
    assert (answer.started, answer.arm) == (0, ())
    assert bench.state(consumer).results == (tools.result_of(b"error", ok=False),)


def test_a_tolerant_consumer_waits_for_all_and_sees_the_error(bench):
    bad, good = bench.operation("bad"), bench.operation("good")
    consumer = bench.operation("consumer", bad, good, strict=False)
    bench.request(bad, good, consumer)
    worker = bench.slot()
    worker.fail(worker.claim(), b"error")
    assert bench.status(consumer) is Status.WAITING
    worker.publish(worker.claim(), b"made")
    claim = worker.claim()
    assert [result.ok for result in claim.inputs] == [False, True]
    assert claim.contents[content_digest(b"error")] == b"error"


def test_an_error_in_one_output_leaves_the_others_usable(bench, tools):
    pair = bench.operation("pair", outputs=2)
    user = bench.operation("user", tools.as_input("a", pair, 0))
    victim = bench.operation("victim", tools.as_input("a", pair, 1))
    bench.request(pair, user, victim)
    worker = bench.slot()
    claim = worker.claim()
    sent = tools.completion(claim, b"good", b"bad")
    results = (sent.results[0], tools.result_of(b"bad", ok=False))
    claimed = worker.step(type(sent)(pair.digest, claim.fence, results, sent.contents)).claim
    assert claimed.operation == user
    assert bench.status(pair) is Status.FAILED
    assert bench.state(victim).results == (results[1],)


def test_infrastructure_failures_are_volatile_and_so_is_what_comes_of_them(bench):
    """Strict or not, whatever depends on such a failure is tried again by a new request."""
    bad = bench.operation("bad")
    strict = bench.operation("strict", bad)
    tolerant = bench.operation("tolerant", bad, strict=False)
    above = bench.operation("above", tolerant)
    rows = (bad, strict, tolerant, above)
    bench.request(*rows)
    worker = bench.slot()
    worker.fail(worker.claim(), b"out of memory", volatile=True)
    claim = worker.claim()
    assert claim.volatile
    worker.publish(claim, b"made of it", trace_key=content_digest(b"key"))
    worker.publish(worker.claim(), b"above")
    for row in rows:
        assert bench.state(row).volatile
    assert bench.request(*rows).started == 4
    worker.publish(worker.claim(), b"good")
    while claim := worker.step().claim:
        assert claim.trace is None
        worker.publish(claim, b"good")
    for row in rows:
        assert not bench.state(row).volatile


def test_an_operation_over_an_old_failure_names_what_to_ask_for_first(bench):
    bad = bench.operation("bad")
    consumer = bench.operation("consumer", bad)
    bench.request(bad)
    worker = bench.slot()
    worker.fail(worker.claim(), b"lost", volatile=True)
    assert bench.request(consumer).needs == (bad.digest,)
    assert bench.status(consumer) is Status.IDLE


def test_large_cascades_are_worked_off_in_slices(bench):
    """An error with 1,000 dependents ends them all, a bounded number at a time."""
    bad = bench.operation("bad")
    rows = [bench.operation(f"row {n}", bad, task="many") for n in range(1000)]
    bench.request(bad, *rows)
    worker = bench.slot()
    worker.fail(worker.claim(), b"error")
    counts = bench.store.counts()["many"]
    assert (counts.failed, counts.waiting) == (100, 900)
    answer = bench.store.sweep("sweeper", fences=[], lease_ms=1000, limit=300)
    assert answer.more
    assert bench.store.counts()["many"].failed == 400
    assert worker.step().arm == (worker.queue,)
    assert bench.store.counts()["many"].failed == 500
    while bench.store.sweep("sweeper", fences=[], lease_ms=1000).more:
        pass
    counts = bench.store.counts()["many"]
    assert (counts.failed, counts.skipped, counts.waiting) == (1000, 1000, 0)


def test_a_consumer_asked_for_anew_is_not_woken_by_an_old_cascade(bench):
    """Entries of a wait that is over are void, however late they are looked at."""
    one, two = bench.operation("one"), bench.operation("two")
    crowd = [bench.operation(f"crowd {n}", one) for n in range(150)]
    row = bench.operation("row", one, two)
    generation = bench.store.new_generation()
    bench.request(one, two, *crowd, row, generation=generation)
    worker = bench.slot()
    assert worker.publish(worker.claim(), b"1") is Verdict.OK
    assert bench.state(row).missing == 2, "its wake-up is among those put off"
    bench.store.cancel(generation, [row.digest], bench.error(b"cancelled"))
    bench.store.reset([one.digest])
    bench.request(one, row)
    assert bench.state(row).missing == 2
    while bench.store.sweep("sweeper", fences=[], lease_ms=1000).more:
        pass
    assert bench.state(row).missing == 2


def test_a_cycle_is_seen_and_can_be_ended(bench):
    """Two dynamic operations that wait for each other: pending, and nothing moves."""
    one = bench.operation("one", dynamic=True)
    two = bench.operation("two", dynamic=True)
    above = bench.operation("above", one)
    bench.request(one, two, above)
    worker = bench.slot()
    other = bench.slot("other")
    first, second = worker.claim(), other.claim()
    delegate = bench.store.delegate
    delegate("worker", one.digest, first.fence, two.digest, 0)
    assert not bench.store.is_stuck()
    delegate("other", two.digest, second.fence, one.digest, 0)
    assert bench.store.is_stuck()
    rows = (one, two, above)
    assert sorted(bench.store.pending(10)) == sorted(row.digest for row in rows)
    assert bench.store.waiting_on(above.digest) == (one.digest,)
    error = bench.error(b"cycle")
    assert bench.store.fail_waiting(one.digest, error)
    assert not bench.store.fail_waiting(one.digest, error)
    for row in rows:
        state = bench.state(row)
        assert (state.status, state.volatile) == (Status.FAILED, True)
    assert not bench.store.is_stuck()
