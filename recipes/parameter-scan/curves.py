"""Curves as SVG, with the standard library alone."""

from collections.abc import Mapping, Sequence

WIDTH, HEIGHT, MARGIN = 640, 420, 56
COLOURS = ("#1b6ca8", "#c8553d", "#3a7d44", "#7d5ba6")

Points = Sequence[tuple[float, float]]


def draw(curves: Mapping[str, Points], *, across: str, up: str) -> str:
    """Draw curves into one picture.

    Args:
        curves: points of each curve, by its name; the ordinates are between 0 and 1.
        across: what the abscissa is.
        up: what the ordinate is.
    """
    abscissas = [point[0] for points in curves.values() for point in points]
    low, high = min(abscissas), max(abscissas)
    parts = [
        _text(WIDTH / 2, HEIGHT - 12, across),
        _text(18, HEIGHT / 2, up, turned=True),
        *(_grid_line(step / 5) for step in range(6)),
        *(_text(_across(value, low, high), HEIGHT - 34, f"{value:g}") for value in (low, high)),
    ]
    for number, (name, points) in enumerate(curves.items()):
        colour = COLOURS[number % len(COLOURS)]
        placed = [(_across(x, low, high), _up(y)) for x, y in points]
        parts.append(_curve(placed, colour))
        parts.append(_text(WIDTH - MARGIN - 40, MARGIN + 20 * number, name, colour=colour))
    return "\n".join([_HEAD, *parts, "</svg>", ""])


_HEAD = (
    f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{HEIGHT}" '
    'font-family="sans-serif" font-size="14">\n<rect width="100%" height="100%" fill="white"/>'
)


def _across(value: float, low: float, high: float) -> float:
    return MARGIN + (value - low) / (high - low) * (WIDTH - 2 * MARGIN)


def _up(value: float) -> float:
    return HEIGHT - MARGIN - value * (HEIGHT - 2 * MARGIN)


def _grid_line(value: float) -> str:
    height = _up(value)
    line = f'<path d="M{MARGIN} {height:.1f}H{WIDTH - MARGIN}" stroke="#ddd"/>'
    return line + _text(MARGIN - 18, height + 5, f"{value:g}")


def _curve(placed: Points, colour: str) -> str:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in placed)
    dots = "".join(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3"/>' for x, y in placed)
    line = f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
    return f'<g fill="{colour}">{line}{dots}</g>'


def _text(x: float, y: float, text: str, *, turned: bool = False, colour: str = "#222") -> str:
    turn = f' transform="rotate(-90 {x:.1f} {y:.1f})"' if turned else ""
    place = f'x="{x:.1f}" y="{y:.1f}" text-anchor="middle"'
    return f'<text {place} fill="{colour}"{turn}>{text}</text>'
