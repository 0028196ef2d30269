"""Graphs that grow: each is built from its size and a number that no other graph has."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from typing import Final

from cases.chain import chain, successor
from graphs import Graph, add_up, noop, wide_graph
from returns.result import Failure

import funsies as f

IN_DEGREE: Final = 3
INPUTS_AT_MOST: Final = 200
REMAINDER: Final = 1_000_003


@f.task
def combine(left: int, middle: int, right: int) -> int:
    """Bring three values together, none of which grows."""
    return (left + 2 * middle + 3 * right) % REMAINDER


@f.task
def divide(number: int) -> int:
    """Fail."""
    return number // 0


@f.task(strict=False)
def count_errors(*values: f.Result[int, f.Error]) -> int:
    """See which errors have come through."""
    return sum(isinstance(value, Failure) for value in values)


@f.task
def numbers(first: int, n: int) -> list[int]:
    """Make a list."""
    return list(range(first, first + n))


@f.task
def add_list(values: list[int]) -> int:
    """Sum a list."""
    return sum(values)


def descend(depth: int) -> f.Artefact[int]:
    """Go on as a step that goes on as a step, and so forth."""
    return noop(depth) if depth % REMAINDER == 0 else f.put(depth - 1).bind(descend)


def wide(n: int, first: int) -> Graph:
    """``n`` operations beside each other, added up in a tree."""
    leaves = [noop(first + number) for number in range(n)]
    target, joins = _add_in_tree(leaves)
    return Graph(target, n * first + n * (n - 1) // 2, n + joins)


def dag(n: int, first: int) -> Graph:
    """``n`` operations, each of which needs three that were made before it."""
    pick = random.Random(n)  # noqa: S311 - the same graph each time
    values = [(first + number) % REMAINDER for number in range(IN_DEGREE)]
    nodes = [noop(value) for value in values]
    for _ in range(n - IN_DEGREE):
        chosen = pick.sample(range(len(nodes)), IN_DEGREE)
        nodes.append(combine(*(nodes[each] for each in chosen)))
        a, b, c = (values[each] for each in chosen)
        values.append((a + 2 * b + 3 * c) % REMAINDER)
    target, joins = _add_in_tree(nodes)
    return Graph(target, sum(values), n + joins)


def error_chain(n: int, first: int) -> Graph:
    """An error that passes through ``n`` operations, one after the other."""
    end = divide(first)
    for _ in range(n):
        end = successor(end)
    return Graph(count_errors(end), 1, n + 2)


def error_fan(n: int, first: int) -> Graph:
    """An error that passes through ``n`` operations beside each other."""
    error = divide(first)
    ends = [combine(error, first, number) for number in range(n)]
    starts = range(0, n, INPUTS_AT_MOST)
    parts = [count_errors(*ends[start : start + INPUTS_AT_MOST]) for start in starts]
    target, joins = _add_in_tree(parts)
    return Graph(target, n, n + 1 + len(parts) + joins)


def map_each(n: int, first: int) -> Graph:
    """A step for each item of a list that a step makes."""
    items = f.map_each(noop, numbers(first, n))
    return Graph(add_list(items), n * first + n * (n - 1) // 2, n + 4)


def nested(n: int, first: int) -> Graph:
    """Dynamic steps, each of which goes on as another."""
    bottom = first // REMAINDER * REMAINDER
    return Graph(f.put(bottom + n).bind(descend), bottom, n + 2)


def _add_in_tree(artefacts: Sequence[f.Artefact[int]]) -> tuple[f.Artefact[int], int]:
    """Sum so that no step has very many inputs; and the number of steps for that."""
    level, joins = list(artefacts), 0
    while len(level) > 1:
        starts = range(0, len(level), INPUTS_AT_MOST)
        level = [add_up(*level[start : start + INPUTS_AT_MOST]) for start in starts]
        joins += len(level)
    return level[0], joins


SHAPES: Final[dict[str, Callable[[int, int], Graph]]] = {
    "wide": wide,
    "dag": dag,
    "chain": chain,
    "reduce": wide_graph,
    "error_chain": error_chain,
    "error_fan": error_fan,
    "map_each": map_each,
    "nested": nested,
}
