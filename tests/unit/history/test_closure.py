"""The reader of the stored graph: whole, makers first, siblings in the order of the gather."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import funsies as f
from funsies.builder.artefact import Artefact
from funsies.core.digest import Digest
from funsies.core.graph import OutputOf
from funsies.history.closure import Closure, all_steps, read_closure
from funsies.session import Session


@pytest.fixture
def session() -> Iterator[Session]:
    with f.Fun(f.Server("memory://")) as opened:
        yield opened


def add(*parts: int) -> int:
    """A step of any number of inputs, whose number it holds in its value."""
    return sum(parts)


def address(artefact: Artefact[Any]) -> Digest:
    reference = artefact.reference
    assert isinstance(reference, OutputOf)
    return reference.operation.digest


def is_makers_first(closure: Closure) -> bool:
    seen: set[Digest] = set()
    for digest, row in closure.rows.items():
        if not set(closure.above(row)) <= seen:
            return False
        seen.add(digest)
    return True


@given(data=st.data(), number=st.integers(1, 12))
def test_makers_come_first_whatever_the_graph_and_whatever_is_asked_for(
    data: st.DataObject, number: int
) -> None:
    with f.Fun(f.Server("memory://")) as session:
        made: list[Artefact[int]] = []
        for each in range(number):
            inputs = data.draw(st.lists(st.sampled_from(made), max_size=3)) if made else []
            made.append(f.reduce(add, *inputs, each))
        session.save()
        targets = [address(each) for each in data.draw(st.lists(st.sampled_from(made)))]
        closure = read_closure(session.backend, targets)
        everything = all_steps(session.backend)
        assert is_makers_first(closure)
        assert is_makers_first(everything)
        assert set(everything.rows) == {address(each) for each in made}
        assert closure.targets == tuple(dict.fromkeys(targets))
        assert set(closure.rows) == below(everything, targets)


def below(everything: Closure, targets: list[Digest]) -> set[Digest]:
    found: set[Digest] = set()
    left = list(targets)
    while left:
        found.add(each := left.pop())
        left += set(everything.above(everything.rows[each])) - found
    return found


def test_siblings_come_in_the_order_in_which_they_are_gathered(session: Session) -> None:
    parts = [f.reduce(add, each) for each in range(12)]
    total = f.reduce(add, *parts)
    session.save()
    wanted = [*map(address, parts), address(total)]
    assert list(read_closure(session.backend, [address(total)]).rows) == wanted
    assert list(all_steps(session.backend).rows) == wanted


def test_what_a_dynamic_step_built_belongs_to_it(session: Session) -> None:
    doubled = f.dynamic.map_each(lambda each: 2 * each, f.put([1, 2, 3]))
    before = len(_closure_of(session, doubled).rows)
    f.execute(doubled)
    closure = _closure_of(session, doubled)
    assert before == 1
    assert len(closure.rows) == 1 + 1 + 3  # itself, what gathers, an item each
    assert list(closure.rows)[-1] == closure.targets[0]


def _closure_of(session: Session, artefact: Artefact[list[int]]) -> Closure:
    session.save()
    return read_closure(session.backend, [address(artefact)])


def test_a_long_chain_is_read_without_recursion(session: Session) -> None:
    last = f.reduce(add, 0)
    for each in range(3_000):
        last = f.reduce(add, last, each)
    session.save()
    assert len(read_closure(session.backend, [address(last)]).rows) == 3_001
    near = read_closure(session.backend, [address(last)], depth=1)
    assert len(near.rows) == 2
    assert len(read_closure(session.backend, [address(last)], most=7).rows) == 7


def test_what_the_store_does_not_know_is_left_out(session: Session) -> None:
    known = f.reduce(add, 1)
    session.save()
    unknown = Digest(bytes(32))
    closure = read_closure(session.backend, [unknown, address(known)])
    assert closure.targets == (address(known),)
    assert list(closure.rows) == [address(known)]


def forever(number: int) -> f.Artefact[int]:
    """Build the step that it is itself."""
    return f.put(number).bind(forever)


@pytest.mark.timeout(30)
def test_steps_that_wait_for_each_other_are_read_to_the_end(session: Session) -> None:
    circle = f.put(1).bind(forever)
    f.execute(circle)
    assert f.take(circle, strict=False).failure().kind is f.ErrorKind.Cycle
    closure = read_closure(session.backend, [address(circle)])
    assert closure.built[address(circle)] in closure.rows
    assert address(circle) in closure.rows
