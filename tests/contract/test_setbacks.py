"""Failures of a step and losses of its workers are counted apart, each with its limit."""

from __future__ import annotations

import signal

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from funsies.core.errors import Error, ErrorKind, decode_error
from funsies.core.options import Options
from funsies.engine.failure import failure
from funsies.engine.supervision.crash_recovery import (
    ChildExit,
    CrashRecovery,
    EndedChild,
    Kill,
    KillCause,
)
from funsies.engine.supervision.status_board import ChildStatus, Phase
from funsies.engine.timing import Timing
from funsies.engine.upkeep import sweep_once
from funsies.run.decision import retry
from funsies.store.rows import QueueName, Setback, Status

OWN = {"raise": ErrorKind.ExceptionRaised, "timeout": ErrorKind.JobTimedOut}
LOST = {
    "kill": ErrorKind.WorkerLost,
    "vanish": ErrorKind.WorkerLost,
    "out of memory": ErrorKind.OutOfMemory,
}
FREE = ("preempt", "park", "hand over")
EVENTS = ("ok", *OWN, *LOST, *FREE)
DEATHS = {
    "kill": ChildExit(signal.SIGKILL),
    "out of memory": ChildExit(signal.SIGKILL, out_of_memory=True),
    "timeout": ChildExit(signal.SIGKILL, Kill(KillCause.DEADLINE)),
    "preempt": ChildExit(signal.SIGKILL, Kill(KillCause.STOP)),
}


def model(events, retries, lost_retries):
    """How it ends, and how many starts counted until then."""
    failures = losses = 0
    for event in events:
        starts = 1 + failures + losses
        if event == "ok":
            return "ok", starts
        if event in OWN:
            if failures == retries:
                return OWN[event], starts
            failures += 1
        if event in LOST:
            if losses == lost_retries:
                return LOST[event], starts
            losses += 1
    return None, failures + losses


class Fates:
    """Has what is to happen to the runs of a step happen, as the engine does it."""

    def __init__(self, bench):
        self.bench = bench

    def live(self, events, retries, lost_retries):
        bench = self.bench
        self.row = bench.operation(f"step {next(bench.numbers)}")
        self.queue = QueueName(f"{self.row.task_name}@3.11")
        self.options = Options(retries=retries, lost_retries=lost_retries)
        bench.request(self.row, lost_limit=1 + lost_retries, queue=self.queue)
        for event in events:
            if bench.state(self.row).status.is_finished:
                break
            self.happen(event)
        state = bench.state(self.row)
        if state.status is Status.DONE:
            return "ok", state.attempts
        if state.status is Status.FAILED:
            (data,) = bench.store.contents([state.results[0].content])
            return decode_error(data).kind, state.attempts
        return None, state.attempts

    def happen(self, event):
        bench = self.bench
        worker = bench.slot(f"worker {next(bench.numbers)}", self.queue)
        claim = worker.claim()
        assert claim.operation == self.row
        assert claim.attempt == 1 + claim.failures + claim.losses
        if event == "ok":
            worker.publish(claim, b"made")
        elif event == "raise":
            self.fail(worker, claim)
        elif event == "vanish":
            self.sweep_until_lost()
        elif event == "park":
            bench.store.park(worker.name, self.row.digest, claim.fence)
        elif event == "hand over":
            self.settle(worker, claim, Phase.RETIRED, ChildExit(0))
        else:
            self.settle(worker, claim, Phase.RUNNING, DEATHS[event])
        self.wait_for_delays()

    def fail(self, worker, claim):
        again = retry(claim, self.options)
        if again:
            arguments = (worker.name, self.row.digest, claim.fence)
            self.bench.store.release(*arguments, delay_ms=again.delay_ms, setback=again.setback)
            return
        error = Error(kind=ErrorKind.ExceptionRaised)
        worker.step(failure(self.row, claim.fence, error), claim=False)

    def settle(self, worker, claim, phase, death):
        announced = ChildStatus(
            phase=phase,
            operation=self.row.digest,
            fence=claim.fence,
            attempt=claim.attempt,
            failures=claim.failures,
            losses=claim.losses,
            lost_limit=claim.lost_limit,
            retries=self.options.retries,
        )
        ended = EndedChild(worker.name, death, announced)
        CrashRecovery(self.bench.store, "host", Timing()).recover(ended)

    def sweep_until_lost(self):
        while self.bench.status(self.row) is Status.RUNNING:
            self.bench.later(400)
            sweep_once(self.bench.store, f"sweeper {next(self.bench.numbers)}", lease_ms=1000)

    def wait_for_delays(self):
        if self.bench.status(self.row) is Status.DELAYED:
            self.bench.later(1000)
            sweep_once(self.bench.store, "sweeper", lease_ms=1000)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(EVENTS), max_size=12), st.integers(0, 3), st.integers(0, 3))
@example(["kill", "raise", "ok"], 1, 2)
@example(["raise", "raise", "kill", "ok"], 2, 2)
@example(["preempt", "raise", "park", "timeout"], 1, 0)
@example(["vanish", "kill", "out of memory", "ok"], 0, 2)
@example(["raise", "vanish", "raise", "hand over", "vanish", "ok"], 2, 2)
def test_each_kind_of_setback_has_a_limit_of_its_own(bench, events, retries, lost_retries):
    assert Fates(bench).live(events, retries, lost_retries) == model(
        events, retries, lost_retries
    )


def test_what_a_dead_horse_ran_is_put_back_at_once_though_the_server_is_full(own_bench):
    """Nothing waits until the lease ends, which would be a loss of the step's."""
    bench, call = own_bench, own_bench.store._connections.call
    row = bench.operation("row")
    bench.request(row)
    worker = bench.slot()
    announced = ChildStatus.of(worker.claim())._replace(sequence=worker.sequence)
    call("CONFIG", "SET", "maxmemory", "1mb")
    settlement = CrashRecovery(bench.store, "host", Timing(), lambda _: pytest.fail("it waits"))
    settlement.recover(EndedChild(worker.name, ChildExit(9), announced))
    assert bench.status(row) is Status.READY
    assert bench.store.leases() == []


def test_a_horse_that_claims_again_has_lost_what_it_held(bench):
    """The next horse claims under the same slot: a loss, and not a failure."""
    row = bench.operation("row")
    bench.request(row, lost_limit=2)
    worker = bench.slot()
    worker.claim()
    again = worker.claim()
    assert (again.attempt, again.failures, again.losses) == (2, 0, 1)


def test_who_asks_again_starts_from_nothing(bench):
    row = bench.operation("row")
    bench.request(row)
    worker = bench.slot()
    for setback in (Setback.FAILURE, Setback.LOSS):
        claim = worker.claim()
        bench.store.release(worker.name, row.digest, claim.fence, setback=setback)
    worker.fail(worker.claim(), b"error", volatile=True)
    bench.request(row)
    claim = worker.claim()
    assert (claim.attempt, claim.failures, claim.losses) == (1, 0, 0)


def test_a_running_step_that_is_reset_starts_from_nothing(bench):
    row = bench.operation("row")
    bench.request(row)
    worker = bench.slot()
    claim = worker.claim()
    bench.store.release(worker.name, row.digest, claim.fence, setback=Setback.FAILURE)
    worker.claim()
    bench.store.reset([row.digest])
    claim = worker.claim()
    assert (claim.attempt, claim.failures, claim.losses) == (1, 0, 0)


def test_inputs_that_were_lost_are_counted_by_themselves(bench):
    row = bench.operation("row")
    bench.request(row)
    worker = bench.slot()
    for number in range(3):
        claim = worker.claim()
        assert (claim.attempt, claim.failures, claim.losses) == (1, 0, 0)
        assert claim.lost_inputs == number
        held = (worker.name, row.digest, claim.fence)
        for _ in range(2):  # sent again after a cut
            bench.store.park(*held, setback=Setback.INPUT)


@pytest.mark.parametrize("setback", [Setback.FAILURE, Setback.LOSS])
def test_what_is_charged_twice_counts_once(bench, setback):
    """A message is sent again after a cut."""
    row = bench.operation("row")
    bench.request(row)
    worker = bench.slot()
    claim = worker.claim()
    for _ in range(2):
        bench.store.release(worker.name, row.digest, claim.fence, setback=setback)
    again = worker.claim()
    assert again.failures + again.losses == 1
