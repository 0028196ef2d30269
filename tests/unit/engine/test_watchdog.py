"""A parent keeps its horse's lease, and ends the horse in time, and only then."""

from __future__ import annotations

import pytest

from funsies.core.errors import NoServerError
from funsies.engine.slots import Assignment, InheritedClaim
from funsies.engine.supervision.crash_recovery import Kill, KillCause
from funsies.engine.supervision.status_board import ChildStatus, Phase, StatusBoard
from funsies.engine.supervision.watchdog import Watchdog
from funsies.engine.timing import Timing
from funsies.store.rows import Fence

TIMING = Timing(lease_seconds=9, tick_seconds=1)
FENCE = Fence(b"f" * 16)


class Leases:
    """Counts renewals, and answers as a test says."""

    def __init__(self):
        self.renewed = 0
        self.answer = lambda: True

    def renew(self, *_, **__):
        self.renewed += 1
        return self.answer()


class Stable:
    """A keeper and everything around it."""

    def __init__(self, clock):
        self.clock = clock
        self.leases = Leases()
        self.board = StatusBoard()
        self.interrupts = 0
        self.keep(Assignment("slot"))

    def keep(self, assignment, stalled_seconds=0.0):
        begun_at = self.clock()
        self.clock.pass_seconds(stalled_seconds)
        self.keeper = Watchdog(
            self.leases,
            assignment,
            self.board,
            TIMING,
            self._interrupt,
            begun_at=begun_at,
            clock=self.clock,
        )

    def _interrupt(self):
        self.interrupts += 1

    def runs(self, *, fence=FENCE, timeout=0.0, phase=Phase.RUNNING):
        deadline = self.clock() + timeout if timeout else 0.0
        self.board.write(ChildStatus(phase=phase, fence=fence, deadline=deadline))

    def look_for(self, seconds):
        """Look as often as the keeper wants, for some time; return the kill it wants."""
        end = self.clock() + seconds
        while (kill := self.keeper.look()) is None and self.clock() < end:
            self.clock.pass_seconds(self.keeper.next_look_seconds())
        return kill


@pytest.fixture
def stable(workshop):
    return Stable(workshop.clock)


def test_a_lease_is_renewed_three_times_in_its_length(stable):
    stable.runs()
    assert stable.look_for(30) is None
    assert stable.leases.renewed == pytest.approx(30 / 3, abs=2)


@pytest.mark.parametrize("begins_after_seconds", range(4))
def test_a_lease_is_renewed_before_half_of_it_is_over(stable, begins_after_seconds):
    """A machine may then stand still for the other half, and nothing is lost."""
    assert stable.look_for(begins_after_seconds) is None
    stable.runs()
    assert stable.look_for(TIMING.lease_seconds / 2) is None
    assert stable.leases.renewed


def test_a_lease_that_began_while_the_worker_forked_is_as_old_as_that(stable):
    """A fork may take long, and the horse be faster than who forked it."""
    stable.keep(Assignment("slot"), stalled_seconds=TIMING.lease_seconds * 0.7)
    stable.runs()
    assert stable.look_for(0) is None
    assert stable.leases.renewed == 1


def test_a_lease_that_began_while_the_worker_stood_still_is_as_old_as_that(stable):
    assert stable.look_for(2) is None
    stable.runs()
    stable.clock.pass_seconds(TIMING.lease_seconds * 0.7)
    assert stable.look_for(0) is None
    assert stable.leases.renewed == 1


def test_what_a_predecessor_has_left_is_renewed_as_soon_as_it_runs(stable):
    """How old its lease is nobody has said."""
    stable.keep(Assignment("slot", InheritedClaim(1, FENCE)))
    assert stable.look_for(2) is None
    stable.runs()
    assert stable.look_for(0) is None
    assert stable.leases.renewed == 1


def test_short_operations_cost_no_renewal(stable):
    for number in range(100):
        stable.runs(fence=Fence(number.to_bytes(16, "big")))
        assert stable.look_for(1) is None
    assert stable.leases.renewed == 0


def test_an_idle_horse_is_left_alone(stable):
    stable.leases.answer = lambda: False
    assert stable.look_for(100) is None
    assert stable.leases.renewed == 0


def test_a_horse_that_runs_what_is_not_its_own_any_more_is_killed(stable):
    stable.runs()
    stable.leases.answer = lambda: False
    assert stable.look_for(20) == Kill(KillCause.FENCED, FENCE)


def test_a_horse_that_has_just_ended_the_operation_is_not_killed_for_it(stable):
    """The lease may end between the look at what runs and its renewal: that is no loss."""

    def ends_meanwhile():
        stable.runs(fence=Fence(b"next operation.."))
        stable.leases.answer = lambda: True
        return False

    stable.runs()
    stable.leases.answer = ends_meanwhile
    assert stable.look_for(4) is None
    assert stable.look_for(4) is None


def test_a_horse_that_reports_is_not_killed_for_a_lease_that_its_report_ended(stable):
    stable.runs(phase=Phase.REPORTING)
    stable.leases.answer = lambda: False
    assert stable.look_for(100) is None


def test_a_server_that_is_away_is_no_reason_to_kill(stable):
    def away():
        raise NoServerError

    stable.runs()
    stable.leases.answer = away
    assert stable.look_for(60) is None
    assert stable.leases.renewed > 20, "it tries again at every tick"


def test_an_operation_past_its_timeout_and_grace_is_killed_then(stable):
    stable.runs(timeout=5)
    started = stable.clock()
    assert stable.look_for(60) == Kill(KillCause.DEADLINE, FENCE)
    waited = stable.clock() - started
    assert waited == pytest.approx(5 + TIMING.timeout_grace_seconds)


def test_a_report_may_take_longer_than_the_timeout(stable):
    stable.runs(timeout=5, phase=Phase.REPORTING)
    assert stable.look_for(60) is None


def test_a_stop_interrupts_after_the_grace_and_kills_after_that(stable):
    stable.runs()
    stable.keeper.ask_to_stop()
    started = stable.clock()
    assert stable.board.must_stop
    assert stable.look_for(TIMING.stop_grace_seconds - 1.5) is None
    assert (stable.interrupts, stable.board.must_preempt) == (0, False)
    assert stable.look_for(60) == Kill(KillCause.STOP)
    assert (stable.interrupts, stable.board.must_preempt) == (1, True)
    waited = stable.clock() - started
    assert waited == pytest.approx(TIMING.stop_grace_seconds + TIMING.preempt_seconds)


def test_asking_twice_does_not_prolong_the_grace(stable):
    stable.runs()
    started = stable.clock()
    stable.keeper.ask_to_stop()
    stable.clock.pass_seconds(TIMING.stop_grace_seconds)
    stable.keeper.ask_to_stop()
    assert stable.look_for(60) == Kill(KillCause.STOP)
    waited = stable.clock() - started
    assert waited == pytest.approx(TIMING.stop_grace_seconds + TIMING.preempt_seconds)
