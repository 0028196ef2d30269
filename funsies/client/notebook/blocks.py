"""A block: what is shown of one thing, as HTML and as text."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from typing import Final, NamedTuple

from funsies.core.cutting import cut_lines, printable
from funsies.core.encoding.previews import MimeBundle

SHOWN_LINES: Final = 40
"""Of a long text, so many lines at its end."""

GOOD: Final = "#3c9d5b"
BAD: Final = "#d2503f"
UNDER_WAY: Final = "#3f83d2"
"""Colours of the bar: each stands out against white and against black by 3 to 1."""

_CODE: Final = "white-space:pre-wrap;font-family:var(--jp-code-font-family,monospace)"


class Block(NamedTuple):
    """What is shown of one thing.

    Attributes:
        title: what it is, in a line.
        colour: of the bar at its side.
        facts: names and values.
        rows: a table, of which the first row is the header.
        text: shown as it stands: a traceback, what a command has printed.
        notes: sentences below: what to do.
        share: how much of it is done, from 0 to 1; None shows no bar for that.
    """

    title: str
    colour: str = UNDER_WAY
    facts: Sequence[tuple[str, str]] = ()
    rows: Sequence[Sequence[str]] = ()
    text: str = ""
    notes: Sequence[str] = ()
    share: float | None = None


def bundle_of_block(block: Block) -> MimeBundle:
    """Prepare a block for notebooks."""
    return {"text/plain": _as_text(block), "text/html": _as_html(block)}


def _as_text(block: Block) -> str:
    lines = [printable(block.title)]
    lines += [f"  {printable(name)}: {printable(value)}" for name, value in block.facts]
    lines += [f"  {line}" for line in _aligned(block.rows)]
    lines += [f"    {line}" for line in shown_lines(block.text)]
    lines += [f"  {printable(note)}" for note in block.notes]
    return "\n".join(lines)


def _aligned(rows: Sequence[Sequence[str]]) -> list[str]:
    shown = [[printable(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*shown, strict=True)]
    lines = (zip(row, widths, strict=True) for row in shown)
    return ["  ".join(cell.ljust(width) for cell, width in line).rstrip() for line in lines]


def _as_html(block: Block) -> str:
    style = f"border-left:4px solid {block.colour};padding:2px 0 2px 10px;margin:2px 0"
    return f'<div style="{style}">{"".join(_pieces(block))}</div>'


def _pieces(block: Block) -> Iterable[str]:
    yield f"<div><strong>{_escaped(block.title)}</strong></div>"
    if block.share is not None:
        yield f'<progress max="1" value="{block.share:.4f}" style="width:24em"></progress>'
    if block.facts:
        facts = (f"{_escaped(name)}: {_escaped(value)}" for name, value in block.facts)
        yield f'<div style="font-size:90%">{" · ".join(facts)}</div>'
    if block.rows:
        header, *rows = block.rows
        head = f"<thead>{_row(header, 'th')}</thead>"
        yield f"<table>{head}<tbody>{''.join(_row(row, 'td') for row in rows)}</tbody></table>"
    if block.text:
        text = "\n".join(map(_escaped, shown_lines(block.text)))
        yield f'<pre style="{_CODE}">{text}</pre>'
    for note in block.notes:
        yield f'<div style="font-size:90%">{_escaped(note)}</div>'


def _row(cells: Sequence[str], tag: str) -> str:
    style = ' style="text-align:left"'
    return f"<tr>{''.join(f'<{tag}{style}>{_escaped(cell)}</{tag}>' for cell in cells)}</tr>"


def _escaped(text: str) -> str:
    return escape(printable(text))


def shown_lines(text: str) -> list[str]:
    r"""The end of a text, line by line, without what would disturb a terminal.

    >>> shown_lines("a\x1b[31m\nb")
    ['a\\x1b[31m', 'b']
    """
    lines = cut_lines(text.rstrip("\n")).split("\n") if text else []
    above = len(lines) - SHOWN_LINES
    first = [f"... {above} lines above"] if above > 0 else []
    return [*first, *(printable(line.expandtabs()) for line in lines[-SHOWN_LINES:])]
