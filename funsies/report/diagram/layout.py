"""A layered layout: which boxes stand on a line, in which order, and where."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final, TypeAlias

from funsies.core.traversal import post_order

from .model import GraphView

SWEEPS: Final = 12

Links: TypeAlias = Mapping[str, Sequence[str]]


@dataclass(slots=True)
class Layering:
    """Boxes and bends, by layer.

    Attributes:
        layers: keys of boxes, and of bends, in order.
        above: for each key, those that it is linked with in the layer above.
        below: the same in the layer below.
        routes: for each arrow, the keys that it passes, from source to target.
    """

    layers: list[list[str]] = field(default_factory=list)
    above: dict[str, list[str]] = field(default_factory=dict)
    below: dict[str, list[str]] = field(default_factory=dict)
    routes: dict[tuple[str, str], list[str]] = field(default_factory=dict)


def layers_of(view: GraphView) -> list[list[str]]:
    """Keys of the boxes, by layer."""
    depths = _depths(view)
    layers: list[list[str]] = [[] for _ in range(max(depths.values(), default=-1) + 1)]
    for key, depth in depths.items():
        layers[depth].append(key)
    return layers


def layering_of(view: GraphView) -> Layering:
    """Put boxes and bends into layers, with few crossings of arrows."""
    found = _with_bends(view, _depths(view))
    best, fewest = [list(layer) for layer in found.layers], _crossings(found)
    for sweep in range(SWEEPS):
        _sweep(found, downwards=sweep % 2 == 0)
        crossings = _crossings(found)
        if crossings < fewest:
            best, fewest = [list(layer) for layer in found.layers], crossings
    found.layers = best
    return found


def _depths(view: GraphView) -> dict[str, int]:
    """How many boxes are above each at least; inputs stand just above their first user."""
    uses: dict[str, list[str]] = {node.key: [] for node in view.nodes}
    used_by: dict[str, list[str]] = {node.key: [] for node in view.nodes}
    for source, target in _forward(view):
        uses[target].append(source)
        used_by[source].append(target)
    depths: dict[str, int] = {}
    for key in _in_depth(uses):
        depths[key] = max((depths[each] + 1 for each in uses[key]), default=0)
    for key in depths:
        if not uses[key] and used_by[key]:
            depths[key] = min(depths[each] for each in used_by[key]) - 1
    return depths


def _in_depth(links: Links) -> list[str]:
    """Keys in an order in which each comes after those that it is linked with."""
    return post_order(links, lambda key: reversed(links[key]))


def _forward(view: GraphView) -> list[tuple[str, str]]:
    """Arrows as they are drawn, each once, without loops."""
    following: dict[str, list[str]] = {node.key: [] for node in view.nodes}
    for edge in view.edges:
        if edge.source != edge.target:
            following[edge.source].append(edge.target)
    # One that leads to what a walk leaves later closes a circle: it is turned.
    left = {key: place for place, key in enumerate(_in_depth(following))}
    pairs = ((source, target) for source in following for target in following[source])
    return list(
        dict.fromkeys(pair if left[pair[1]] < left[pair[0]] else pair[::-1] for pair in pairs)
    )


def _with_bends(view: GraphView, depths: Mapping[str, int]) -> Layering:
    found = Layering([[] for _ in range(max(depths.values(), default=-1) + 1)])
    for node in view.nodes:
        _add(found, node.key, depths[node.key])
    for edge in view.edges:
        if edge.source == edge.target:
            continue
        upper, lower = sorted((edge.source, edge.target), key=lambda key: depths[key])
        if (upper, lower) not in found.routes:
            found.routes[upper, lower] = _route(found, upper, lower, depths)
    return found


def _add(found: Layering, key: str, depth: int) -> None:
    found.layers[depth].append(key)
    found.above[key] = []
    found.below[key] = []


def _route(found: Layering, upper: str, lower: str, depths: Mapping[str, int]) -> list[str]:
    route = [upper]
    for depth in range(depths[upper] + 1, depths[lower]):
        bend = f"{upper} {lower} {depth}"
        _add(found, bend, depth)
        route.append(bend)
    route.append(lower)
    for one, other in pairwise(route):
        found.below[one].append(other)
        found.above[other].append(one)
    return route


def _sweep(found: Layering, *, downwards: bool) -> None:
    """Order each layer by where the neighbours of its boxes are in the layer before."""
    links = found.above if downwards else found.below
    order = found.layers if downwards else found.layers[::-1]
    for before, layer in pairwise(order):
        places = {key: place for place, key in enumerate(before)}
        own = {key: float(place) for place, key in enumerate(layer)}
        for key in layer:
            if links[key]:
                own[key] = sum(places[each] for each in links[key]) / len(links[key])
        layer.sort(key=own.__getitem__)


def _crossings(found: Layering) -> int:
    """Number of pairs of arrows that cross."""
    total = 0
    for upper, lower in pairwise(found.layers):
        places = {key: place for place, key in enumerate(lower)}
        ends = [place for key in upper for place in sorted(places[e] for e in found.below[key])]
        seen: list[int] = []
        for end in ends:
            total += len(seen) - bisect_right(seen, end)
            insort(seen, end)
    return total


ROUNDS: Final = 16

BEND: Final = (12.0, 0.0)
"""Room for a bend of an arrow, so that it keeps away from boxes."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Where the middles of boxes and bends are, in pixels.

    Attributes:
        along: place within the layer, by key.
        across: middle of each layer, by key.
        length: extent along the layers.
        depth: extent across them.
    """

    along: Mapping[str, float]
    across: Mapping[str, float]
    length: float
    depth: float


def lay_out(
    found: Layering,
    sizes: Mapping[str, tuple[float, float]],
    *,
    gap: float,
    layer_gap: float,
) -> Layout:
    """Find a place for each box and bend.

    Args:
        found: their layers and order.
        sizes: extent of each box along its layer and across it; bends have none.
        gap: least space between neighbours of a layer.
        layer_gap: space between layers.
    """
    widths = {key: sizes.get(key, BEND)[0] for layer in found.layers for key in layer}
    along: dict[str, float] = {}
    for layer in found.layers:  # as if all wanted to be in the middle
        _place(layer, [0.0] * len(layer), along, widths, gap)
    for turn in range(ROUNDS):
        downwards = turn % 2 == 0
        for layer in found.layers if downwards else found.layers[::-1]:
            wanted = [_wanted(found, along, key, downwards=downwards) for key in layer]
            _place(layer, wanted, along, widths, gap)
    least = min((along[key] - widths[key] / 2 for key in along), default=0.0)
    along = {key: place - least for key, place in along.items()}
    across, depth = _across(found, sizes, layer_gap)
    length = max((along[key] + widths[key] / 2 for key in along), default=0.0)
    return Layout(along, across, length, depth)


def _wanted(found: Layering, along: Mapping[str, float], key: str, *, downwards: bool) -> float:
    """The middle of the neighbours; of both sides together, with more weight before it."""
    before, after = found.above[key], found.below[key]
    if not downwards:
        before, after = after, before
    linked = [*before, *before, *after]
    return sum(along[each] for each in linked) / len(linked) if linked else along[key]


def _place(
    layer: Sequence[str],
    wanted: Sequence[float],
    along: dict[str, float],
    widths: Mapping[str, float],
    gap: float,
) -> None:
    """Put a layer's boxes where they want to be, in order and apart: least squares.

    Without their widths it is isotonic regression, by pooling adjacent violators.
    """
    offsets = [0.0]
    for left, right in pairwise(layer):
        offsets.append(offsets[-1] + (widths[left] + widths[right]) / 2 + gap)
    blocks: list[tuple[float, int]] = []
    for place, offset in zip(wanted, offsets, strict=False):
        total, number = place - offset, 1
        while blocks and blocks[-1][0] / blocks[-1][1] >= total / number:
            more_total, more_number = blocks.pop()
            total, number = total + more_total, number + more_number
        blocks.append((total, number))
    means = [total / number for total, number in blocks for _ in range(number)]
    for key, mean, offset in zip(layer, means, offsets, strict=False):
        along[key] = mean + offset


def _across(
    found: Layering, sizes: Mapping[str, tuple[float, float]], layer_gap: float
) -> tuple[dict[str, float], float]:
    across: dict[str, float] = {}
    edge = 0.0
    for layer in found.layers:
        thickness = max((sizes[key][1] for key in layer if key in sizes), default=0.0)
        across |= dict.fromkeys(layer, edge + thickness / 2)
        edge += thickness + layer_gap
    return across, max(0.0, edge - layer_gap)
