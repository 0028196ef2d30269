"""Walks through graphs of any shape and depth."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from funsies.core.traversal import post_order, reachable

DEEP = 100_000

graphs = st.dictionaries(
    st.integers(0, 9), st.lists(st.integers(0, 9), max_size=4), max_size=10
)


def closure_of(starts: list[int], graph: dict[int, list[int]]) -> set[int]:
    """All that can be reached, the slow and obvious way."""
    found = set(starts)
    while more := {each for node in found for each in graph.get(node, ())} - found:
        found |= more
    return found


@given(graphs, st.lists(st.integers(0, 9), max_size=3))
def test_both_walks_come_by_each_node_that_can_be_reached_once(
    graph: dict[int, list[int]], starts: list[int]
) -> None:
    """Circles, loops and nodes that are named twice included."""
    asked: list[int] = []

    def below(node: int) -> list[int]:
        asked.append(node)
        return graph.get(node, [])

    wanted = sorted(closure_of(starts, graph))
    assert sorted(post_order(starts, below)) == wanted
    assert sorted(asked) == wanted
    assert sorted(reachable(starts, below)) == wanted


@given(graphs, st.lists(st.integers(0, 9), max_size=3))
def test_in_post_order_each_node_comes_after_those_below_it(
    graph: dict[int, list[int]], starts: list[int]
) -> None:
    """Arrows lead to smaller numbers here, so there are no circles."""
    falling = {node: [each for each in below if each < node] for node, below in graph.items()}
    order = post_order(starts, lambda node: falling.get(node, []))
    places = {node: place for place, node in enumerate(order)}
    assert all(places[each] < places[node] for node in order for each in falling.get(node, []))


def test_a_chain_may_be_as_long_as_it_likes() -> None:
    """Nothing recurses."""
    order = post_order([DEEP], lambda node: [node - 1] if node else [])
    assert order == list(range(DEEP + 1))
    assert len(reachable([DEEP], lambda node: [node - 1] if node else [])) == DEEP + 1
