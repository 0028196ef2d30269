"""Places of boxes and bends: as near to their neighbours as their widths allow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from .layers import Layering

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
    along = _packed(found, widths, gap)
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


def _packed(found: Layering, widths: Mapping[str, float], gap: float) -> dict[str, float]:
    along: dict[str, float] = {}
    for layer in found.layers:
        edge = 0.0
        for key in layer:
            along[key] = edge + widths[key] / 2
            edge += widths[key] + gap
    return along


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
