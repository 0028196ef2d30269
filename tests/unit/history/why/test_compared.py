"""Two graphs compared: what is another, in which step, and what is a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import funsies as f
from funsies.builder.artefact import Artefact
from funsies.core.digest import Digest
from funsies.core.graph import OutputOf
from funsies.history.closure import read_closure
from funsies.history.why import Change, ChangeKind, Ran, Reasons, compare, with_values
from funsies.history.why.matching import counterparts
from funsies.session import Session


@pytest.fixture
def session() -> Iterator[Session]:
    with f.Fun(f.Server("memory://")) as opened:
        yield opened


def add(*parts: int) -> int:
    return sum(parts)


def larger(part: int) -> bool:
    return part > 0


def half(part: int) -> float:
    return part / 2


def address(artefact: Artefact[Any]) -> Digest:
    reference = artefact.reference
    assert isinstance(reference, OutputOf)
    return reference.operation.digest


def compared(session: Session, before: Artefact[Any], after: Artefact[Any]) -> Reasons:
    session.save()
    old, new = (read_closure(session.backend, [address(each)]) for each in (before, after))
    pair = {address(after): address(before)}
    return compare(session.backend, old, new, pair)


def kinds(changes: tuple[Change, ...]) -> list[ChangeKind]:
    return [each.kind for each in changes]


def test_the_same_graph_is_the_same(session):
    total = f.reduce(add, 1, 2)
    assert compared(session, total, total).counts() == {Ran.SAME: 1}


def test_another_constant_is_the_root_of_all_that_depends_on_it(session):
    before, after = (f.reduce(half, f.reduce(add, 1, each)) for each in (2, 3))
    found = compared(session, before, after)
    reason = found.steps[address(after)]
    assert reason.changes == ()
    assert [each.name for each in reason.inputs] == ["part"]
    [root] = reason.roots
    assert (root.kind, root.task) == (ChangeKind.INPUT, "add")
    [told] = with_values(session.backend, reason.roots)
    assert (told.before, told.after) == ("2", "3")


def test_another_value_of_the_same_result_is_no_reason(session):
    before, after = (f.reduce(half, f.reduce(add, 1, *each)) for each in ((2, 0), (0, 2)))
    f.execute(before, after)
    found = compared(session, before, after)
    reason = found.steps[address(after)]
    assert [each.is_same_value for each in reason.inputs] == [True]
    assert reason.roots == ()
    assert reason.ran is Ran.BY_CONTENT
    assert [group.tasks for group in found.groups] == [{"add": 1}]


def failing(part: int) -> int:
    raise ValueError(part)


def test_an_error_on_the_same_values_is_a_difference_and_reaches_what_takes_it(session):
    before, after = (
        f.reduce(half, f.reduce(failing, f.reduce(add, 1, *each))) for each in ((2, 0), (0, 2))
    )
    f.execute(before, after)
    found = compared(session, before, after)
    assert found.counts() == {Ran.DIFFERS: 3}
    assert [(each.kind, each.task) for each in found.steps[address(after)].roots] == [
        (ChangeKind.FAILED, "failing")
    ]


def test_shell_commands_interpreters_and_variables_are_told(session):
    one = f.shell("echo 1", env={"A": "secret"})
    other = f.shell("echo 2", env={"A": "other secret"})
    found = compared(session, one.stdout, other.stdout)
    changes = found.steps[address(other.stdout)].changes
    assert ChangeKind.COMMAND in kinds(changes)
    assert ("echo 1", "echo 2") in [(each.before, each.after) for each in changes]
    assert "secret" not in repr(changes)
    assert "environment variable A" in [each.subject for each in changes]


def test_another_annotation_is_told(session):
    def a(x: int) -> int:
        return x

    def b(x: int) -> float:
        return x

    b.__name__ = b.__qualname__ = "a"
    one, other = f.reduce(a, 1), f.reduce(b, 1)
    changes = compared(session, one, other).steps[address(other)].changes
    assert ChangeKind.TYPE in kinds(changes)


def test_another_version_is_told(session):
    one = f.task(version="1")(add)(1)
    other = f.task(version="2")(add)(1)
    [change] = compared(session, one, other).steps[address(other)].changes
    assert (change.subject, change.before, change.after) == ("version", "1", "2")


def test_what_is_not_kept_any_more_is_said_to_be_unknown(session):
    one, other = f.task(version="1")(add)(1), f.task(version="2")(add)(1)
    session.save()
    old, new = (read_closure(session.backend, [address(each)]) for each in (one, other))
    session.backend.graph._tables.tasks.clear()  # type: ignore[attr-defined]
    found = compare(session.backend, old, new)
    [change] = found.steps[address(other)].changes
    assert change.kind is ChangeKind.UNKNOWN


def test_a_chain_of_thousands_is_compared_without_recursion(session):
    def chain(first: int) -> Artefact[float]:
        last: Artefact[Any] = f.reduce(half, first)
        for _ in range(3000):
            last = f.reduce(half, last)
        return last

    before, after = chain(1), chain(2)
    found = compared(session, before, after)
    assert len(found.steps) == 3001
    [group] = found.groups
    assert (len(group.steps), kinds(group.roots)) == (3001, [ChangeKind.INPUT])


def test_more_roots_than_are_told_are_counted(session):
    def wide(start: int) -> Artefact[int]:
        tasks: list[Callable[..., Artefact[int]]] = [
            f.task(name=f"t{each}", version=str(start))(add) for each in range(12)
        ]
        return f.reduce(add, *(each(1) for each in tasks))

    before, after = wide(1), wide(2)
    reason = compared(session, before, after).steps[address(after)]
    assert (len(reason.roots), reason.more_roots) == (8, 4)


def test_steps_that_are_gone_are_counted(session):
    before = f.reduce(add, f.reduce(half, 1), f.reduce(half, 2))
    after = f.reduce(add, f.reduce(half, 1))
    assert compared(session, before, after).gone == {"half": 1}


@given(st.lists(st.integers(0, 9), max_size=6), st.lists(st.integers(0, 9), max_size=6))
def test_each_step_is_matched_once_and_with_its_own_task(before, after):
    with f.Fun(f.Server("memory://")) as session:
        old, new = (
            [f.reduce(larger, f.reduce(add, each, 0)) for each in some]
            for some in (before, after)
        )
        session.save()
        rows = [
            read_closure(session.backend, [address(each) for each in some]).rows
            for some in (old, new)
        ]
        found = counterparts(rows[0], rows[1], lambda: ({}, {}))
        assert len(set(found.values())) == len(found)
        for step, former in found.items():
            assert rows[1][step].task_name == rows[0][former].task_name
        assert all(found[step] == step for step in rows[1] if step in rows[0])
        assert len(found) == min(len(rows[0]), len(rows[1]))
