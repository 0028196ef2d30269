"""Why the steps of a run ran, without workers: the same server for several sessions."""

from __future__ import annotations

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

import funsies as f
from funsies.history.runs import last_run
from funsies.history.why import (
    ChangeKind,
    Ran,
    Reasons,
    labels_among,
    reasons,
    with_labels,
)
from funsies.history.why.foresight import foresee
from funsies.history.why.reruns import run_that_ran
from funsies.report.why import group_lines, reason_as_json, reason_lines
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

    run.server = server  # type: ignore[attr-defined]
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


def writes(part: int, disk: str) -> int:
    if Path(disk).exists():
        raise OSError(errno.ENOSPC, "no space left")
    return part


def test_a_fault_of_the_machine_is_told_from_a_result_that_is_lost(told, tmp_path):
    is_full = tmp_path / "is full"
    is_full.touch()

    def program() -> None:
        f.execute(f.reduce(half, f.reduce(writes, 1, str(is_full))))

    told(program)
    is_full.unlink()
    [group] = told(program).groups
    assert [each.kind for each in group.roots] == [ChangeKind.VOLATILE]
    assert group.tasks == {"writes": 1, "half": 1}

    with f.Fun(told.server) as session:
        graph = session.backend.graph
        for each in _reasons(session).steps:
            graph.invalidate(each, 0, graph.states([each])[0].results[0].content)
    [group] = told(program).groups
    assert [each.kind for each in group.roots] == [ChangeKind.LOST]
    assert group.tasks == {"writes": 1, "half": 1}


def same(value: int, _edition: int) -> int:
    return value


def test_an_error_on_the_same_values_is_told_as_why_a_step_ran_anew(told):
    def program(edition: int) -> f.Artefact[float]:
        return f.reduce(half, f.reduce(failing, f.reduce(same, 1, edition)))

    told(lambda: f.execute(program(1)))
    told(lambda: f.execute(f.reduce(same, 1, 2)))
    with f.Fun(told.server) as session:
        target = program(2)
        session.save()
        script = last_run(session.backend).script
        foreseen = foresee(session.backend, [target.producer], script)
    found = told(lambda: f.execute(program(2)))
    for each, ran in ((foreseen, Ran.WILL_RUN), (found, Ran.RAN)):
        step = next(it for it in each.steps.values() if it.task == "failing")
        assert (step.ran, [it.kind for it in step.roots]) == (ran, [ChangeKind.FAILED])
        assert [it.is_same_value for it in step.inputs] == [True]
    [group] = found.groups
    lines = [str(line) for line in group_lines(group, found)]
    assert lines[1] == (
        "  had failed on the same values: an error is kept for its own step only"
    )
    step = group.steps[0]
    assert "  same value as before, made anew: part" in map(str, reason_lines(found, step))
    assert [it["kind"] for it in reason_as_json(found, step)["steps"][step.hex()]["roots"]] == [
        "failed"
    ]


def test_what_has_been_reset_since_is_not_said_not_to_have_run(told):
    told(lambda: f.execute(f.reduce(half, 1)))
    assert only(told(lambda: f.reset(f.reduce(half, 1)))) == (Ran.FORGOTTEN, [ChangeKind.NEW])


def test_what_is_skipped_or_not_needed_is_told_as_such(told):
    def program() -> None:
        failed = f.reduce(failing, 1)
        f.execute(f.reduce(half, failed))

    fates = {each.task: each.ran for each in told(program).steps.values()}
    assert fates == {"failing": Ran.RAN, "half": Ran.SKIPPED}


def test_all_that_is_new_is_one_group_and_what_takes_it_is_another(told):
    def add(*parts: float) -> float:
        return sum(parts)

    def program(*parts: int) -> None:
        f.execute(f.reduce(add, *(f.reduce(half, each) for each in parts)))

    [group] = told(lambda: program(1, 2)).groups
    assert (group.tasks, len(group.roots)) == ({"half": 2, "add": 1}, 1)
    added, user = told(lambda: program(1, 2, 3)).groups
    assert [each.tasks for each in (added, user)] == [{"half": 1}, {"add": 1}]
    assert [(each.kind, each.task) for each in user.roots] == [(ChangeKind.NEW, "half")]


def test_steps_are_called_by_what_tells_them_apart_in_their_run(told):
    with f.Fun(f.Server("memory://")) as session:
        f.execute([f.reduce(half, each) for each in (1, 2)])
    found = _reasons(session)
    assert {each.label for each in found.steps.values()} == {"half"}
    named = with_labels(session.backend, found, list(found.steps))
    texts = labels_among(session.backend, found).texts
    assert {step: each.label for step, each in named.steps.items()} == dict(texts)
    assert set(texts.values()) == {"half(part=1)", "half(part=2)"}


def test_steps_of_a_run_that_is_part_of_one_before_are_called_as_in_that():
    server = f.Server("memory://")
    for some in ((1, 2), (1,)):
        with f.Fun(server) as session:
            f.execute([f.reduce(half, each) for each in some])
    found = _reasons(session)
    assert set(labels_among(session.backend, found).texts.values()) == {"half(part=1)"}
    [step] = with_labels(session.backend, found, list(found.steps)).steps.values()
    assert step.label == "half(part=1)"


def test_of_steps_with_many_inputs_the_causes_are_told_all_the_same(told):
    def add(*parts: float) -> float:
        return sum(parts)

    def many(start: int) -> None:
        f.execute(f.reduce(add, *(f.reduce(half, each) for each in range(start, start + 40))))

    server = f.Server("memory://")
    for start in (0, 100):
        with f.Fun(server) as session:
            many(start)
    run = last_run(session.backend)
    assert run is not None
    exact, quick = (reasons(session.backend, run, for_groups=each) for each in (False, True))
    assert quick.groups == exact.groups
    assert [len(each.steps) for each in quick.groups] == [41]
