"""Claiming, publishing, putting back."""

from __future__ import annotations

import pytest

from funsies.core.digest import content_digest
from funsies.core.graph import TaskKind
from funsies.store.rows import (
    Completion,
    Definitions,
    QueueName,
    RunReport,
    Setback,
    Status,
    TaskRow,
    Verdict,
)


def test_one_message_publishes_and_takes_the_next(bench, tools):
    low = bench.operation("low")
    high = bench.operation("high", low)
    bench.request(low, high)
    worker = bench.slot()
    claim = worker.claim()
    assert (claim.operation, claim.attempt) == (low, 1)
    assert claim.contents == {claim.inputs[0].content: b"low"}
    answer = worker.step(tools.completion(claim, b"made", record=b"{}", log=b"said"))
    assert answer.verdict is Verdict.OK
    assert answer.claim.operation == high
    assert answer.claim.contents == {content_digest(b"made"): b"made"}
    assert answer.claim.options == tools.OPTIONS
    assert bench.store.records([low.digest])[0] == b"{}"
    assert bench.store.log(low.digest) == b"said"
    assert bench.state(low).results == (tools.result_of(b"made"),)


def test_a_short_shell_command_comes_with_its_step(bench):
    def claimed(name, kind, python, payload):
        row = bench.operation(name, outputs=3)
        task = TaskRow(row.task, python, kind, name, True, (), payload, b"{}", b"signature")
        bench.store.define(Definitions(tasks=(task,)))
        bench.request(row)
        return bench.slot(name).claim().task, task

    sent, task = claimed("command", TaskKind.SHELL, "", b"{}")
    assert sent == task
    assert claimed("function", TaskKind.PYTHON, "3.11", b"")[0] is None
    assert claimed("very long", TaskKind.SHELL, "", bytes(10_000))[0] is None


def test_a_message_sent_twice_acts_once_and_is_answered_alike(bench, tools):
    low = bench.operation("low")
    high = bench.operation("high", low)
    bench.request(low, high)
    worker = bench.slot()
    claim = worker.claim()
    sent, fence = tools.completion(claim, b"made"), bench.fence()
    worker.sequence += 1
    first = worker.again(sent, fence=fence)
    assert worker.again(sent, fence=fence) == first
    assert first.claim.attempt == 1
    assert bench.store.counts()["low"].executed == 1
    assert len(bench.store.leases()) == 1


def test_a_message_that_comes_late_is_ignored(bench, tools):
    row = bench.operation("row")
    bench.request(row)
    worker = bench.slot()
    claim = worker.claim()
    worker.step(tools.completion(claim, b"made"))
    worker.sequence -= 1
    answer = worker.again(tools.completion(claim, b"other"), fence=bench.fence())
    assert (answer.verdict, answer.claim) == (Verdict.FENCED, None)


def test_what_failed_last_is_remembered_newest_first(bench, tools):
    good, bad, worse = (bench.operation(name) for name in ("good", "bad", "worse"))
    after = bench.operation("after", bad)
    bench.request(good, bad, worse, after)
    worker = bench.slot()
    for _ in range(3):
        claim = worker.claim()
        is_good = claim.operation == good
        result = tools.result_of(b"made", ok=is_good)
        sent = (result.content, b"made")
        completion = Completion(
            claim.operation.digest, claim.fence, (result,), contents=(sent,), volatile=is_good
        )
        worker.step(completion, claim=False)
    assert bench.state(after).status is Status.FAILED
    latest = bench.store.latest_failures(10)
    assert {each.operation for each in latest} == {bad.digest, worse.digest}
    assert latest[0].number > latest[1].number
    assert bench.store.latest_failures(1) == latest[:1]


def test_only_the_holder_of_the_fence_publishes(bench):
    row = bench.operation("row")
    bench.request(row)
    old = bench.slot("old").claim()
    bench.store.release("old", row.digest, old.fence, setback=Setback.LOSS)
    new = bench.slot("new").claim()
    assert bench.slot("late").publish(old, b"old") is Verdict.FENCED
    assert bench.slot("new2").publish(new, b"new") is Verdict.OK
    assert bench.state(row).results[0].content == content_digest(b"new")


def test_a_result_is_not_published_before_its_bytes_are_there(bench, tools):
    row = bench.operation("row")
    bench.request(row)
    worker = bench.slot()
    claim = worker.claim()
    empty = Completion(row.digest, claim.fence, (tools.result_of(b"made"),))
    assert worker.step(empty).verdict is Verdict.BYTES
    assert bench.status(row) is Status.RUNNING
    assert worker.publish(claim, b"made") is Verdict.OK


def test_large_results_need_no_small_bytes(bench, tools):
    row = bench.operation("row")
    bench.request(row)
    worker = bench.slot()
    claim = worker.claim()
    large = type(tools.result_of(b""))(True, content_digest(b"large"), True, 10**12)
    assert worker.step(Completion(row.digest, claim.fence, (large,))).verdict is Verdict.OK
    assert bench.state(row).results == (large,)


def test_a_large_constant_is_named_with_its_size(bench):
    row = bench.operation("row", bench.constant(b"x" * 1000, large=True))
    bench.request(row)
    claim = bench.slot().claim()
    assert (claim.inputs[0].large, claim.inputs[0].size_bytes) == (True, 1000)
    assert claim.contents == {}


def test_small_inputs_travel_with_the_claim_only_as_far_as_they_fit(bench):
    inputs = [bench.constant(bytes([number]) * 400_000) for number in range(4)]
    row = bench.operation("row", *inputs)
    bench.request(row)
    claim = bench.slot().claim()
    assert len(claim.inputs) == 4
    assert len(claim.contents) == 2


def test_a_new_claim_puts_a_forgotten_one_back(bench):
    """A horse died; its successor claims under the same slot and gets the same operation."""
    row = bench.operation("row")
    bench.request(row)
    worker = bench.slot()
    first, second = worker.claim(), worker.claim()
    assert (first.operation, first.attempt) == (second.operation, 1)
    assert second.attempt == 2
    assert bench.store.counts()["row"].lost == 1


def test_a_poison_operation_is_not_claimed_for_ever(bench):
    """Lost too often under one slot, it goes to the sweeper, which ends it."""
    row = bench.operation("poison")
    bench.request(row, lost_limit=2)
    worker = bench.slot()
    assert worker.step().claim
    assert worker.step().claim
    assert worker.step().claim is None
    answer = bench.store.sweep("sweeper", fences=[bench.fence()], lease_ms=1000)
    assert [each.operation for each in answer.exhausted] == [row.digest]
    assert answer.exhausted[0].worker == "worker"
    assert bench.store.counts()["poison"].lost == 2


def test_release_puts_back_at_once_or_later(bench):
    row = bench.operation("row")
    bench.request(row)
    worker = bench.slot()
    claim = worker.claim()
    release = bench.store.release
    back = {"delay_ms": 500, "setback": Setback.NOTHING}
    assert release("worker", row.digest, claim.fence, **back) is Verdict.OK
    assert release("worker", row.digest, claim.fence, **back) is Verdict.OK, "sent twice"
    assert bench.status(row) is Status.DELAYED
    assert worker.step().claim is None
    bench.later(500)
    claim = worker.claim()
    assert claim.attempt == 1, "the attempt was given back"
    lost = {"setback": Setback.LOSS}
    assert release("worker", row.digest, claim.fence, **lost) is Verdict.OK
    assert worker.claim().attempt == 2


def test_release_under_a_lost_fence_does_nothing(bench):
    row = bench.operation("row")
    bench.request(row)
    bench.slot().claim()
    verdict = bench.store.release("worker", row.digest, bench.fence(), setback=Setback.LOSS)
    assert verdict is Verdict.FENCED
    assert bench.status(row) is Status.RUNNING


def test_an_input_reset_after_the_claim_is_waited_for_again(bench):
    low = bench.operation("low")
    high = bench.operation("high", low)
    bench.run(low, b"1")
    bench.request(high)
    bench.store.reset([low.digest])
    worker = bench.slot()
    claim = worker.claim()
    assert claim.inputs == (None,)
    park = bench.store.park
    assert park("worker", high.digest, claim.fence) is Verdict.IDLE
    assert bench.status(high) is Status.RUNNING, "it keeps its lease"
    bench.request(low, generation=claim.generation)
    assert park("worker", high.digest, claim.fence) is Verdict.OK
    assert park("worker", high.digest, claim.fence) is Verdict.OK, "sent twice"
    assert (bench.status(high), bench.state(high).attempts) == (Status.WAITING, 0)
    bench.slot("other").publish(bench.slot("other").claim(), b"2")


def test_an_input_that_runs_again_is_waited_for_without_a_claim(bench):
    low = bench.operation("low")
    high = bench.operation("high", low)
    bench.run(low, b"1")
    bench.request(high)
    bench.store.reset([low.digest])
    bench.request(low, priority=-1)
    worker = bench.slot()
    claim = worker.claim()
    assert claim.operation == low
    assert bench.status(high) is Status.WAITING
    worker.publish(claim, b"2")
    assert worker.claim().contents == {content_digest(b"2"): b"2"}


def test_a_dynamic_operation_gets_the_result_of_another(bench):
    dynamic = bench.operation("dynamic", dynamic=True)
    target = bench.operation("target")
    bench.request(dynamic)
    worker = bench.slot()
    claim = worker.claim()
    arguments = ("worker", dynamic.digest, claim.fence, target.digest, 0)
    assert bench.store.delegate(*arguments) is Verdict.IDLE
    bench.request(target, generation=claim.generation)
    assert bench.store.delegate(*arguments) is Verdict.OK
    assert bench.store.delegate(*arguments) is Verdict.OK, "sent twice"
    assert bench.status(dynamic) is Status.DELEGATED
    assert bench.store.waiting_on(dynamic.digest) == (target.digest,)
    worker.publish(worker.claim(), b"value")
    assert bench.state(dynamic).results == bench.state(target).results
    assert bench.store.counts()["dynamic"].executed == 1


def test_how_a_dynamic_operation_ran_is_kept_as_it_delegates(bench):
    """Like that of any other: its record, what it printed, and the time it took."""
    dynamic = bench.operation("dynamic", dynamic=True)
    target = bench.operation("target")
    bench.run(target, b"value")
    bench.request(dynamic)
    claim = bench.slot().claim()
    arguments = ("worker", dynamic.digest, claim.fence, target.digest, 0)
    told = RunReport(record=b"{}", log=b"printed", busy_ms=7)
    assert bench.store.delegate(*arguments, report=told) is Verdict.OK
    assert bench.store.delegate(*arguments, report=told) is Verdict.OK, "sent twice"
    assert bench.store.records([dynamic.digest])[0] == b"{}"
    assert bench.store.log(dynamic.digest) == b"printed"
    assert bench.store.counts()["dynamic"].busy_ms == 7


def test_a_refused_delegation_leaves_no_record(bench):
    dynamic = bench.operation("dynamic", dynamic=True)
    unasked = bench.operation("unasked")
    bench.request(dynamic)
    claim = bench.slot().claim()
    arguments = ("worker", dynamic.digest, claim.fence, unasked.digest, 0)
    told = RunReport(record=b"{}", log=b"printed", busy_ms=7)
    assert bench.store.delegate(*arguments, report=told) is Verdict.IDLE
    assert bench.store.records([dynamic.digest])[0] is None
    assert bench.store.counts()["dynamic"].busy_ms == 0


def test_a_dynamic_operation_may_delegate_to_what_is_finished(bench):
    dynamic, target = bench.operation("dynamic", dynamic=True), bench.operation("target")
    bench.run(target, b"value")
    bench.request(dynamic)
    claim = bench.slot().claim()
    verdict = bench.store.delegate("worker", dynamic.digest, claim.fence, target.digest, 0)
    assert verdict is Verdict.OK
    assert bench.status(dynamic) is Status.DONE
    assert bench.store.leases() == []


def test_what_delegates_to_a_failure_fails_with_it(bench):
    dynamic, target = bench.operation("dynamic", dynamic=True), bench.operation("target")
    bench.request(target)
    worker = bench.slot()
    worker.fail(worker.claim(), b"lost", volatile=True)
    generation = bench.store.new_generation()
    bench.request(dynamic, generation=generation)
    claim = worker.claim()
    arguments = ("worker", dynamic.digest, claim.fence, target.digest, 0)
    assert bench.store.delegate(*arguments) is Verdict.IDLE, "an old failure is tried again"
    bench.request(target, generation=generation)
    assert bench.store.delegate(*arguments) is Verdict.OK
    worker.fail(worker.claim(), b"lost", volatile=True)
    state = bench.state(dynamic)
    assert (state.status, state.volatile) == (Status.FAILED, True)


def test_a_trace_is_offered_where_task_and_contents_are_the_same(bench, tools):
    """Early cutoff: another operation, the same task, the same bytes: nothing to run."""
    key = content_digest(b"trace key")
    first, second = bench.operation("first"), bench.operation("second")
    one = bench.operation("one", first, task="task")
    two = bench.operation("two", second, task="task")
    other = bench.operation("other", second, task="another task")
    bench.run(first, b"same")
    bench.run(second, b"same")
    bench.run(one, b"made", trace_key=key)
    bench.request(two)
    worker = bench.slot()
    claim = worker.claim()
    assert claim.trace.key == key
    assert claim.trace.results == (tools.result_of(b"made"),)
    linked = Completion(
        two.digest, claim.fence, claim.trace.results, trace_key=key, linked=True
    )
    assert worker.step(linked).verdict is Verdict.OK
    counts = bench.store.counts()["task"]
    assert (counts.executed, counts.linked, counts.done) == (1, 1, 2)
    bench.request(other)
    assert worker.claim().trace is None


@pytest.mark.parametrize("reason", ["volatile", "failed", "no key", "bytes lost", "dynamic"])
def test_no_trace_of_what_must_be_run_again(bench, reason):
    source = bench.operation("source")
    is_dynamic = reason == "dynamic"
    one = bench.operation("one", source, task="task", dynamic=is_dynamic)
    two = bench.operation("two", source, task="task", dynamic=is_dynamic)
    bench.run(source, b"same")
    bench.request(one)
    worker = bench.slot()
    claim = worker.claim()
    key = None if reason == "no key" else content_digest(b"key")
    if reason == "failed":
        worker.fail(claim, b"error", trace_key=key)
    else:
        worker.publish(claim, b"made", trace_key=key, volatile=reason == "volatile")
    if reason == "bytes lost":
        bench.lose(b"made")
    bench.request(two)
    assert worker.claim().trace is None


def test_counters_tell_the_states_by_task(bench):
    low = bench.operation("low", task="small")
    other = bench.operation("other", task="small")
    high = bench.operation("high", low, task="big")
    bench.request(low, other, high)
    worker = bench.slot()
    claim = worker.claim()
    counts = bench.store.counts()
    assert (counts["small"].running, counts["small"].ready) == (1, 1)
    assert (counts["big"].waiting, counts["big"].pending) == (1, 1)
    worker.publish(claim, b"1", busy_ms=12)
    counts = bench.store.counts()
    assert (counts["small"].done, counts["small"].executed, counts["small"].busy_ms) == (
        1,
        1,
        12,
    )
    assert (counts["big"].waiting, counts["big"].ready) == (0, 1)


def test_work_set_free_on_another_queue_is_armed_too(bench, tools):
    low = bench.operation("low")
    high = bench.operation("high", low)
    generation = bench.store.new_generation()
    bench.request(low, generation=generation)
    bench.request(high, generation=generation, queue=QueueName("gpu@3.11"))
    worker = bench.slot()
    sent, fence = tools.completion(worker.claim(), b"made"), bench.fence()
    worker.sequence += 1
    assert worker.again(sent, fence=fence).arm == ("gpu@3.11",)
    assert worker.again(sent, fence=fence).arm == ("gpu@3.11",), "sent twice"
