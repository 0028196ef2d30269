"""A drain works a queue off, whatever the store and the evaluator do."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from funsies.core.digest import content_digest
from funsies.core.errors import Error, ErrorKind
from funsies.engine.consumer import Observer
from funsies.engine.drain import DrainEnd, drain
from funsies.engine.failure import failure
from funsies.run.decision import Delegate, Park, Publish, PutBack
from funsies.run.signals import Preempted
from funsies.store.memory import claiming
from funsies.store.rows import QueueName, Setback, Status, TraceCandidate

OTHER = QueueName("other@3.11")


@pytest.fixture
def run(workshop, queue):
    """Drain the queue of the workshop."""

    def run(evaluator, **options):
        return drain(
            workshop.graph,
            evaluator,
            options.pop("slot", "host:1:a"),
            queue,
            lease_ms=15_000,
            clock=workshop.clock,
            **options,
        )

    return run


@pytest.fixture
def values(scripted, publishing):
    """Evaluate every operation to its task's name."""
    return scripted(lambda claim: publishing(claim, claim.operation.task_name.encode()))


def test_a_chain_is_run_to_its_end_by_one_drain(workshop, run, values):
    workshop.define("a")
    workshop.define("b", "a")
    workshop.define("c", "b")
    workshop.request("a", "b", "c")

    report = run(values)

    assert values.names == ["a", "b", "c"]
    assert workshop.value("c") == b"c"
    assert (report.published, report.end) == (3, DrainEnd.EMPTY)


def test_each_operation_costs_one_message_to_the_store(workshop, run, values, monkeypatch):
    messages = []
    step = workshop.graph.step
    monkeypatch.setattr(
        workshop.graph, "step", lambda sent: messages.append(sent.sequence) or step(sent)
    )
    for name in "abcdefgh":
        workshop.define(name)
    workshop.request(*"abcdefgh")

    run(values)

    assert messages == list(range(1, 10))


def test_a_drain_goes_on_when_a_step_with_many_inputs_turns_out_to_wait(
    workshop, run, values, monkeypatch
):
    """An input was asked for again meanwhile; the answer to such a claim is none, once."""
    monkeypatch.setattr(claiming, "MOST_INPUTS", 1)
    workshop.define("a")
    workshop.define("b")
    workshop.define("all", "a", "b")
    workshop.request("a", "b")
    run(values)
    workshop.request("all")
    workshop.graph.reset([workshop.rows["a"].digest])
    workshop.request("a")
    assert workshop.state("all").status is Status.READY

    report = run(values, slot="host:1:b")

    assert values.names == ["a", "b", "a", "all"]
    assert (report.published, report.end) == (2, DrainEnd.EMPTY)
    assert workshop.value("all") == b"all"


def test_a_drain_that_is_told_to_stop_publishes_what_it_has_and_claims_nothing(
    workshop, run, values
):
    for name in "ab":
        workshop.define(name)
    workshop.request("a", "b")

    report = run(values, until=lambda: bool(values.claims))

    assert report.end is DrainEnd.STOPPED
    assert workshop.value("a") == b"a"
    assert workshop.state("b").status is Status.READY
    assert workshop.graph.leases() == []


def test_a_drain_gives_way_when_its_time_slice_is_over(workshop, run, scripted, publishing):
    def slow(claim):
        workshop.clock.pass_seconds(7)
        return publishing(claim, b"")

    for name in "abcd":
        workshop.define(name)
    workshop.request(*"abcd")

    report = run(scripted(slow), slice_seconds=10)

    assert (report.evaluated, report.end) == (2, DrainEnd.STOPPED)


def test_a_preempted_operation_is_put_back_and_its_attempt_does_not_count(
    workshop, run, scripted
):
    def preempt(claim):
        raise Preempted

    workshop.define("a")
    workshop.request("a")

    report = run(scripted(preempt))

    assert report.end is DrainEnd.PREEMPTED
    assert workshop.state("a").status is Status.READY
    assert workshop.state("a").attempts == 0
    assert workshop.state("a").results == ()


def test_a_result_that_comes_too_late_is_dropped_and_the_drain_goes_on(
    workshop, run, scripted, publishing
):
    def lose_first(claim):
        if claim.operation.task_name == "a" and len(evaluator.claims) == 1:
            workshop.graph.reset([claim.operation.digest])  # somebody takes the lease away
            return publishing(claim, b"stale")
        return publishing(claim, b"fresh")

    evaluator = scripted(lose_first)
    workshop.define("a")
    workshop.request("a")

    report = run(evaluator)

    assert (report.fenced, report.published) == (1, 1)
    assert workshop.value("a") == b"fresh"


def test_a_retry_is_claimed_again_after_its_delay(workshop, run, scripted, publishing):
    evaluator = scripted(
        lambda claim: (
            PutBack(Setback.FAILURE, 5_000) if claim.attempt == 1 else publishing(claim, b"x")
        )
    )
    workshop.define("a")
    workshop.request("a")

    run(evaluator, slot="first")
    assert workshop.state("a").status is Status.DELAYED
    workshop.clock.pass_seconds(6)
    run(evaluator, slot="second")

    assert workshop.value("a") == b"x"
    assert [claim.attempt for claim in evaluator.claims] == [1, 2]


def test_a_dynamic_operation_hands_its_output_over(workshop, run, scripted, publishing, queue):
    def build(claim):
        if claim.operation.task_name == "outer":
            workshop.request("inner")
            return Delegate(workshop.rows["inner"].digest, 0, (queue, OTHER))
        return publishing(claim, b"made within")

    armed = []
    workshop.define("inner")
    workshop.define("outer", dynamic=True)
    workshop.request("outer")

    run(scripted(build), arm=armed.extend)

    assert workshop.value("outer") == b"made within"
    assert armed == [OTHER]  # on its own queue there was nothing for anybody else


def test_a_dynamic_operation_that_leaves_more_than_one_step_calls_for_help(
    workshop, run, scripted, publishing, queue
):
    def build(claim):
        if claim.operation.task_name == "outer":
            workshop.request("inner")
            workshop.request("more")
            return Delegate(workshop.rows["inner"].digest, 0, (queue,))
        return publishing(claim, b"made within")

    armed = []
    workshop.define("inner")
    workshop.define("more")
    workshop.define("outer", dynamic=True)
    workshop.request("outer")

    run(scripted(build), arm=armed.extend)

    assert queue in armed


def test_a_delegation_to_something_reset_meanwhile_is_built_again(
    workshop, run, scripted, publishing
):
    def build(claim):
        if claim.operation.task_name == "outer":
            if evaluator.names.count("outer") > 1:
                workshop.request("inner")
            return Delegate(workshop.rows["inner"].digest, 0, ())
        return publishing(claim, b"x")

    evaluator = scripted(build)
    workshop.define("inner")
    workshop.define("outer", dynamic=True)
    workshop.request("outer")

    run(evaluator)

    assert evaluator.names == ["outer", "outer", "inner"]
    assert workshop.value("outer") == b"x"


def test_building_again_is_bounded(workshop, run, scripted):
    evaluator = scripted(lambda _: Delegate(workshop.rows["inner"].digest, 0, ()))
    workshop.define("inner")
    workshop.define("outer", dynamic=True)
    workshop.request("outer")

    report = run(evaluator)

    assert report.evaluated == 3
    assert workshop.state("outer").status is Status.DELAYED


def test_an_operation_whose_input_was_lost_waits_for_it_again(
    workshop, run, scripted, publishing
):
    def act(claim):
        if claim.operation.task_name == "b" and evaluator.names.count("b") == 1:
            workshop.graph.reset([workshop.rows["a"].digest])
            workshop.request("a")
            return Park(())
        return publishing(claim, claim.operation.task_name.encode())

    evaluator = scripted(act)
    workshop.define("a")
    workshop.define("b", "a")
    workshop.request("a", "b")

    run(evaluator)

    assert evaluator.names == ["a", "b", "a", "b"]
    assert workshop.value("b") == b"b"


def test_a_trace_whose_bytes_are_gone_is_not_used(
    workshop, run, scripted, publishing, monkeypatch
):
    def act(claim):
        if claim.trace is not None:
            return publishing(claim, b"gone", linked=True, contents=())
        return publishing(claim, b"computed")

    evaluator = scripted(act)
    workshop.define("a")
    workshop.request("a")
    _offer_trace(workshop, monkeypatch)

    run(evaluator)

    assert workshop.value("a") == b"computed"


def _offer_trace(workshop, monkeypatch):
    step = workshop.graph.step

    def offering(*args, **fields):
        answer = step(*args, **fields)
        trace = TraceCandidate(content_digest(b"key"), ())
        claim = answer.claim and replace(answer.claim, trace=trace)
        return replace(answer, claims=(claim,) if claim else ())

    monkeypatch.setattr(workshop.graph, "step", offering)


def test_a_result_without_its_bytes_is_never_shown_as_a_value(
    workshop, run, scripted, publishing
):
    workshop.define("a")
    workshop.define("b", "a")
    workshop.request("a", "b")

    run(scripted(lambda claim: publishing(claim, b"bytes that were not sent", contents=())))

    assert workshop.error("a").kind is ErrorKind.DataMissing
    assert workshop.state("a").volatile
    assert workshop.error("b") == workshop.error("a")


def test_a_fault_of_the_engine_ends_in_an_error_after_some_attempts(workshop, run, scripted):
    def broken(claim):
        raise RuntimeError("a bug in funsies")

    workshop.define("a")
    workshop.request("a", lost_limit=2)
    for slot in ("first", "second"):
        run(scripted(broken), slot=slot)
        workshop.clock.pass_seconds(2)

    error = workshop.error("a")
    assert error.kind is ErrorKind.WorkerLost
    assert "a bug in funsies" in error.details
    assert error.attempts == 2
    assert workshop.state("a").volatile


def test_an_observer_hears_of_everything_that_the_slot_holds(workshop, run, values):
    class Diary(Observer):
        def __init__(self):
            self.lines = []

        def stepping(self, sequence):
            self.lines.append(sequence)

        def claimed(self, claim):
            self.lines.append(claim.operation.task_name)

        def idle(self):
            self.lines.append(None)

    diary = Diary()
    workshop.define("a")
    workshop.define("b", "a")
    workshop.request("a", "b")

    run(values, observer=diary)

    assert diary.lines == [1, "a", 2, "b", 3, None]


def test_several_drains_never_publish_an_operation_twice(workshop, run, scripted, publishing):
    """Whatever is drained within a drain, each operation is published once."""

    def nested(claim):
        if len(evaluator.claims) < 8:
            run(evaluator, slot=f"slot {len(evaluator.claims)}")
        return publishing(claim, claim.operation.task_name.encode())

    evaluator = scripted(nested)
    for name in "abcdefgh":
        workshop.define(name)
    workshop.request(*"abcdefgh")

    run(evaluator)

    assert sorted(evaluator.names) == list("abcdefgh")
    assert {workshop.value(name) for name in "abcdefgh"} == {bytes([c]) for c in b"abcdefgh"}


def test_a_failure_while_the_drain_is_stopped_is_put_back_not_stored(workshop, run, scripted):
    """A batch system that stops a worker also stops the commands that it runs: they fail."""

    def fail(claim):
        error = Error(kind=ErrorKind.CommandFailed, exit_code=7)
        return Publish(replace(failure(claim.operation, claim.fence, error), volatile=False))

    evaluator = scripted(fail)
    workshop.define("a")
    workshop.request("a")

    run(evaluator, until=lambda: bool(evaluator.claims))

    assert (workshop.state("a").status, workshop.state("a").attempts) == (Status.READY, 0)
