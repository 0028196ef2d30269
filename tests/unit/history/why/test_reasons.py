"""Why the steps of a run ran, without workers: the same server for several sessions."""

from __future__ import annotations

from collections.abc import Callable

import pytest

import funsies as f
from funsies.history.runs import last_run
from funsies.history.why import ChangeKind, Ran, Reasons, reasons
from funsies.history.why.last import run_that_ran
from funsies.session import Session


def half(part: int) -> float:
    return part / 2


def failing(part: int) -> float:
    raise ValueError(part)


@pytest.fixture
def told() -> Callable[[Callable[[], object]], Reasons]:
    """Runs a program on a server that stays, and tells why its steps ran."""
    server = f.Server("memory://")

    def run(program: Callable[[], object]) -> Reasons:
        with f.Fun(server) as session:
            program()
        return _reasons(session)

    return run


def _reasons(session: Session) -> Reasons:
    run = last_run(session.backend)
    assert run is not None
    return reasons(session.backend, run)


def only(found: Reasons) -> tuple[Ran, list[ChangeKind]]:
    [reason] = found.steps.values()
    return reason.ran, [each.kind for each in reason.roots]


def test_what_is_new_ran_for_that_and_what_is_there_does_not_run(told):
    assert only(told(lambda: f.execute(f.reduce(half, 1)))) == (Ran.RAN, [ChangeKind.NEW])
    assert only(told(lambda: f.execute(f.reduce(half, 1)))) == (Ran.CACHED, [])


def test_another_input_is_the_reason(told):
    told(lambda: f.execute(f.reduce(half, 1)))
    found = told(lambda: f.execute(f.reduce(half, 2)))
    assert only(found) == (Ran.RAN, [ChangeKind.INPUT])
    assert found.compared_with == (1,)


def test_a_reset_is_the_reason(told):
    told(lambda: f.execute(f.reduce(half, 1)))
    told(lambda: f.reset(f.reduce(half, 1)))
    found = told(lambda: f.execute(f.reduce(half, 1)))
    assert only(found) == (Ran.RAN, [ChangeKind.RESET])


def test_options_that_say_so_are_the_reason(told):
    def program() -> None:
        f.execute(f.reduce(half, 1, opt=f.options(reset=True)))

    told(program)
    found = told(program)
    assert only(found) == (Ran.RAN, [ChangeKind.RESET])
    [reason] = found.steps.values()
    assert reason.changes[0].subject == "by options(reset=True)"


def test_a_step_of_an_earlier_run_is_found_beyond_the_one_before(told):
    told(lambda: f.execute(f.reduce(half, 1)))
    told(lambda: f.execute(f.reduce(failing, 1)))
    found = told(lambda: f.execute(f.reduce(half, 2)))
    [reason] = found.steps.values()
    assert reason.former_run == 1


def test_the_run_is_found_in_which_a_step_ran():
    server = f.Server("memory://")
    for _ in range(3):
        with f.Fun(server) as session:
            f.execute(f.reduce(half, 1))
    [step] = session.asked
    run = run_that_ran(session.backend, step)
    assert run is not None
    assert run.number == 1
