"""What a horse holds is known to its parent at any moment, and seen to when it has to be."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.core.digest import Digest
from funsies.core.errors import NoServerError
from funsies.engine.supervision.batch import MOST_CLAIMS, SHORT_SECONDS, Batch, Relief
from funsies.engine.supervision.crash_recovery import ChildExit, CrashRecovery, EndedChild
from funsies.engine.supervision.status_board import ChildStatus, Phase, StatusBoard
from funsies.engine.timing import Timing
from funsies.store.rows import Completion, Fence, Status, StepMessage, StoredResult

KILLED = ChildExit(status=9)

digests = st.binary(min_size=32, max_size=32).map(Digest)
fences = st.binary(min_size=16, max_size=16).map(Fence)
completions = st.builds(
    Completion,
    operation=digests,
    fence=fences,
    results=st.lists(
        st.builds(
            StoredResult,
            ok=st.booleans(),
            content=digests,
            large=st.booleans(),
            size_bytes=st.integers(0, 2**60),
            executable=st.booleans(),
        ),
        max_size=3,
    ).map(tuple),
    contents=st.lists(st.tuples(digests, st.binary(max_size=40)), max_size=3).map(tuple),
    volatile=st.booleans(),
    record=st.binary(max_size=40),
    log=st.binary(max_size=40),
    trace_key=st.none() | digests,
    linked=st.booleans(),
    busy_ms=st.integers(0, 2**40),
)


class Claimed:
    """As much of a claim as is written down."""

    def __init__(self, operation, fence):
        self.operation, self.fence = self, fence
        self.digest = operation


@given(
    st.lists(
        st.tuples(
            st.lists(st.tuples(digests, fences), min_size=1, max_size=MOST_CLAIMS),
            st.lists(completions, max_size=5),
            st.booleans(),
        ),
        max_size=5,
    )
)
def test_what_is_written_is_what_is_read(batches):
    batch = Batch()
    for claims, done, is_published in batches:
        batch.claimed([Claimed(*each) for each in claims])
        assert all(batch.add(each) for each in done)
        held = batch.read()
        assert held.claims == (tuple(claims) if len(claims) > 1 else ())
        assert held.done == tuple(done)
        if is_published:
            batch.answered(len(done))
            assert batch.read().done == ()
            assert batch.read().claims == held.claims
        else:
            batch.answered(len(done))


def test_what_has_no_room_is_not_held():
    batch = Batch()
    large = Completion(Digest(bytes(32)), Fence(bytes(16)), (), record=bytes(1 << 20))
    small = Completion(Digest(bytes(32)), Fence(bytes(16)), ())
    assert not batch.add(large)
    assert batch.add(small)
    assert batch.read().done == (small,)


@pytest.fixture
def claims(workshop, queue, publishing):
    """Four operations that were claimed together."""
    slot = ("slot", queue)

    def step(sequence, claims, completions=()):
        return workshop.graph.step(
            StepMessage(
                slot[0],
                sequence,
                slot[1],
                lease_ms=15_000,
                fence=Fence(bytes([sequence] * 16)),
                completions=completions,
                claims=claims,
            )
        ).claims

    workshop.define("first", task_name="short")
    workshop.request("first")
    (first,) = step(1, 1)
    step(2, 0, [publishing(first, b"first").completion])
    names = [f"short {number}" for number in range(8)]
    for name in names:
        workshop.define(name, task_name="short")
    workshop.request(*names)
    claims = step(3, 4)
    assert [claim.operation for claim in claims] == [workshop.rows[name] for name in names[:4]]
    return claims


@pytest.fixture
def batch(claims, publishing):
    """What a horse has written that has done the first of them."""
    batch = Batch()
    batch.claimed(claims)
    batch.add(publishing(claims[0], b"done").completion)
    return batch


def states(workshop):
    states = [workshop.state(f"short {number}") for number in range(4)]
    return [(state.status, state.attempts) for state in states]


DONE, RUNNING, READY = (Status.DONE, 1), (Status.RUNNING, 1), (Status.READY, 0)


def test_who_dies_loses_only_what_it_ran(workshop, claims, batch):
    ending = EndedChild("slot", KILLED, ChildStatus.of(claims[1]), batch.read())

    assert CrashRecovery(workshop.graph, "worker", Timing()).recover(ending)

    assert states(workshop) == [DONE, (Status.READY, 1), READY, READY]
    assert workshop.value("short 0") == b"done"
    losses = [workshop.graph._tables.look(claim.operation.digest).losses for claim in claims]
    assert losses == [0, 1, 0, 0]


def test_who_dies_before_it_begins_is_charged_for_one(workshop, claims):
    """Else whatever kills it then would do so for ever."""
    batch = Batch()
    batch.claimed(claims)
    ending = EndedChild("slot", KILLED, ChildStatus(), batch.read())

    assert CrashRecovery(workshop.graph, "worker", Timing()).recover(ending)

    assert states(workshop) == [(Status.READY, 1), READY, READY, READY]


def test_what_was_published_before_the_end_is_left_alone(workshop, queue, claims, batch):
    held = batch.read()
    workshop.graph.step(
        StepMessage(
            "slot",
            4,
            queue,
            lease_ms=0,
            fence=Fence(b"4" * 16),
            completions=held.done,
            claims=0,
        )
    )
    ending = EndedChild("slot", KILLED, ChildStatus.of(claims[1]), held)

    CrashRecovery(workshop.graph, "worker", Timing()).recover(ending)

    assert states(workshop) == [DONE, (Status.READY, 1), READY, READY]
    assert workshop.graph.counts()["short"].executed == 2


@pytest.fixture
def board():
    return StatusBoard()


@pytest.fixture
def relief(workshop, board, batch):
    return Relief(workshop.graph, "slot", board, batch, workshop.clock)


def look(workshop, relief):
    workshop.clock.pass_seconds(relief.next_look_seconds())
    relief.look()


def test_what_takes_long_is_left_with_nothing_else(workshop, board, claims, batch, relief):
    board.write(ChildStatus.of(claims[1]))
    look(workshop, relief)
    assert states(workshop) == [RUNNING] * 4
    look(workshop, relief)
    assert states(workshop) == [DONE, RUNNING, READY, READY]
    assert batch.is_relieved()
    assert not batch.is_relieved(), "it is told once"
    assert relief.next_look_seconds() > SHORT_SECONDS, "there is no hurry any more"
    look(workshop, relief)
    assert states(workshop) == [DONE, RUNNING, READY, READY]


@pytest.mark.parametrize("phase", [Phase.IDLE, Phase.REPORTING, Phase.RETIRED])
def test_who_runs_nothing_needs_no_relief(workshop, board, claims, relief, phase):
    board.write(ChildStatus.of(claims[1])._replace(phase=phase))
    for _ in range(4):
        look(workshop, relief)
    assert states(workshop) == [RUNNING] * 4


def test_who_goes_on_needs_no_relief(workshop, board, claims, relief):
    for claim in claims:
        board.write(ChildStatus.of(claim))
        look(workshop, relief)
    assert states(workshop) == [RUNNING] * 4


def test_a_server_that_is_away_is_asked_again(workshop, board, claims, relief, monkeypatch):
    put_back = workshop.graph.put_back

    def away(*_, **__):
        monkeypatch.setattr(workshop.graph, "put_back", put_back)
        raise NoServerError("away")

    monkeypatch.setattr(workshop.graph, "put_back", away)
    board.write(ChildStatus.of(claims[1]))
    for _ in range(3):
        look(workshop, relief)
    assert states(workshop) == [DONE, RUNNING, READY, READY]
