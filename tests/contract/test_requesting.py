"""Asking for results, and taking it back."""

from __future__ import annotations

import pytest

from funsies.core.digest import content_digest
from funsies.core.errors import DataMissingError
from funsies.store.rows import QueueName, RunReport, Status, Verdict, Wanted


def test_generations_grow_even_if_the_clock_stands_still(bench):
    first, second = bench.store.new_generation(), bench.store.new_generation()
    bench.later(-5000)
    third = bench.store.new_generation()
    assert bench.now_ms[0] < first < second < third


def test_the_newest_generation_is_known(bench):
    assert bench.store.last_generation() == 0
    assert bench.store.new_generation() == bench.store.last_generation()


def test_what_is_needed_first_is_named_and_nothing_half_started(bench):
    """Asking for an operation alone says what else to ask for, and then works."""
    low = bench.operation("low")
    high = bench.operation("high", low)
    answer = bench.request(high)
    assert answer.needs == (low.digest,)
    assert bench.status(high) is Status.IDLE
    answer = bench.request(low, high)
    assert (answer.needs, answer.started) == ((), 2)
    assert answer.arm == (QueueName("default@3.11"),)
    assert [bench.status(low), bench.status(high)] == [Status.READY, Status.WAITING]


def test_an_undefined_operation_is_itself_needed(bench):
    unknown = content_digest(b"unknown")
    wanted = [Wanted(unknown, QueueName("q@3.11"), 0, content_digest(b"o"))]
    assert bench.store.request(bench.store.new_generation(), wanted).needs == (unknown,)
    assert bench.store.undefined([unknown]) == [unknown]


def test_a_finished_operation_is_not_run_again(bench):
    row = bench.operation("once")
    bench.run(row, b"1")
    answer = bench.request(row)
    assert (answer.needs, answer.started, answer.arm) == ((), 0, ())
    assert bench.status(row) is Status.DONE


def test_a_request_sent_twice_starts_nothing_twice(bench):
    row = bench.operation("twice")
    generation = bench.store.new_generation()
    assert bench.request(row, generation=generation).started == 1
    assert bench.request(row, generation=generation).started == 0
    assert sum(bench.store.queues().values()) == 1


def test_one_producer_used_twice_wakes_once(bench, tools):
    """f(x, x), or two outputs of one operation: the consumer waits for one producer."""
    pair = bench.operation("pair", outputs=2)
    inputs = [tools.as_input("a", pair), tools.as_input("b", pair, 1)]
    both = bench.operation("both", *inputs, pair)
    bench.request(pair, both)
    assert bench.state(both).missing == 1
    worker = bench.slot()
    claim = worker.claim()
    assert worker.publish(claim, b"1", b"2") is Verdict.OK
    claim = worker.claim()
    assert claim.operation == both
    assert [claim.contents[each.content] for each in claim.inputs] == [b"1", b"2", b"1"]


def test_lost_bytes_make_a_result_be_made_again(bench):
    low = bench.operation("low")
    high = bench.operation("high", low)
    bench.run(low, b"1")
    bench.run(high, b"2")
    bench.lose(b"2")
    bench.lose(b"1")
    assert bench.request(high).needs == (low.digest,)
    assert bench.request(low, high).started == 2


def test_higher_priority_first_then_older_requests_then_what_was_unlocked(bench):
    low = bench.operation("low")
    unlocked = bench.operation("unlocked", low)
    early, late = bench.operation("early"), bench.operation("late")
    urgent = bench.operation("urgent")
    first = bench.store.new_generation()
    bench.request(low, unlocked, early, generation=first)
    bench.request(late)
    bench.request(urgent, priority=1)
    worker = bench.slot()
    order = []
    while claim := worker.step().claim:
        order.append(claim.operation)
        worker.publish(claim, b"made")
    assert order == [urgent, low, unlocked, early, late]


def test_the_newest_request_says_where_and_how(bench):
    """An operation queued where nobody serves can be asked for elsewhere."""
    row = bench.operation("moved")
    old = bench.store.new_generation()
    bench.request(row, generation=old, queue=QueueName("nobody@3.9"))
    bench.request(row, queue=QueueName("served@3.11"), priority=7, lost_limit=5)
    bench.request(row, generation=old, queue=QueueName("nobody@3.9"))
    assert bench.store.queues() == {"served@3.11": 1}
    assert bench.store.ready(QueueName("served@3.11")) == 1
    assert bench.store.ready(QueueName("nobody@3.9")) == 0
    claim = bench.slot("worker", QueueName("served@3.11")).claim()
    assert (claim.priority, claim.lost_limit) == (7, 5)


def test_cancelling_ends_what_nobody_else_wants(bench):
    shared, mine = bench.operation("shared"), bench.operation("mine")
    top = bench.operation("top", shared, mine)
    error = bench.error(b"cancelled")
    generation = bench.store.new_generation()
    bench.request(shared, mine, top, generation=generation)
    bench.request(shared)
    everything = [row.digest for row in (shared, mine, top)]
    assert bench.store.cancel(generation, everything, error) == 2
    assert bench.store.cancel(generation, everything, error) == 0
    assert bench.status(shared) is Status.READY
    for row in (mine, top):
        state = bench.state(row)
        assert (state.status, state.volatile) == (Status.FAILED, True)
        assert state.results[0].content == error
    assert bench.request(shared, mine, top).started == 2, "nothing cancelled is memoised"


def test_cancelling_spares_what_others_need_through_their_own_operations(bench):
    low, high = bench.operation("low"), bench.operation("high")
    top = bench.operation("top", low, high)
    generation = bench.store.new_generation()
    bench.request(low, high, generation=generation)
    bench.request(top)
    cancelled = bench.store.cancel(generation, [low.digest, high.digest], bench.error(b"e"))
    assert cancelled == 0
    assert bench.status(top) is Status.WAITING


def test_what_a_newer_request_has_cancelled_does_not_satisfy_an_older_one(bench):
    """Of two clients the one with the newer number withdraws before the other asks."""
    low = bench.operation("low")
    top = bench.operation("top", low)
    older, newer = bench.store.new_generation(), bench.store.new_generation()
    bench.request(low, top, generation=newer)
    bench.store.cancel(newer, [low.digest, top.digest], bench.error(b"e"))
    assert bench.request(low, top, generation=older).started == 2
    assert (bench.status(low), bench.status(top)) == (Status.READY, Status.WAITING)


def test_whoever_wants_it_goes_on_however_far_below_another_has_cancelled(bench):
    """A dynamic step is joined while it waits for what an older request has asked for."""
    low = bench.operation("low")
    middle = bench.operation("middle", low, strict=False)
    top = bench.operation("top", dynamic=True)
    older = bench.store.new_generation()
    bench.request(top, generation=older)
    worker = bench.slot()
    claim = worker.claim()
    bench.request(low, middle, generation=older)
    target = (worker.name, top.digest, claim.fence, middle.digest, 0)
    assert bench.store.delegate(*target, report=RunReport(b"", b"", 0)) is Verdict.OK
    bench.request(top)
    withdrawn = [low.digest, top.digest]
    assert bench.store.cancel(older, withdrawn, bench.error(b"e")) == 1
    assert bench.status(middle) is Status.FAILED, "nobody else has asked for it"
    assert bench.status(top) is Status.READY, "it asks for it again"
    assert bench.slot("other").claim().operation == top


def test_a_step_that_was_ready_does_not_take_what_another_has_cancelled(bench):
    """Its input is reset, asked for by another client, and cancelled, before it is claimed."""
    low, high = bench.operation("low"), bench.operation("high")
    top = bench.operation("top", low, high)
    bench.run(low, b"1")
    bench.run(high, b"2")
    bench.request(top)
    bench.store.reset([low.digest])
    other = bench.store.new_generation()
    bench.request(low, generation=other, priority=-1)
    # What is ready waits for nothing: nobody knows that it needs this.
    assert bench.store.cancel(other, [low.digest], bench.error(b"e")) == 1
    claim = bench.slot().claim()
    assert claim.operation == top
    assert claim.inputs[0] is None, "to be asked for"
    assert not claim.volatile


def test_cancelling_takes_the_lease_away(bench):
    row = bench.operation("running")
    generation = bench.store.new_generation()
    bench.request(row, generation=generation)
    worker = bench.slot()
    claim = worker.claim()
    assert bench.store.cancel(generation, [row.digest], bench.error(b"e")) == 1
    assert not bench.store.renew("worker", claim.fence, lease_ms=1000)
    assert worker.publish(claim, b"late") is Verdict.FENCED


def test_cancelling_with_an_error_that_is_not_stored_is_refused(bench):
    row = bench.operation("row")
    generation = bench.store.new_generation()
    bench.request(row, generation=generation)
    with pytest.raises(DataMissingError):
        bench.store.cancel(generation, [row.digest], content_digest(b"nowhere"))
    assert bench.status(row) is Status.READY


def test_reset_makes_it_run_again_in_spite_of_traces(bench):
    row = bench.operation("again")
    bench.run(row, b"1", trace_key=content_digest(b"key"))
    assert bench.store.reset([row.digest, row.digest]) == 1
    assert bench.status(row) is Status.IDLE
    bench.request(row)
    assert bench.slot().claim().trace is None


def test_what_stands_for_another_result_outlives_a_reset_of_the_step_between(bench):
    """A dynamic step went on as one that went on as a third, whose result both have."""
    low = bench.operation("low")
    middle, outer = (bench.operation(each, dynamic=True) for each in ("middle", "outer"))
    bench.request(outer)
    worker = bench.slot()
    for step, goes_on_as in ((outer, middle), (middle, low)):
        claim = worker.claim()
        bench.request(goes_on_as)
        target = (worker.name, step.digest, claim.fence, goes_on_as.digest, 0)
        assert bench.store.delegate(*target, report=RunReport(b"", b"", 0)) is Verdict.OK
    assert worker.publish(worker.claim(), b"1") is Verdict.OK
    assert bench.store.reset([middle.digest]) == 1
    assert [bench.status(each) for each in (outer, middle)] == [Status.DONE, Status.IDLE]


def test_reset_starts_a_running_operation_again(bench):
    row = bench.operation("again")
    bench.request(row)
    worker = bench.slot()
    old = worker.claim()
    assert bench.store.reset([row.digest]) == 0
    new = bench.slot("other").claim()
    assert worker.publish(old, b"old") is Verdict.FENCED
    assert bench.slot("other2").publish(new, b"new") is Verdict.OK


def test_invalidate_compares_before_it_forgets(bench):
    """Two readers of bad bytes forget the bad result once, and never its replacement."""
    row = bench.operation("bad")
    bench.run(row, b"bad", trace_key=content_digest(b"key"))
    bad = content_digest(b"bad")
    assert not bench.store.invalidate(row.digest, 0, content_digest(b"other"))
    assert bench.store.invalidate(row.digest, 0, bad)
    assert not bench.store.invalidate(row.digest, 0, bad)
    bench.run(row, b"good")
    assert not bench.store.invalidate(row.digest, 0, bad)
    assert bench.status(row) is Status.DONE


def test_an_older_request_is_content_with_a_newer_failure(bench):
    """A volatile result serves its own request and older ones; a newer one tries again."""
    row = bench.operation("fragile")
    old, own = bench.store.new_generation(), bench.store.new_generation()
    bench.request(row, generation=own)
    worker = bench.slot()
    worker.fail(worker.claim(), b"out of memory", volatile=True)
    assert bench.request(row, generation=old).started == 0
    assert bench.request(row, generation=own).started == 0
    assert bench.state(row).volatile
    assert bench.request(row).started == 1


def test_a_pending_operation_says_which_requests_want_it(bench):
    low = bench.operation("low")
    high = bench.operation("high", low)
    first, second = (bench.store.new_generation() for _ in range(2))
    bench.request(low, high, generation=first)
    bench.request(low, generation=second)
    assert bench.state(low).wanted_by == (first, second)
    assert bench.state(high).wanted_by == (first,)
    bench.store.cancel(first, [low.digest, high.digest], bench.error(b"e"))
    assert bench.state(low).wanted_by == (second,)
    assert bench.state(high).wanted_by == ()
