"""While a drain has something to run it waits for no answer, however late that comes."""

from __future__ import annotations

from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funsies.engine.consumer import Observer
from funsies.engine.drain import drain
from funsies.engine.supervision.batch import MOST_CLAIMS, MOST_HELD, Batch, Relief
from funsies.engine.supervision.child import ChildObserver
from funsies.engine.supervision.crash_recovery import ChildExit, CrashRecovery, EndedChild
from funsies.engine.supervision.status_board import ChildStatus, StatusBoard
from funsies.engine.timing import Timing
from funsies.run.decision import PutBack
from funsies.run.signals import Preempted
from funsies.store.rows import Fence, Setback, Status, StepMessage

from .conftest import QUEUE, Workshop, publish

NUMBER = 24


class Message:
    """One that is on its way: it arrives when it is sent, or late, or twice."""

    def __init__(self, far, sent):
        self.far, self.sent = far, sent
        self.sent_at = far.workshop.clock()
        self.times, self.arrives = far.arrivals()
        if self.arrives == "at once":
            self.arrive()

    def arrive(self):
        for _ in range(self.times):
            self.said = self.far.workshop.graph.step(self.sent)
        self.times = 0

    def is_answered(self):
        return self.far.is_back(self)

    def answer(self):
        if self.times:
            self.arrive()
        self.far.await_(self)
        return self.said


class Far:
    """The store of a workshop; its answers to steps come as a test wants.

    The answer to a message has to be read before anything else is said of what the slot holds.
    """

    def __init__(self, workshop):
        self.workshop, self.on_its_way, self.sent = workshop, None, []

    def __getattr__(self, name):
        if name in {"release", "park", "delegate", "put_back"}:
            assert self.on_its_way is None
        return getattr(self.workshop.graph, name)

    def step(self, message):
        return self.send_step(message).answer()

    def send_step(self, message):
        assert self.on_its_way is None
        self.on_its_way = Message(self, message)
        self.sent.append(self.on_its_way)
        return self.on_its_way

    def arrivals(self):
        return 1, "at once"

    def is_back(self, _message):
        return True

    def await_(self, _message):
        self.on_its_way = None


class Distant(Far):
    """A server with a round trip of some time, which passes while nobody waits, too."""

    def __init__(self, workshop, seconds):
        super().__init__(workshop)
        self.seconds, self.waited = seconds, 0.0

    def is_back(self, message):
        return self.workshop.clock() >= message.sent_at + self.seconds

    def await_(self, message):
        super().await_(message)
        wait = max(0.0, message.sent_at + self.seconds - self.workshop.clock())
        self.workshop.clock.pass_seconds(wait)
        self.waited += wait


class Random(Far):
    """A server that answers when hypothesis says so; messages may arrive late, or twice."""

    def __init__(self, workshop, data):
        super().__init__(workshop)
        self.data = data

    def arrivals(self):
        return self.data.draw(st.sampled_from([(1, "at once"), (1, "late"), (2, "late")]))

    def is_back(self, message):
        return not message.times and self.data.draw(st.booleans())


class Held(Observer):
    """Notes what is held, as a horse does for its parent."""

    def __init__(self):
        self.batch = Batch()
        self.is_spoiled = False

    claimed_together = ChildObserver.claimed_together
    holds = ChildObserver.holds
    sent = ChildObserver.sent
    answered = ChildObserver.answered
    is_relieved = ChildObserver.is_relieved

    def must_retire(self):
        return self.is_spoiled


class Chance:
    """Evaluates as hypothesis draws, and checks what the parent would see meanwhile."""

    def __init__(self, data, workshop):
        self.data, self.workshop, self.held = data, workshop, Held()
        self.values, self.begun, self.charged = [], [], []

    def draw(self, *choices):
        return self.data.draw(st.sampled_from(choices))

    def evaluate(self, claim):
        name = next(n for n, row in self.workshop.rows.items() if row == claim.operation)
        self.begun.append(name)
        self.check(claim)
        what = self.draw(*["value"] * 8, "retry", "leave", "spoil", "relief", "long")
        self.workshop.clock.pass_seconds(0.2 if what == "long" else self.draw(0.0, 0.004, 0.02))
        if what == "relief":
            self.relieve(claim)
        if what == "leave":
            raise Preempted
        if what == "retry" and claim.failures < 2:
            self.charged.append(name)
            return PutBack(Setback.FAILURE)
        self.held.is_spoiled = what == "spoil"
        self.values.append(name)
        return publish(claim, name.encode(), busy_ms=1)

    def check(self, claim):
        """Whatever the store holds for this slot is known to the parent, or may be."""
        seen = self.held.batch.read()
        leases = {lease.fence for lease in self.workshop.graph.leases()}
        known = {claim.fence, *(each.fence for each in seen.done)}
        known |= {fence for _, fence in seen.not_begun(claim.fence)}
        assert claim.fence in leases
        assert leases <= known or seen.is_waiting
        assert len(leases) <= MOST_HELD + MOST_CLAIMS

    def relieve(self, claim):
        """Do what the parent does when this one has taken long."""
        board = StatusBoard()
        board.write(ChildStatus.of(claim))
        relief = Relief(
            self.workshop.graph,
            self.workshop.slot,
            board,
            self.held.batch,
            self.workshop.clock,
        )
        for _ in range(2):
            self.workshop.clock.pass_seconds(relief.next_look_seconds())
            relief.look()
        left = [lease.fence for lease in self.workshop.graph.leases()]
        assert left == [claim.fence], "it holds nothing but what it runs"


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(data=st.data())
def test_however_answers_come_each_operation_ends_once(data):
    """Also if what runs takes long, is put back, spoils its process, or has to leave."""
    workshop = Workshop()
    names = [f"{each}" for each in range(NUMBER)]
    for name in names:
        workshop.define(name, task_name=f"task {int(name) % 2}")
    workshop.request(*names)
    chance = Chance(data, workshop)
    for turn in range(500):
        workshop.slot, chance.held = f"slot {turn}", Held()
        left = iter(range(data.draw(st.integers(1, NUMBER))))
        drain(
            Random(workshop, data),
            chance,
            workshop.slot,
            QUEUE,
            lease_ms=15_000,
            most_claims=MOST_CLAIMS,
            until=lambda left=left: next(left, None) is None,
            observer=chance.held,
            clock=workshop.clock,
        )
        assert workshop.graph.leases() == [], "nothing is left in hand"
        assert chance.held.batch.read().done == ()
        if all(workshop.state(name).status.is_finished for name in names):
            break
    for name in names:
        state = workshop.state(name)
        assert state.status is Status.DONE
        assert workshop.value(name) == name.encode()
        assert chance.values.count(name) == 1
        assert state.attempts == 1 + chance.charged.count(name), "charged for what ran only"


@pytest.mark.parametrize(
    ("round_trip", "seconds", "least"),
    [(0.001, 0.010, 0.95), (0.010, 0.010, 0.85), (0.001, 0.001, 0.9), (0.0003, 0.0003, 0.9)],
)
def test_a_round_trip_costs_next_to_nothing(workshop, round_trip, seconds, least):
    """By a clock that only steps and waiting move."""
    clock = workshop.clock
    first = [f"first {each}" for each in range(20)]
    names = [f"{each}" for each in range(300)]
    for name in [*first, *names]:
        workshop.define(name, task_name="short")
    far = Distant(workshop, round_trip)

    class Resting:
        def evaluate(self, claim):
            clock.pass_seconds(seconds)
            return publish(claim, b"", busy_ms=round(1000 * seconds))

    slots = count()

    def run(*names):
        workshop.request(*names)
        drain(
            far,
            Resting(),
            f"slot {next(slots)}",
            QUEUE,
            lease_ms=15_000,
            most_claims=MOST_CLAIMS,
            clock=clock,
        )
        assert all(workshop.state(name).status is Status.DONE for name in names)

    run(*first)
    began, far.sent = clock(), []
    run(*names)

    assert len(names) * seconds / (clock() - began) >= least
    assert len(far.sent) <= len(names) + 1, "no more messages than operations"


@pytest.fixture
def claims(workshop, queue, publishing):
    """Four operations that were claimed together, of sixteen."""
    for name in ("first", *map(str, range(16))):
        workshop.define(name, task_name="short")
    workshop.request("first")
    (first,) = send(workshop, 1, claims=1).claims
    send(workshop, 2, completions=[publishing(first, b"first", busy_ms=1).completion])
    workshop.request(*map(str, range(16)))
    return send(workshop, 3, claims=4).claims


def send(workshop, sequence, *, claims=0, completions=(), keeps=()):
    return workshop.graph.step(
        StepMessage(
            "slot",
            sequence,
            QUEUE,
            lease_ms=15_000,
            fence=Fence(bytes([sequence] * 16)),
            completions=completions,
            claims=claims,
            keeps=keeps,
        )
    )


@pytest.fixture
def ahead(workshop, claims, publishing):
    """A horse is at the last of four; its message is on its way, by which it claims more."""
    done = [publishing(claim, b"done").completion for claim in claims[:3]]
    batch = Batch()
    batch.claimed(claims)
    for each in done:
        batch.add(each)
    batch.sent()
    arrive = lambda: send(  # noqa: E731 - one line says it
        workshop, 4, claims=4, completions=done, keeps=[claims[3].fence]
    )
    return batch, arrive, ChildStatus.of(claims[3])._replace(sequence=4)


def held(workshop):
    return [lease.operation for lease in workshop.graph.leases()]


@pytest.mark.parametrize("arrives", ["before", "after", "never"])
def test_who_dies_with_a_message_on_its_way_leaves_nothing_behind(
    workshop, claims, ahead, arrives
):
    batch, arrive, words = ahead
    if arrives == "before":
        assert len(arrive().claims) == 4
    ending = EndedChild("slot", ChildExit(status=9), words, batch.read())
    assert CrashRecovery(workshop.graph, "worker", Timing()).recover(ending)
    if arrives == "after":
        assert not arrive().claims
    assert held(workshop) == []
    states = [workshop.state(str(number)) for number in range(16)]
    assert [state.status for state in states] == [Status.DONE] * 3 + [Status.READY] * 13
    assert [state.attempts for state in states] == [1] * 4 + [0] * 12, "charged for what it ran"


@pytest.mark.parametrize("arrives", ["before", "after"])
def test_who_dies_while_it_waits_for_a_message_is_charged_for_nothing(
    workshop, claims, publishing, ahead, arrives
):
    """It has done the last one, and what the message brings it has not read."""
    batch, arrive, words = ahead
    batch.add(publishing(claims[3], b"done").completion)
    if arrives == "before":
        assert len(arrive().claims) == 4
    ending = EndedChild("slot", ChildExit(status=9), words, batch.read())
    assert CrashRecovery(workshop.graph, "worker", Timing()).recover(ending)
    if arrives == "after":
        assert not arrive().claims
    assert held(workshop) == []
    states = [workshop.state(str(number)) for number in range(16)]
    assert [state.status for state in states] == [Status.DONE] * 4 + [Status.READY] * 12
    assert [state.attempts for state in states] == [1] * 4 + [0] * 12


@pytest.mark.parametrize("arrives", ["before", "after"])
def test_who_takes_long_is_left_with_nothing_that_a_message_has_brought(
    workshop, claims, ahead, arrives
):
    """Nor if the message comes only after the parent has looked."""
    batch, arrive, words = ahead
    board = StatusBoard()
    board.write(words)
    relief = Relief(workshop.graph, "slot", board, batch, workshop.clock)

    def look():
        workshop.clock.pass_seconds(relief.next_look_seconds())
        relief.look()

    if arrives == "before":
        arrive()
    look()
    look()
    assert held(workshop) == [claims[3].operation.digest]
    assert [workshop.state(str(number)).status for number in range(3)] == [Status.DONE] * 3
    if arrives == "after":
        arrive()
        assert len(held(workshop)) > 1
        look()
        assert held(workshop) == [claims[3].operation.digest]
    pause = relief.next_look_seconds()
    look()
    assert relief.next_look_seconds() > pause, "less and less often"
