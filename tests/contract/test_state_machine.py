"""The store in memory and the store on a server give the same answers, whatever happens.

``machine.py`` says what may happen; hypothesis makes up in which order. What it once found is
kept here as a plain test.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from funsies.store.memory import claiming
from funsies.store.redis import connection, many_inputs, pieces, requesting
from funsies.store.redis.library import FunctionLibrary, library

from .machine import Machine
from .sample_graphs import Spec
from .side_by_side import QUEUES


def _settings(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        suppress_health_check=list(HealthCheck),
    )


def test_both_stores_agree_and_come_to_rest(redis_url: str) -> None:
    """Whatever happens, each request ends, once, with the right result, and nothing is left."""
    Machine.url = redis_url
    run_state_machine_as_test(Machine, settings=_settings(50, 30))


@pytest.fixture
def few_inputs_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the server look at one input in a call, so that most steps have too many."""
    for module in (claiming, many_inputs, pieces, requesting):
        monkeypatch.setattr(module, "MOST_INPUTS", 1)
    usual = library()
    text = usual.text.replace("local MOST_INPUTS = 500", "local MOST_INPUTS = 1")
    assert text != usual.text
    prefix = f"{usual.prefix}one_"
    text = text.replace(usual.prefix[:-1], prefix[:-1])
    monkeypatch.setattr(connection, "library", lambda: FunctionLibrary(text, prefix))


@pytest.mark.usefixtures("few_inputs_are_many")
def test_both_stores_agree_about_steps_with_many_inputs(redis_url: str) -> None:
    """These are claimed, parked and asked for in several calls, and end as the others do."""
    Machine.url = redis_url
    run_state_machine_as_test(Machine, settings=_settings(15, 30))


@pytest.mark.slow
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("few_inputs_are_many")
def test_both_stores_agree_about_steps_with_many_inputs_for_long(redis_url: str) -> None:
    """The same with many more examples."""
    Machine.url = redis_url
    examples = int(os.environ.get("FUNSIES_EXAMPLES", "1000"))
    run_state_machine_as_test(Machine, settings=_settings(examples, 40))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_both_stores_agree_for_long(redis_url: str) -> None:
    """The same with many more examples; FUNSIES_EXAMPLES says how many, and has new ones."""
    Machine.url = redis_url
    examples = int(os.environ.get("FUNSIES_EXAMPLES", "1000"))
    run_state_machine_as_test(Machine, settings=_settings(examples, 40))


def test_who_holds_a_lease_may_publish_whoever_came_and_went(redis_url: str) -> None:
    """The one who comes for a worker that was cut off gets no slot that another one has.

    Two had the same one once. The messages of one were then older than the other's, and its
    result was refused, although the lease under its fence was held.
    """
    one, both, other = ((-1, 0),), ((-1, 0), (-2, 0)), ((-2, 0),)
    specs = [Spec(0, False, inputs, None) for inputs in (one, both, ((0, 0),), other)]
    queue = QUEUES[0]
    Machine.url = redis_url
    machine = Machine()
    machine.start(specs=specs, claims=1)
    for act, arguments in (
        (machine.vanish, {"number": 0}),
        (machine.come_back, {"number": 0}),
        (machine.forget_and_claim, {"number": 0, "queue": queue}),
        (machine.work, {"number": 2, "queue": queue, "twice": False}),
        (machine.work_a_lot, {"number": 0, "queue": queue, "times": 2}),
        (machine.run_out_of_memory, {"number": 1, "queue": queue, "claim": False}),
    ):
        act(**arguments)
        machine.agree()
    machine.teardown()
