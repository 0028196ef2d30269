"""A graph as a picture for browsers, without any other program."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from itertools import pairwise
from typing import Final, TypeAlias

from .layout import Layering, Layout, lay_out, layering_of, layers_of
from .model import COLOURS, Edge, GraphView, Node, NodeKind, is_wide, subtitle, title

MARGIN: Final = 24.0
BOX_HEIGHT: Final = 42.0
GAP: Final = 18.0
LAYER_GAP: Final = 56.0
LEGEND_HEIGHT: Final = 34.0
TITLE_CHARACTER: Final = 7.6
"""Width of a character of the first line in a box, about, in pixels."""
SUBTITLE_CHARACTER: Final = 5.9
LEGEND_CHARACTER: Final = 6.4
ARROW: Final = 7.0
LINE: Final = "#9a9aa4"
DASHES: Final = ' stroke-dasharray="5 4"'
BUILT: Final = "built at run time"

Point: TypeAlias = tuple[float, float]


@dataclass(frozen=True, slots=True)
class _Picture:
    """Boxes and where they are.

    Attributes:
        view: what is drawn.
        found: its layers.
        layout: places along and across the layers.
        widths: of the boxes.
        is_wide: True if layers are columns, from left to right.
    """

    view: GraphView
    found: Layering
    layout: Layout
    widths: Mapping[str, float]
    is_wide: bool

    def point(self, key: str, side: float = 0.0) -> Point:
        """Middle of a box or bend; or of its side towards the makers (-1) or users (1)."""
        along, across = self.layout.along[key], self.layout.across[key]
        if self.is_wide:
            return (
                MARGIN + across + side * self.widths.get(key, 0.0) / 2,
                MARGIN + LEGEND_HEIGHT + along,
            )
        height = BOX_HEIGHT if key in self.widths else 0.0
        return MARGIN + along, MARGIN + LEGEND_HEIGHT + across + side * height / 2

    @property
    def size(self) -> Point:
        """Width and height of the picture."""
        length, depth = self.layout.length, self.layout.depth
        width, height = (depth, length) if self.is_wide else (length, depth)
        legend = sum(_legend_width(text) for text, _ in _legend_entries(self.view))
        return max(width, legend) + 2 * MARGIN, height + LEGEND_HEIGHT + 2 * MARGIN


def to_svg(view: GraphView, link: Callable[[Node], str] | None = None) -> Iterator[str]:
    """Draw a graph, line by line.

    Its colours are those for a light ground. What there is has classes, by which a page with a
    dark one gives it others: ``ground``, ``line`` and ``head`` of arrows, ``note``, and within
    ``is-done``, ``is-failed``, ... the shapes, ``title`` and ``subtitle`` of boxes.

    Args:
        view: what is drawn.
        link: where a box leads to; None if they lead nowhere.
    """
    picture = _picture(view)
    width, height = picture.size
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height:.0f}"\n'
    yield f'width="{width:.0f}" height="{height:.0f}"\n'
    yield 'font-family="Helvetica, Arial, sans-serif">\n'
    yield "<title>funsies workflow</title>\n"
    yield '<rect class="ground" width="100%" height="100%" fill="#ffffff"/>\n'
    yield from (f"{each}\n" for each in _legend(view))
    yield from (f"{_line(picture, edge)}\n" for edge in _loops_last(view.edges))
    for node in view.nodes:
        box = _box(picture, node)
        yield f'<a href="{escape(link(node))}">{box}</a>\n' if link else f"{box}\n"
    yield "</svg>\n"


def _loops_last(edges: Sequence[Edge]) -> list[Edge]:
    return sorted(edges, key=lambda edge: edge.source == edge.target)


def _line(picture: _Picture, edge: Edge) -> str:
    return (_loop if edge.source == edge.target else _arrow)(picture, edge)


def _picture(view: GraphView) -> _Picture:
    layers = layers_of(view)
    wide = is_wide(len(layers), max(map(len, layers), default=0))
    widths = {node.key: _width(node) for node in view.nodes}
    sizes = {
        key: (BOX_HEIGHT, width) if wide else (width, BOX_HEIGHT)
        for key, width in widths.items()
    }
    found = layering_of(view)
    layout = lay_out(found, sizes, gap=GAP, layer_gap=LAYER_GAP)
    return _Picture(view, found, layout, widths, wide)


def _width(node: Node) -> float:
    characters = (
        len(title(node)) * TITLE_CHARACTER,
        len(subtitle(node)) * SUBTITLE_CHARACTER,
    )
    return max(64.0, *characters) + 20


def _box(picture: _Picture, node: Node) -> str:
    x, y = picture.point(node.key)
    width = picture.widths[node.key]
    colour = COLOURS[node.status]
    radius = 0 if node.kind is NodeKind.INPUT else 8
    left, top = x - width / 2, y - BOX_HEIGHT / 2
    shape = (
        f'x="{left:.1f}" y="{top:.1f}" width="{width:.1f}" height="{BOX_HEIGHT:.1f}" '
        f'rx="{radius}" fill="{colour.fill}" stroke="{colour.line}"'
    )
    behind = ""
    if node.kind is NodeKind.GROUP and node.number > 1:
        behind = f'<rect transform="translate(4 4)" {shape}/>'
    return (
        f'<g class="is-{node.status}">'
        f"<title>{_text(node.label)}\n{_text(node.key)}\n{_text(subtitle(node))}</title>"
        f"{behind}<rect {shape}/>"
        f'<text x="{x:.1f}" y="{y - 3:.1f}" text-anchor="middle" font-size="13" '
        f'class="title" fill="#1c1c22">{_text(title(node))}</text>'
        f'<text x="{x:.1f}" y="{y + 13:.1f}" text-anchor="middle" font-size="10.5" '
        f'class="subtitle" fill="{colour.line}">{_text(subtitle(node))}</text></g>'
    )


def _arrow(picture: _Picture, edge: Edge) -> str:
    """A smooth line through all bends, with a head at the user's box."""
    is_turned = (edge.source, edge.target) not in picture.found.routes
    pair = (edge.target, edge.source) if is_turned else (edge.source, edge.target)
    route = picture.found.routes[pair]
    points = [
        picture.point(route[0], 1),
        *(picture.point(key) for key in route[1:-1]),
        picture.point(route[-1], -1),
    ]
    if is_turned:
        points.reverse()
    end = points[-1]
    towards = -1.0 if is_turned else 1.0
    points[-1] = _moved(picture, end, -towards * ARROW)
    path = _curve(points, is_wide=picture.is_wide)
    return (
        f"<g>{_edge_title(edge)}"
        f'<path d="{path}" fill="none" {_stroke(edge)}/>'
        f'<path d="{_head(picture, end, towards)}" class="head" fill="{LINE}"/></g>'
    )


def _moved(picture: _Picture, point: Point, by: float) -> Point:
    x, y = point
    return (x + by, y) if picture.is_wide else (x, y + by)


def _curve(points: Sequence[Point], *, is_wide: bool) -> str:
    """A smooth line (Catmull and Rom, 1974) that leaves and arrives across the layers."""
    (x, y), last = points[0], len(points) - 1
    pieces = [f"M{x:.1f} {y:.1f}"]
    slopes = [
        ((after[0] - before[0]) / 2, (after[1] - before[1]) / 2)
        for before, after in zip(points, points[2:], strict=False)
    ]
    slopes = [_across(points[:2], is_wide), *slopes, _across(points[last - 1 :], is_wide)]
    for (one, other), (leaving, arriving) in zip(
        pairwise(points), pairwise(slopes), strict=True
    ):
        pieces.append(
            f"C{one[0] + leaving[0] / 3:.1f} {one[1] + leaving[1] / 3:.1f} "
            f"{other[0] - arriving[0] / 3:.1f} {other[1] - arriving[1] / 3:.1f} "
            f"{other[0]:.1f} {other[1]:.1f}"
        )
    return "".join(pieces)


def _across(points: Sequence[Point], is_wide: bool) -> Point:
    (x1, y1), (x2, y2) = points
    return (1.5 * (x2 - x1), 0.0) if is_wide else (0.0, 1.5 * (y2 - y1))


def _head(picture: _Picture, tip: Point, towards: float) -> str:
    x, y = tip
    back, half = towards * ARROW, ARROW / 2
    if picture.is_wide:
        return f"M{x:.1f} {y:.1f}L{x - back:.1f} {y - half:.1f}V{y + half:.1f}Z"
    return f"M{x:.1f} {y:.1f}L{x - half:.1f} {y - back:.1f}H{x + half:.1f}Z"


def _loop(picture: _Picture, edge: Edge) -> str:
    """Steps of a group that use steps of the same group."""
    x, y = picture.point(edge.source)
    right, top = x + picture.widths[edge.source] / 2, y - BOX_HEIGHT / 2
    path = f"M{right:.1f} {y + 8:.1f}c22 6 22 -40 -14 {top - y - 8:.1f}"
    return f'<path d="{path}" fill="none" {_stroke(edge)}/>'


def _stroke(edge: Edge) -> str:
    width = "1.2" if edge.number == 1 else "2"
    return (
        f'class="line" stroke="{LINE}" stroke-width="{width}"{DASHES if edge.is_built else ""}'
    )


def _edge_title(edge: Edge) -> str:
    if edge.is_built:
        return f"<title>{BUILT}: its result is that of the other step</title>"
    told = ", ".join(edge.names) if edge.names else f"{edge.number:,} inputs"
    return f"<title>{_text(told)}</title>"


def _legend(view: GraphView) -> Iterator[str]:
    """What the colours mean, and how many steps there are of each."""
    x = MARGIN
    for text, sample in _legend_entries(view):
        yield (
            f'<g transform="translate({x:.1f} {MARGIN - 8:.1f})">{sample}'
            '<text class="note" x="18" y="10" font-size="11.5" fill="#44444c">'
            f"{text}</text></g>"
        )
        x += _legend_width(text)


def _legend_entries(view: GraphView) -> Iterator[tuple[str, str]]:
    """Texts, each with a sample of what it explains."""
    for name, number in view.statuses.items():
        colour = f'fill="{COLOURS[name].fill}" stroke="{COLOURS[name].line}"'
        sample = f'<g class="is-{name}"><path d="M0 0h12v12h-12z" {colour}/></g>'
        yield f"{number:,} {name}", sample
    if any(edge.is_built for edge in view.edges):
        yield BUILT, f'<path class="line" d="M0 6h14" stroke="{LINE}"{DASHES}/>'


def _legend_width(text: str) -> float:
    return 18 + len(text) * LEGEND_CHARACTER + 18


def _text(text: str) -> str:
    """Text for XML, which has no control characters."""
    return escape("".join(each if each.isprintable() else "?" for each in text))
