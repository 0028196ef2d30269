"""The report of a run is one page that is whole, safe, and not too large."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
import pytest

import funsies as f
from funsies.core.errors import Error, ErrorKind
from funsies.history.runs import Git, last_run
from funsies.report.account import lanes_of, read_account
from funsies.report.diagram import GraphView, read_graph
from funsies.report.diagram.model import Node, NodeKind
from funsies.report.document import to_html
from funsies.report.document.tables import MOST_ROWS, spread_of
from funsies.report.document.timeline import WIDTH, timeline_of

from .accounts import BEGAN, HOSTILE, account, address, ran, step
from .pages import check_safe

NOTHING = GraphView()


def half(number: float) -> float:
    return number / 2


def norm(number: float) -> float:
    return float(np.linalg.norm([number]))


def fail(number: float) -> float:
    raise ValueError("no, thanks")


def test_the_report_of_a_program_tells_all_about_its_run() -> None:
    with f.Fun(f.Server("memory://")) as session:
        f.execute(f.reduce(norm, 4.0), f.reduce(half, f.reduce(fail, 1.0), name="after"))
        run = last_run(session.backend)
        assert run is not None
        graph = read_graph(session.backend, run.targets)
        page = check_safe(to_html(read_account(session.backend, run), graph))
    for each in ("Failures", "ValueError: no, thanks", "norm", "after", "skipped", run.user):
        assert each in page.text
    assert f"Run {run.number}" in page.text
    assert f"numpy {np.__version__}" in page.text
    assert "3: 1 failed, 1 skipped, 1 done" in page.text


def test_no_name_of_a_workflow_becomes_markup() -> None:
    """Labels, tasks, errors, files, arguments, workers, hosts, branches."""
    error = Error(
        kind=ErrorKind.CommandFailed,
        task=HOSTILE,
        details=HOSTILE,
        exception=HOSTILE,
        source=address("a").hex(),
    )
    record = ran(0, worker=HOSTILE, host=HOSTILE)
    hostile = account(
        step("a", record, task=HOSTILE, label=HOSTILE, outcome="failed"),
        step("b", ran(1, 1e-6, HOSTILE, HOSTILE), task=HOSTILE, label=HOSTILE),
        errors=[error],
        script=HOSTILE,
        arguments=(HOSTILE,),
        directory=HOSTILE,
        user=HOSTILE,
        host=HOSTILE,
        python=HOSTILE,
        version=HOSTILE,
        git=Git(HOSTILE, HOSTILE, is_clean=False),
    )
    graph = GraphView((Node("k", HOSTILE, NodeKind.STEP, {"failed": 1}),))
    html = to_html(hostile, graph)
    page = check_safe(html)
    assert "<img" not in html
    assert html.count("</script>") == 1
    assert page.text.count("onerror=alert(1)") > 10


@pytest.mark.parametrize("number", [0, 1])
def test_a_run_without_steps_or_that_ran_nothing_has_a_report(number: int) -> None:
    steps = [step(str(each), None, outcome="cached") for each in range(number)]
    page = check_safe(to_html(account(*steps, ended=None), NOTHING))
    assert "Nothing was run" in page.text


def test_what_is_not_known_is_empty() -> None:
    record = ran(0, cpu_seconds=None, peak_memory_bytes=None, bytes_in=None, bytes_out=None)
    page = check_safe(to_html(account(step("a", record)), NOTHING))
    assert "None" not in page.text
    assert spread_of([None, None]) is None


def test_a_report_of_10_000_steps_is_a_few_megabytes_and_made_in_seconds() -> None:
    steps = [
        step(
            str(number),
            ran(number / 100, 0.04, f"worker-{number % 8}"),
            task=f"task {number % 30}",
            label=f"task_{number % 30}(sample=S{number})",
            makers=[str(number - 1)] if number else [],
        )
        for number in range(MOST_ROWS + 5)
    ]
    clock = time.process_time()
    html = to_html(account(*steps), NOTHING)
    assert time.process_time() - clock < 30
    assert len(html) < 6_000_000
    assert f"The first {MOST_ROWS:,} of {MOST_ROWS + 5:,} steps" in html
    assert html.count('<th scope="row"') == MOST_ROWS + 30 + 8


def test_steps_too_short_to_be_seen_are_drawn_together() -> None:
    steps = [step(str(number), ran(number / 1e4, 5e-5)) for number in range(5000)]
    steps.append(step("bad", ran(20, 5), outcome="failed"))
    lanes = lanes_of(account(*steps).ran)
    (row,) = timeline_of(lanes, {0: "w1"}, BEGAN, BEGAN + 25).rows
    assert len(row.bars) < 50
    assert row.bars[-1].has_failed
    assert not row.bars[0].has_failed
    assert "steps" in row.bars[0].title
    assert row.bars[-1].left + row.bars[-1].width == pytest.approx(WIDTH)


@pytest.mark.parametrize("seconds", [0.0, 1e-7, 0.02, 7.0, 4000.0, 90_000.0, 4e7])
def test_the_axis_has_a_few_round_numbers(seconds: float) -> None:
    ticks = timeline_of([], {}, BEGAN, BEGAN + seconds).ticks
    assert 1 <= len(ticks) <= 8
    assert all(0 <= left <= WIDTH for left, _ in ticks)


def test_a_run_that_goes_on_says_so() -> None:
    page = check_safe(to_html(account(step("a", ran(0, 3)), ended=None), NOTHING))
    assert "3.0 s so far" in page.text


def test_tables_are_for_screen_readers_too() -> None:
    page = check_safe(to_html(account(step("a", ran(0))), NOTHING))
    headings = [each["scope"] for each in page.all("th")]
    assert {"col", "row", "colgroup"} == set(headings)
    for each in page.all("div"):
        if "tabindex" in each:
            assert each["aria-label"]
    assert page.all("html")[0]["lang"] == "en"
    ids = [each["id"] for _, each in page.elements if "id" in each]
    assert len(ids) == len(set(ids))
    for each in page.all("section"):
        assert each["aria-labelledby"] in ids


def test_causes_are_told_once() -> None:
    error = Error(
        kind=ErrorKind.CommandFailed, task="t", details="x", source=address("a").hex()
    )
    both = account(step("a", ran(0), outcome="failed"), errors=[error])
    both.causes[0].steps[address("b").hex()] = None
    page = check_safe(to_html(replace(both), NOTHING))
    assert "2 steps" in page.text
