"""A drain that claims several operations at once ends each as if it had claimed it alone."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from funsies.core.digest import content_digest
from funsies.core.errors import Error, ErrorKind
from funsies.engine.consumer import Observer
from funsies.engine.drain import DrainEnd, drain
from funsies.engine.failure import failure
from funsies.engine.supervision.batch import MOST_CLAIMS
from funsies.run.decision import HandOver, Park, Publish, PutBack
from funsies.run.signals import Preempted
from funsies.store.rows import Setback, Status, StoredResult, TraceCandidate

from .conftest import Workshop, publish


class ChildContext(Observer):
    """Says what a test wants."""

    def __init__(self):
        self.running_now = None
        self.is_spoiled = self.was_relieved = False

    def must_retire(self):
        return self.is_spoiled

    def is_relieved(self):
        was_relieved, self.was_relieved = self.was_relieved, False
        return was_relieved


@pytest.fixture
def horse():
    return ChildContext()


@pytest.fixture
def run(workshop, queue, horse):
    slots = count()

    def run(evaluator, **options):
        return drain(
            workshop.graph,
            evaluator,
            f"slot {next(slots)}",
            queue,
            lease_ms=15_000,
            most_claims=MOST_CLAIMS,
            observer=horse,
            clock=workshop.clock,
            **options,
        )

    return run


@pytest.fixture
def names(workshop, run, scripted, publishing):
    """Thirty operations of a task that has run before, and is short."""
    workshop.define("first", task_name="short")
    workshop.request("first")
    run(scripted(lambda claim: publishing(claim, b"first", busy_ms=1)))
    names = [f"{number:02}" for number in range(30)]
    for name in names:
        workshop.define(name, task_name="short")
    workshop.request(*names)
    return names


@pytest.fixture
def name_of(workshop):
    return lambda claim: next(
        name for name, row in workshop.rows.items() if row == claim.operation
    )


@pytest.fixture
def valued(scripted, publishing, name_of):
    """Evaluate everything to its name, but for what a test wants otherwise."""

    def valued(act=lambda _: None):
        def evaluate(claim):
            name = name_of(claim)
            return act(name) or publishing(claim, name.encode(), busy_ms=1)

        return scripted(evaluate)

    return valued


def statuses(workshop, names):
    return [workshop.state(name).status for name in names]


def test_many_short_operations_take_few_messages(workshop, run, names, valued, messages):
    report = run(valued())

    assert [workshop.value(name) for name in names] == [name.encode() for name in names]
    assert (report.published, report.evaluated, report.end) == (30, 30, DrainEnd.EMPTY)
    claimed = [claims for _, claims in messages]
    assert claimed == [1, 2, 4, 8, 7, 4, 2, 1, 1, 0], "half of what is left, not at once many"
    assert sum(claimed) == 30
    assert workshop.graph.leases() == []


@pytest.fixture
def messages(workshop, monkeypatch):
    """The numbers of results that each message publishes, and of claims that it gets."""
    numbers = []
    step = workshop.graph.step

    def noting(message):
        answer = step(message)
        numbers.append((len(message.completions), len(answer.claims)))
        return answer

    monkeypatch.setattr(workshop.graph, "step", noting)
    return numbers


def test_what_is_done_is_not_held_for_long(workshop, run, names, valued, messages):
    """Steps of four milliseconds: when three are done, the first one has waited for eight."""
    run(valued(lambda _: workshop.clock.pass_seconds(0.004)))

    assert statuses(workshop, names) == [Status.DONE] * 30
    assert max(published for published, _ in messages) == 3


def test_what_has_not_run_in_this_process_may_take_long(workshop, run, names, valued):
    """So what is done is published before it begins, though it is in the midst of a batch."""
    for name in ("other 0", "other 1"):
        workshop.define(name, task_name="other")
    workshop.request("other 0")
    run(valued())  # others may know how long it takes
    workshop.graph.reset([workshop.rows[name].digest for name in names])
    workshop.request(*names[:9], "other 1", *names[9:])
    seen = []

    def act(name):
        if name == "other 1":
            seen.append(statuses(workshop, names))

    run(valued(act))

    assert seen == [[Status.DONE] * 9 + [Status.RUNNING] * 5 + [Status.READY] * 16]
    assert statuses(workshop, names) == [Status.DONE] * 30


@pytest.mark.parametrize("end", ["stopped", "spoiled", "relieved"])
def test_what_is_not_begun_is_put_back_uncharged(workshop, run, names, valued, *, horse, end):
    def act(name):
        if name == "10":  # in the midst of a batch of eight
            horse.is_spoiled, horse.was_relieved = end == "spoiled", end == "relieved"

    evaluator = valued(act)
    stops = lambda: end == "stopped" and len(evaluator.claims) == 11  # noqa: E731

    report = run(evaluator, until=stops)

    if end == "relieved":  # it goes on, one by one at first
        assert statuses(workshop, names) == [Status.DONE] * 30
        assert all(workshop.state(name).attempts == 1 for name in names)
        return
    ends = {"stopped": DrainEnd.STOPPED, "spoiled": DrainEnd.RETIRED}
    assert (report.end, report.published) == (ends[end], 11)
    assert statuses(workshop, names) == [Status.DONE] * 11 + [Status.READY] * 19
    assert all(workshop.state(name).attempts == 0 for name in names[11:])
    assert workshop.graph.leases() == []


def test_what_is_seen_to_in_the_moment_before_it_begins_is_not_run(
    workshop, run, names, valued, *, horse, monkeypatch
):
    """The parent may take it away while it is announced: then somebody else will run it."""
    announced = []

    def claimed(claim):
        announced.append(claim)
        horse.was_relieved = len(announced) == 11

    monkeypatch.setattr(horse, "claimed", claimed)
    evaluator = valued()
    run(evaluator)

    assert statuses(workshop, names) == [Status.DONE] * 30
    assert len(evaluator.claims) == 30


@pytest.mark.parametrize("how", ["preempted", "handed over"])
def test_who_has_to_leave_publishes_what_is_done(workshop, run, names, valued, how):
    def act(name):
        if name == "10" and how == "preempted":
            raise Preempted
        return HandOver() if name == "10" else None

    report = run(valued(act))

    assert report.end is (DrainEnd.PREEMPTED if how == "preempted" else DrainEnd.RETIRED)
    assert statuses(workshop, names) == [Status.DONE] * 10 + [Status.READY] * 20
    assert all(workshop.state(name).attempts == 0 for name in names[10:])
    assert workshop.graph.leases() == []


def test_what_is_alone_is_handed_over_with_its_slot(workshop, run, valued):
    workshop.define("a")
    workshop.request("a")

    report = run(valued(lambda _: HandOver()))

    assert report.end is DrainEnd.RETIRED
    assert len(workshop.graph.leases()) == 1


def test_a_trace_whose_bytes_are_gone_is_not_used(
    workshop, run, names, scripted, publishing, *, monkeypatch, name_of
):
    """What the store refuses of a batch is computed; the others are published."""
    step = workshop.graph.step
    trace = TraceCandidate(
        content_digest(b"key"), (StoredResult(True, content_digest(b"gone"), False, 4),)
    )

    def offering(message):
        answer = step(message)
        claims = [replace(c, trace=trace) if name_of(c) == "09" else c for c in answer.claims]
        return replace(answer, claims=tuple(claims))

    def act(claim):
        if claim.trace:
            sent = publishing(claim, b"").completion
            linked = replace(sent, results=trace.results, contents=(), linked=True)
            return Publish(linked)
        return publishing(claim, name_of(claim).encode())

    monkeypatch.setattr(workshop.graph, "step", offering)
    report = run(scripted(act))

    assert [workshop.value(name) for name in names] == [name.encode() for name in names]
    assert (report.published, report.evaluated) == (30, 31)


class Chance:
    """Evaluates as hypothesis draws: values, errors, retries, parked ones; time passes."""

    def __init__(self, data, workshop):
        self.data, self.workshop = data, workshop
        self.values, self.retries = [], []

    def draw(self, *choices):
        return self.data.draw(st.sampled_from(choices))

    def evaluate(self, claim):
        name = next(n for n, row in self.workshop.rows.items() if row == claim.operation)
        what = self.draw("value", "value", "value", "value", "error", "retry", "park", "leave")
        self.workshop.clock.pass_seconds(self.draw(0.0, 0.001, 0.008, 0.1))
        if what == "retry" and claim.failures < 2:
            self.retries.append(name)
            return PutBack(Setback.FAILURE, self.draw(0, 500))
        if what == "park" and claim.lost_inputs < 2:
            return Park((), Setback.INPUT)
        if what == "leave":
            raise Preempted
        if what == "error":
            error = Error(kind=ErrorKind.ExceptionRaised)
            return Publish(failure(claim.operation, claim.fence, error))
        self.values.append(name)
        return publish(claim, name.encode(), busy_ms=1)

    def define(self, number):
        """So many operations of three tasks, each with up to two of the others as inputs."""
        names = []
        for each in range(number):
            below = {self.draw(None, *names) for _ in range(2)} - {None}
            names.append(f"{each}")
            self.workshop.define(names[-1], *sorted(below), task_name=f"task {each % 3}")
        self.workshop.request(*names)
        return names


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_whatever_becomes_of_operations_each_ends_once(data, queue):
    """Also if drains stop, and others follow."""
    workshop = Workshop()
    chance = Chance(data, workshop)
    names = chance.define(24)
    for turn in range(500):
        left = iter(range(data.draw(st.integers(1, 12))))
        drain(
            workshop.graph,
            chance,
            f"slot {turn}",
            queue,
            lease_ms=15_000,
            most_claims=MOST_CLAIMS,
            until=lambda left=left: next(left, None) is None,
            clock=workshop.clock,
        )
        assert workshop.graph.leases() == [], "nothing is left in hand"
        if all(workshop.state(name).status.is_finished for name in names):
            break
        workshop.clock.pass_seconds(0.3)
    for name in names:
        state = workshop.state(name)
        assert chance.values.count(name) == (state.status is Status.DONE)
        if state.status is Status.DONE:
            assert workshop.value(name) == name.encode()
            assert state.attempts == 1 + chance.retries.count(name)
        else:
            assert state.status is Status.FAILED
