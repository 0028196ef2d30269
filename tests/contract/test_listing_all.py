"""All that is stored can be listed and drawn, the same from both stores."""

from __future__ import annotations

import pytest

import funsies as f
from funsies.report.diagram import read_graph
from funsies.report.listing import list_steps


def half(number: float) -> float:
    return number / 2


def fail(number: float) -> float:
    raise ValueError(number)


@pytest.fixture(params=["memory", "redis"])
def session(request: pytest.FixtureRequest):
    is_redis = request.param == "redis"
    url = request.getfixturevalue("redis_url") if is_redis else "memory://"
    with f.Fun(f.Server(url), f.Options(distributed=False)) as session:
        yield session


def test_every_operation_is_listed_once(session) -> None:
    steps = [f.reduce(half, number / 1) for number in range(1200)]
    session.save()
    found = session.backend.graph.all_operations()
    assert found == sorted(step.producer for step in steps)
    assert len(list_steps(session.backend)) == 1200


def test_a_walk_by_pages_finds_every_operation(session) -> None:
    steps = [f.reduce(half, number / 1) for number in range(1200)]
    session.save()
    found, place, pages = set(), 0, 0
    while place or not pages:
        rows, place = session.backend.graph.some_operations(place, 100)
        found |= {row.digest for row in rows}
        assert len(rows) < 1200
        pages += 1
    assert found == {step.producer for step in steps}


def test_a_graph_is_the_same_from_both_stores(session) -> None:
    good, bad = f.reduce(half, 4.0, name="good"), f.reduce(fail, 2.0, name="bad")
    last = f.reduce(max, good, bad, name="last")
    f.execute(last)
    f.wait_for(good, timeout=30)
    view = read_graph(session.backend, [last.producer], with_inputs=True)
    assert {(node.label, node.status) for node in view.nodes} == {
        ("4.0", "input"),
        ("2.0", "input"),
        ("good", "done"),
        ("bad", "failed"),
        ("last", "skipped"),
    }
    assert {edge.names for edge in view.edges} == {("0",), ("1",)}
    assert len(view.edges) == 4
