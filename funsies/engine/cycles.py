"""Finding circles in a graph that is read node by node."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from funsies.core.digest import Digest


def find_cycles(
    starts: Iterable[Digest], next_nodes: Callable[[Digest], Iterable[Digest]]
) -> list[tuple[Digest, ...]]:
    """Find circles that can be reached from some nodes.

    Each node is read once. Of several circles with a node in common, one may be found; when it
    is broken, another search finds the next.

    Args:
        starts: where to begin.
        next_nodes: where one can go from a node.

    Returns:
        The circles, each beginning with its smallest node.

    >>> graph = {b"a": [b"b"], b"b": [b"c"], b"c": [b"b"]}
    >>> find_cycles([b"a"], graph.__getitem__)
    [(b'b', b'c')]
    """
    cycles: list[tuple[Digest, ...]] = []
    finished: set[Digest] = set()
    for start in starts:
        if start not in finished:
            cycles += _search(start, next_nodes, finished)
    return cycles


def _search(
    start: Digest,
    next_nodes: Callable[[Digest], Iterable[Digest]],
    finished: set[Digest],
) -> Iterator[tuple[Digest, ...]]:
    """Search in depth, without recursion: graphs are deeper than Python's stack."""
    path = {start: iter(next_nodes(start))}
    while path:
        node, branches = next(reversed(path.items()))
        following = next(branches, None)
        if following is None:
            del path[node]
            finished.add(node)
        elif following in path:
            yield _circle(list(path), following)
        elif following not in finished:
            path[following] = iter(next_nodes(following))


def _circle(path: list[Digest], entry: Digest) -> tuple[Digest, ...]:
    circle = path[path.index(entry) :]
    first = circle.index(min(circle))
    return tuple(circle[first:] + circle[:first])
