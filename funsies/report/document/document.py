"""The report of a run: one HTML file that needs nothing else, and loads nothing."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any, Final

from jinja2 import Environment, FunctionLoader
from markupsafe import Markup

from funsies.core.cutting import cut_lines, printable
from funsies.core.terminal_text import as_plain_text
from funsies.history.labels import Labels
from funsies.report.account import Lane, RunAccount, StepAccount, lanes_of
from funsies.report.diagram import GraphView, collapsed, to_svg
from funsies.report.errors import headline
from funsies.report.escaping import escaping_environment
from funsies.report.failures import Cause
from funsies.report.numbers import counted, shown_bytes, shown_seconds

from .tables import MOST_ROWS, MOST_TASKS, PLOT_WIDTH, axis_of, rows_of, uses_of, workers_of
from .timeline import COLOURS, LANE_HEIGHT, WIDTH, timeline_of

MOST_BOXES: Final = 40
"""Of a graph with more boxes, all steps of a task are one."""
MOST_CAUSES: Final = 100
MOST_NAMED: Final = 20
LEAST_SECONDS: Final = 1e-4
LEAST_BYTES: Final = 1e6


@dataclass(frozen=True, slots=True)
class Failure:
    """A cause of failures, and the steps that failed by it.

    Attributes:
        headline: what went wrong, on one line.
        details: traceback or standard error.
        labels: of the first of the steps.
        number: of all of them.
        is_old: True if they had failed before the run.
    """

    headline: str
    details: str
    labels: tuple[str, ...]
    number: int
    is_old: bool


def to_html(account: RunAccount, graph: GraphView) -> str:
    """Write a report.

    Args:
        account: of the run.
        graph: its steps.
    """
    template = _environment().get_template("report.html")
    return template.render(_values(account, graph))


def _values(account: RunAccount, graph: GraphView) -> dict[str, Any]:
    lanes = lanes_of(account.ran)
    names = {place: f"w{place + 1}" for place in range(len(lanes))}
    uses = uses_of(account.steps)
    is_collapsed = len(graph.nodes) > MOST_BOXES
    return {
        "run": account.run,
        "account": account,
        "style": _inline("report.css"),
        "script": _inline("report.js"),
        "policy": _policy(),
        "timeline": timeline_of(lanes, names, account.began, account.ended),
        "lanes": [(names[place], lane) for place, lane in enumerate(lanes)],
        "hosts": sorted({lane.host for lane in lanes}),
        "uses": uses[:MOST_TASKS],
        "tasks": len(uses),
        "axes": {
            "seconds": axis_of((each.seconds for each in uses), LEAST_SECONDS),
            "cpu": axis_of((each.cpu_seconds for each in uses), LEAST_SECONDS),
            "memory": axis_of((each.memory_bytes for each in uses), LEAST_BYTES),
        },
        "rows": rows_of(account, workers_of(lanes, names)),
        "failures": _failures(account),
        "causes": len(account.causes),
        "graph": _picture(collapsed(graph) if is_collapsed else _labelled(graph, account)),
        "is_collapsed": is_collapsed,
        "outcomes": _outcomes(account.steps),
    }


def _outcomes(steps: tuple[StepAccount, ...]) -> dict[str, int]:
    order = ("failed", "unfinished", "skipped", "done", "cached")
    found = [each.outcome for each in steps]
    return {name: found.count(name) for name in order if name in found}


def _failures(account: RunAccount) -> list[Failure]:
    labels = Labels(
        {each.operation: each.label for each in account.steps},
        {each.operation: each.task for each in account.steps},
    )
    return [_failure(each, labels) for each in account.causes[:MOST_CAUSES]]


def _failure(cause: Cause, labels: Labels) -> Failure:
    named = tuple(labels.of_hash(each) or each for each in list(cause.steps)[:MOST_NAMED])
    details = cut_lines(as_plain_text(cause.error.details).rstrip("\n"))
    return Failure(
        headline(cause.error, labels), details, named, len(cause.steps), cause.is_old
    )


def _labelled(graph: GraphView, account: RunAccount) -> GraphView:
    """The graph with the labels of its steps."""
    labels = {each.hash: each.label for each in account.steps}
    nodes = (replace(each, label=labels.get(each.key, each.label)) for each in graph.nodes)
    return GraphView(tuple(nodes), graph.edges)


def _picture(graph: GraphView) -> Markup:
    """The graph as SVG, whose writer escapes all texts itself."""
    return Markup("".join(to_svg(graph)))  # noqa: S704 - see above


# The file


@cache
def _environment() -> Environment:
    """Templates whose values are escaped, whatever they are."""
    environment = escaping_environment(FunctionLoader(_text))
    environment.filters |= {
        "seconds": shown_seconds,
        "bytes": _bytes,
        "moment": _moment,
        "name": printable,
        "counted": counted,
        "thousands": "{:,}".format,
    }
    environment.globals |= {
        "WIDTH": WIDTH,
        "LANE_HEIGHT": LANE_HEIGHT,
        "COLOURS": COLOURS,
        "PLOT_WIDTH": PLOT_WIDTH,
        "MOST_ROWS": MOST_ROWS,
        "share": _share,
        "seconds": shown_seconds,
        "bytes": _bytes,
    }
    return environment


def _text(name: str) -> str:
    return (files(__package__) / "templates" / name).read_text("utf-8")


def _inline(name: str) -> Markup:
    """A file of our own, to stand in the page as it is."""
    return Markup(_text(name))  # noqa: S704 - it has no values


def _policy() -> str:
    """What browsers may do with the page: nothing but its own style and script."""
    style, script = (_hash(_text(name)) for name in ("report.css", "report.js"))
    return (
        f"default-src 'none'; style-src '{style}'; script-src '{script}'; "
        "base-uri 'none'; form-action 'none'"
    )


def _hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"sha256-{base64.b64encode(digest).decode()}"


def _bytes(size_bytes: float) -> str:
    return shown_bytes(round(size_bytes))


def _moment(seconds: float) -> str:
    """A moment in local time, with the zone."""
    return datetime.fromtimestamp(seconds).astimezone().strftime("%Y-%m-%d %H:%M:%S %z")


def _share(lane: Lane, account: RunAccount) -> str:
    seconds = account.ended - account.began
    return f"{100 * lane.busy_seconds / seconds:.0f} %" if seconds > 0 else ""
