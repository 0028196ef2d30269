"""Horses that get nothing done follow each other more and more slowly."""

from __future__ import annotations

import logging

import pytest

from funsies.core.errors import ServerError
from funsies.engine.backoff import FREE_CHILDREN, ForkBackoff
from funsies.store.rows import Generation, QueueName

QUEUE, OTHER = QueueName("default@3.11"), QueueName("other@3.11")
LONGEST = 30.0


class Scene:
    """A store that says what the test says, a clock, and a backoff that looks at both."""

    def __init__(self) -> None:
        self.lengths = {QUEUE: 5}
        self.generation = 1
        self.now = 1000.0
        self.backoff = ForkBackoff(self, "w", LONGEST, clock=lambda: self.now)

    def ready(self, queue: QueueName) -> int:
        return self.lengths.get(queue, 0)

    def last_generation(self) -> Generation:
        return Generation(self.generation)

    def fails(self, times: int = 1, *, trouble: str | None = None) -> None:
        """End so many horses, each as soon as it may start."""
        for _ in range(times):
            while self.backoff.holds(QUEUE):
                self.now += 0.01
            self.backoff.note(QUEUE, progressed=False, trouble=trouble)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def test_some_horses_may_find_nothing(scene: Scene) -> None:
    scene.fails(FREE_CHILDREN)
    assert not scene.backoff.holds(QUEUE)


def test_pauses_grow_up_to_their_bound(scene: Scene) -> None:
    pauses = []
    for _ in range(FREE_CHILDREN + 20):
        before = scene.now
        scene.fails()
        pauses.append(scene.now - before)
    assert pauses[:FREE_CHILDREN] == [0.0] * FREE_CHILDREN
    assert pauses == sorted(pauses)
    assert pauses[-1] == pytest.approx(LONGEST, abs=0.1)


def test_an_hour_of_trouble_costs_few_horses(scene: Scene) -> None:
    horses = 0
    while scene.now < 1000.0 + 3600:
        scene.fails(trouble="gave up")
        horses += 1
    assert horses < 140


def test_the_log_has_one_line_with_the_reason(
    scene: Scene, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        scene.fails(20, trouble="gave up: the server refuses")
    (line,) = caplog.messages
    assert "gave up: the server refuses" in line
    assert QUEUE in line


def test_other_queues_are_not_held(scene: Scene) -> None:
    scene.fails(10)
    assert scene.backoff.holds(QUEUE)
    assert not scene.backoff.holds(OTHER)


@pytest.mark.parametrize("change", [{"generation": 2}, {"lengths": {QUEUE: 6}}])
def test_what_is_asked_for_anew_is_tried_at_once(scene: Scene, change: dict) -> None:
    scene.fails(10)
    scene.backoff.look()
    assert scene.backoff.holds(QUEUE)
    vars(scene).update(change)
    scene.backoff.look()
    assert not scene.backoff.holds(QUEUE)


def test_what_is_asked_for_while_a_horse_fails_is_tried_soon(scene: Scene) -> None:
    scene.fails(10)
    scene.now += LONGEST
    scene.generation += 1
    scene.fails()
    scene.now += 0.3
    assert not scene.backoff.holds(QUEUE)


def test_a_try_for_what_is_new_does_not_begin_the_row_again(scene: Scene) -> None:
    """Else a busy program would have a broken queue tried as often as it asks."""
    scene.fails(10)
    scene.generation += 1
    scene.backoff.look()
    scene.fails()
    before = scene.now
    scene.fails()
    assert scene.now - before > 10.0


@pytest.mark.parametrize(
    "relief",
    [
        lambda scene: scene.backoff.note(QUEUE, progressed=True, trouble=None),
        lambda scene: setattr(scene, "lengths", {QUEUE: 4}),
        lambda scene: setattr(scene, "now", scene.now + 3 * LONGEST),
    ],
    ids=["this worker got something done", "another one did", "it was quiet for long"],
)
def test_who_gets_on_is_fast_again(scene: Scene, relief) -> None:
    scene.fails(10)
    relief(scene)
    scene.fails(FREE_CHILDREN - 1)
    assert not scene.backoff.holds(QUEUE)


def test_horses_that_come_too_late_for_work_are_no_trouble(scene: Scene) -> None:
    """Many workers are called for one step; those who find it taken are called again."""
    scene.lengths = {}
    scene.fails(100)
    assert scene.now == 1000.0


def test_a_server_that_cannot_be_asked_is_no_progress(scene: Scene) -> None:
    def refuse(_queue: QueueName) -> int:
        raise ServerError("no")

    scene.ready = refuse
    scene.fails(10)
    assert scene.backoff.holds(QUEUE)
