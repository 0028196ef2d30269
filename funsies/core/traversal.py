"""Walks through graphs, without recursion: a workflow is deeper than Python's stack."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

NodeT = TypeVar("NodeT", bound=Hashable)


def post_order(
    starts: Iterable[NodeT], below: Callable[[NodeT], Iterable[NodeT]]
) -> list[NodeT]:
    """All that can be reached, in depth, each after what is below it.

    Where the graph has a circle, one node of it comes before what is below.

    Args:
        starts: where to begin.
        below: what is directly below a node; asked for once for each.

    >>> post_order("a", {"a": "bc", "b": "d", "c": "d", "d": ""}.__getitem__)
    ['d', 'b', 'c', 'a']
    """
    order: list[NodeT] = []
    seen: set[NodeT] = set()
    for start in starts:
        if start in seen:
            continue
        seen.add(start)
        path = [(start, iter(below(start)))]  # with what is still to be looked at below
        while path:
            node, rest = path[-1]
            for each in rest:
                if each not in seen:
                    seen.add(each)
                    path.append((each, iter(below(each))))
                    break
            else:
                order.append(node)
                path.pop()
    return order


def reachable(
    starts: Iterable[NodeT], below: Callable[[NodeT], Iterable[NodeT]]
) -> dict[NodeT, None]:
    """All that can be reached, each once, those that were reached first in front.

    Args:
        starts: where to begin.
        below: what is directly below a node; asked for once for each.

    >>> list(reachable("a", {"a": "bc", "b": "d", "c": "d", "d": ""}.__getitem__))
    ['a', 'b', 'c', 'd']
    """
    found = dict.fromkeys(starts)
    queue = list(found)
    for node in queue:  # which grows meanwhile
        for each in below(node):
            if each not in found:
                found[each] = None
                queue.append(each)
    return found
