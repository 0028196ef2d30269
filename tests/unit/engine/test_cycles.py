"""Circles are found where there are some, and nowhere else."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from funsies.engine.upkeep import find_cycles

nodes = st.integers(0, 12).map(lambda number: bytes([number]))
graphs = st.dictionaries(nodes, st.lists(nodes, max_size=3), max_size=13)


def reachable(graph, start):
    seen, stack = set(), list(graph.get(start, []))
    while stack:
        node = stack.pop()
        if node not in seen:
            seen.add(node)
            stack += graph.get(node, [])
    return seen


@given(graphs)
def test_what_is_found_is_a_circle(graph):
    for circle in find_cycles(list(graph), lambda node: graph.get(node, [])):
        for node, following in zip(circle, [*circle[1:], circle[0]], strict=True):
            assert following in graph[node]
        assert circle[0] == min(circle)
        assert len(set(circle)) == len(circle)


@given(graphs)
def test_something_is_found_exactly_if_there_is_a_circle(graph):
    found = find_cycles(list(graph), lambda node: graph.get(node, []))
    assert bool(found) == any(node in reachable(graph, node) for node in graph)


@given(graphs)
def test_every_node_is_read_at_most_once(graph):
    read = []
    find_cycles(list(graph), lambda node: read.append(node) or graph.get(node, []))
    assert len(read) == len(set(read))


def test_a_chain_longer_than_the_stack_is_searched():
    number = 20_000
    chain = {b"%d" % each: [b"%d" % (each + 1)] for each in range(number)}
    chain[b"%d" % number] = [b"0"]
    (circle,) = find_cycles([b"0"], chain.__getitem__)
    assert len(circle) == number + 1
