"""A horse that must not go on leaves everything in order for the next one."""

from __future__ import annotations

import pytest

from funsies.engine.consumer import Observer
from funsies.engine.drain import DrainEnd, drain
from funsies.engine.supervision.crash_recovery import (
    ChildExit,
    CrashRecovery,
    EndedChild,
    InheritedClaim,
)
from funsies.engine.supervision.status_board import ChildStatus, Phase
from funsies.engine.timing import Timing
from funsies.run.decision import Delegate, HandOver, PutBack
from funsies.store.rows import Fence, Setback, Status

FENCE = Fence(b"f" * 16)
SLOT = "host:1:a"


class Spoiled(Observer):
    """A horse that has to retire after its first step; keeps what it is told."""

    def __init__(self):
        self.claims = []
        self.sequence = 0

    def stepping(self, sequence):
        self.sequence = sequence

    def claimed(self, claim):
        self.claims.append(claim)

    def must_retire(self):
        return bool(self.claims)

    @property
    def left(self):
        return InheritedClaim(self.sequence, self.claims[-1].fence)


@pytest.fixture
def run(workshop, queue):
    def run(evaluator, **options):
        return drain(
            workshop.graph,
            evaluator,
            options.pop("slot", SLOT),
            queue,
            lease_ms=15_000,
            clock=workshop.clock,
            **options,
        )

    return run


@pytest.fixture
def values(scripted, publishing):
    return scripted(lambda claim: publishing(claim, claim.operation.task_name.encode()))


@pytest.fixture
def handing_over(scripted):
    return scripted(lambda _: HandOver())


def test_who_retires_publishes_first_and_claims_nothing_more(workshop, run, values):
    workshop.define("a")
    workshop.define("b", "a")
    workshop.request("a", "b")

    report = run(values, observer=Spoiled())

    assert (report.published, report.end) == (1, DrainEnd.RETIRED)
    assert workshop.value("a") == b"a"
    assert workshop.state("b").status is Status.READY
    assert workshop.graph.leases() == []


@pytest.mark.parametrize("decision", [PutBack(Setback.LOSS), PutBack(Setback.LOSS, 500)])
def test_who_retires_puts_back_what_did_not_succeed(workshop, run, scripted, decision):
    for name in "ab":
        workshop.define(name)
    workshop.request("a", "b")

    report = run(scripted(lambda _: decision), observer=Spoiled())

    assert (report.evaluated, report.end) == (1, DrainEnd.RETIRED)
    assert workshop.graph.leases() == []


def test_who_retires_does_not_run_a_refused_operation_again(workshop, run, scripted):
    """The store refuses to delegate to what was reset; a fresh process builds it again."""
    workshop.define("inner")
    workshop.define("outer", dynamic=True)
    workshop.request("outer")

    def build(_):
        return Delegate(workshop.rows["inner"].digest, 0, ())

    report = run(scripted(build), observer=Spoiled())

    assert (report.evaluated, report.end) == (1, DrainEnd.RETIRED)
    assert workshop.state("outer").status is Status.DELAYED


def test_a_stop_comes_before_a_successor(workshop, run, values):
    for name in "ab":
        workshop.define(name)
    workshop.request("a", "b")
    report = run(values, observer=Spoiled(), until=lambda: bool(values.claims))
    assert report.end is DrainEnd.STOPPED


def test_a_successor_takes_over_the_very_claim(workshop, run, values, handing_over):
    for name in "ab":
        workshop.define(name)
    workshop.request("a", "b")
    first, second = Spoiled(), Observer()

    assert run(handing_over, observer=first).end is DrainEnd.RETIRED
    assert workshop.state("a").status is Status.RUNNING
    report = run(values, observer=second, inherited=first.left)

    assert values.claims[0] == first.claims[0]
    assert (values.names, report.end) == (["a", "b"], DrainEnd.EMPTY)
    assert (workshop.value("a"), workshop.state("a").attempts) == (b"a", 1)


def test_a_claim_may_be_handed_on_several_times(workshop, run, values, handing_over):
    workshop.define("a")
    workshop.request("a")
    left = None
    for _ in range(3):
        observer = Spoiled()
        run(handing_over, observer=observer, inherited=left)
        left = observer.left

    run(values, inherited=left)

    assert (workshop.value("a"), workshop.state("a").attempts) == (b"a", 1)


def test_a_claim_that_was_lost_meanwhile_is_not_taken_over(workshop, run, values, handing_over):
    """Somebody has reset the operation between the two: it is claimed like any other."""
    workshop.define("a")
    workshop.request("a")
    first = Spoiled()
    run(handing_over, observer=first)
    workshop.graph.reset([workshop.rows["a"].digest])

    report = run(values, inherited=first.left)

    assert (report.published, report.end) == (1, DrainEnd.EMPTY)
    assert values.claims[0].fence != first.left.fence


def test_if_no_successor_comes_the_claim_is_put_back_and_the_attempt_does_not_count(
    workshop, run, handing_over
):
    workshop.define("a")
    workshop.request("a")
    first = Spoiled()
    run(handing_over, observer=first)
    words = ChildStatus(phase=Phase.RETIRED, fence=first.left.fence, attempt=1, lost_limit=3)

    CrashRecovery(workshop.graph, "worker", Timing()).recover(
        EndedChild(SLOT, ChildExit(status=0), words)
    )

    assert (workshop.state("a").status, workshop.state("a").attempts) == (Status.READY, 0)


def test_who_retires_with_nothing_in_hand_is_succeeded_under_another_slot():
    assignment = EndedChild(
        SLOT, ChildExit(status=0), ChildStatus(phase=Phase.RETIRED, sequence=7)
    ).successor
    assert assignment is not None
    assert assignment.slot != SLOT
    assert assignment.inherited is None


def test_who_hands_over_is_succeeded_under_the_same_slot():
    words = ChildStatus(phase=Phase.RETIRED, fence=FENCE, sequence=7)
    assignment = EndedChild(SLOT, ChildExit(status=0), words).successor
    assert assignment is not None
    assert (assignment.slot, assignment.inherited) == (SLOT, InheritedClaim(7, FENCE))


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (0, ChildStatus()),
        (0, ChildStatus(phase=Phase.RUNNING, fence=FENCE)),
        (0, ChildStatus(phase=Phase.REPORTING)),
        (9, ChildStatus(phase=Phase.RETIRED)),
        (256, ChildStatus(phase=Phase.RETIRED)),
        (9, None),
    ],
)
def test_nobody_else_is_succeeded(status, words):
    assert EndedChild(SLOT, ChildExit(status=status), words).successor is None


def test_only_who_has_nothing_in_hand_left_in_order():
    endings = [EndedChild(SLOT, ChildExit(status=0), ChildStatus(phase=each)) for each in Phase]
    assert [each.last_status.phase for each in endings if each.was_in_order] == [Phase.IDLE]
    assert not EndedChild(SLOT, ChildExit(status=256), ChildStatus()).was_in_order
