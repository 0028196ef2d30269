"""Upkeep: nothing that was asked for stays without an end."""

from __future__ import annotations

import pytest

from funsies.core.errors import Error, ErrorKind, NoServerError
from funsies.engine.drain import drain
from funsies.engine.failure import failure, publish_failure
from funsies.engine.slots import new_fence, new_slot
from funsies.engine.timing import Timing
from funsies.engine.upkeep import Upkeep, audit_once, sweep_once
from funsies.run.decision import Delegate
from funsies.store.rows import Setback, Status, StepMessage
from funsies.store.submission import queue_name

LEASE_MS = 4_000


@pytest.fixture
def claim(workshop, queue):
    """Claim the next operation in the name of a worker that will never be heard of again."""

    def claim():
        answer = workshop.graph.step(
            StepMessage(new_slot(), 1, queue, lease_ms=LEASE_MS, fence=new_fence())
        )
        return answer.claim

    return claim


@pytest.fixture
def sweep(workshop):
    def sweep(seconds):
        """Sweep twice a second for some time."""
        for _ in range(round(2 * seconds)):
            workshop.clock.pass_seconds(0.5)
            sweep_once(workshop.graph, "sweeper", lease_ms=LEASE_MS)

    return sweep


def test_an_operation_of_a_vanished_worker_is_ready_again(workshop, claim, sweep):
    workshop.define("a")
    workshop.request("a")
    claim()
    sweep(6)
    assert workshop.state("a").status is Status.READY


def test_an_operation_that_loses_every_worker_ends_in_an_error(workshop, claim, sweep):
    workshop.define("a")
    workshop.define("b", "a")
    workshop.request("a", "b", lost_limit=2)
    for _ in range(2):
        assert claim() is not None
        sweep(6)

    error = workshop.error("a")
    assert (error.kind, error.attempts) == (ErrorKind.WorkerLost, 2)
    assert workshop.state("a").volatile
    assert workshop.error("b") == error
    assert workshop.graph.leases() == []


@pytest.fixture
def circle(workshop, scripted, queue):
    """Two dynamic operations that ask for each other."""
    workshop.define("left", dynamic=True)
    workshop.define("right", dynamic=True)
    workshop.define("after", "left")
    workshop.request("left", "right", "after")
    other = {"left": "right", "right": "left"}
    evaluator = scripted(
        lambda claim: Delegate(workshop.rows[other[claim.operation.task_name]].digest, 0, ())
    )
    drain(workshop.graph, evaluator, "slot", queue, lease_ms=LEASE_MS)
    assert workshop.graph.is_stuck()
    return workshop


def test_a_circle_of_dynamic_operations_ends_in_an_error(circle):
    ended = audit_once(circle.graph)

    assert len(ended) == 1
    error = circle.error("after")
    assert error.kind is ErrorKind.Cycle
    assert "left" in error.details
    assert "right" in error.details
    assert all(circle.state(name).volatile for name in ("left", "right", "after"))


def test_an_audit_leaves_alone_what_can_still_move(workshop, claim):
    workshop.define("a")
    workshop.define("b", "a")
    workshop.request("a", "b")
    assert audit_once(workshop.graph) == []
    claim()
    assert audit_once(workshop.graph) == []
    assert workshop.state("b").status is Status.WAITING


def test_an_audit_finds_who_waits_for_what_has_come_already(workshop, claim):
    """It cannot happen by our own doing, but nothing that was asked for may stay for ever."""
    workshop.define("a")
    workshop.define("b", "a")
    workshop.request("a", "b")
    running = claim()
    workshop.graph._tables.waiters.clear()
    publish_failure(workshop.graph, failure(workshop.rows["a"], running.fence, _lost()))
    assert workshop.state("b").status is Status.WAITING
    assert audit_once(workshop.graph) == []
    assert workshop.state("b").status is Status.READY


def test_a_failure_published_late_changes_nothing(workshop, claim, sweep):
    workshop.define("a")
    workshop.request("a")
    old = claim()
    sweep(6)
    new = claim()
    error = workshop.rows["a"], old.fence
    publish_failure(workshop.graph, failure(*error, _lost()))
    assert workshop.state("a").status is Status.RUNNING
    publish_failure(workshop.graph, failure(workshop.rows["a"], new.fence, _lost()))
    assert workshop.state("a").status is Status.FAILED


def _lost():

    return Error(kind=ErrorKind.WorkerLost)


@pytest.fixture
def upkeep(workshop, queue):
    armed = []
    made = Upkeep(
        workshop.graph,
        "worker",
        [queue],
        armed.extend,
        Timing(lease_seconds=4, sweep_seconds=1, audit_seconds=3),
        clock=workshop.clock,
    )
    made.armed = armed
    return made


def test_ready_work_is_called_to_at_every_tick(workshop, upkeep, queue):
    workshop.define("a")
    workshop.request("a")
    upkeep.tick()
    assert queue in upkeep.armed
    upkeep.armed.clear()
    upkeep.tick()
    assert queue in upkeep.armed


def test_nobody_is_called_when_there_is_nothing_to_do(upkeep):
    upkeep.tick()
    assert upkeep.armed == []


def test_work_is_found_where_something_is_ready(workshop, upkeep, claim, queue):
    workshop.define("a")
    workshop.request("a")
    assert upkeep.finds_work(queue)
    claim()
    assert not upkeep.finds_work(queue)
    assert not upkeep.finds_work(queue_name("another"))


def test_work_is_found_where_a_delay_is_over(workshop, upkeep, claim, queue):
    """Nobody has swept since: a child would have found it as well."""
    workshop.define("a")
    workshop.request("a")
    taken = claim()
    slot = workshop.graph.leases()[0].slot
    workshop.graph.release(
        slot, taken.operation.digest, taken.fence, delay_ms=500, setback=Setback.NOTHING
    )
    assert not upkeep.finds_work(queue)
    workshop.clock.pass_seconds(0.6)
    assert upkeep.finds_work(queue)


def test_work_is_looked_for_by_a_child_if_the_server_cannot_be_asked(
    workshop, upkeep, queue, monkeypatch
):
    def away(*_, **__):
        raise NoServerError

    monkeypatch.setattr(workshop.graph, "sweep", away)
    assert upkeep.finds_work(queue)


def test_delays_and_lost_workers_and_circles_are_seen_to_by_ticks_alone(
    workshop, circle, claim, upkeep
):
    workshop.define("a")
    workshop.request("a")
    claim()
    for _ in range(12):
        workshop.clock.pass_seconds(1)
        upkeep.tick()
    assert workshop.state("a").status is Status.READY
    taken = claim()
    publish_failure(workshop.graph, failure(workshop.rows["a"], taken.fence, _lost()))
    for _ in range(4):
        workshop.clock.pass_seconds(1)
        upkeep.tick()
    assert circle.error("after").kind is ErrorKind.Cycle


def test_a_tick_survives_a_server_that_is_away(workshop, upkeep, monkeypatch):
    def away(*_, **__):
        raise NoServerError

    monkeypatch.setattr(workshop.graph, "sweep", away)
    upkeep.tick()
