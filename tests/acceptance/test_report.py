"""A user reads afterwards what a run did: a report in the browser, a trace in Perfetto."""

from __future__ import annotations

import json

import pytest

from tests.unit.report.pages import check_safe
from tests.unit.report.trace_format import check_trace

HOSTILE = "</script><img src=x onerror=alert(1)>"
FLOW = """\
import sys
import funsies as f

HOSTILE = "</script><img src=x onerror=alert(1)>"

@f.task
def area(radius: float) -> float:
    return 3.0 * radius * radius

@f.task
def letters(text: bytes) -> list[str]:
    return list(text.decode().strip())

@f.task
def broken(name: str) -> str:
    raise ValueError(f"cannot read {name}")

with f.Fun():
    areas = [area(float(radius)) for radius in range(3 + len(sys.argv))]
    loud = f.shell("cat in.txt; echo loud >&2", inp={"in.txt": "ab"})
    wrong = f.shell("echo '<b>said</b>' >&2; exit 3", name=HOSTILE)
    each = f.map_each(broken, letters(loud.stdout))
    f.execute(*areas, loud.stderr, wrong.stdout, each)
"""


@pytest.fixture
def ran(shell):
    """A first run, in which everything was run."""
    done = shell.funsies("run", shell.script("flow.py", FLOW), "--workers", "2")
    assert done.code == 1, done.err
    return shell


def trace_of(shell, *arguments: str) -> list[str]:
    """The tasks of the slices of a trace."""
    done = shell.funsies("trace", *arguments)
    assert done.code == 0, done.err
    slices = check_trace(json.loads(done.text))["X"]
    return sorted(each["args"]["task"] for each in slices if each["cat"] != "run")


def test_a_run_with_failures_shell_and_dynamic_steps_has_a_report_and_a_trace(ran) -> None:
    tasks = trace_of(ran)
    assert tasks.count("area") == 4
    assert tasks.count("broken") == 2
    assert {"cat", "letters", HOSTILE} <= set(tasks)

    done = ran.funsies("report", "last", "-o", "report.html")
    assert (done.code, done.text) == (0, "report.html\n"), done.err
    page = check_safe((ran.place / "report.html").read_text())
    for text in ("ValueError: cannot read a", "<b>said</b>", "area(radius=2.0)", "flow.py"):
        assert text in page.text
    assert "<img" not in (ran.place / "report.html").read_text()


@pytest.mark.slow
def test_of_a_second_run_only_what_it_ran_is_claimed(ran) -> None:
    assert ran.funsies("run", "flow.py", "--workers", "1", "more").code == 1
    assert trace_of(ran, "last") == ["area"]
    assert trace_of(ran, "1").count("area") == 4
    done = ran.funsies("report")
    assert (done.code, done.text) == (0, "report-2.html\n"), done.err
    page = check_safe((ran.place / "report-2.html").read_text())
    assert "failed before this run" in page.text
    assert "flow.py more" in page.text


def test_a_run_that_is_not_there_is_an_error_with_a_remedy(shell) -> None:
    assert shell.funsies("report", "first").code == 2
    assert shell.funsies("run", shell.hello(), "--workers", "1").code == 0
    done = shell.funsies("trace", "99")
    assert done.code == 5
    assert "no run 99" in done.err
    lost = shell.funsies("report", "-o", "nowhere/report.html")
    assert lost.code == 2
    assert "nowhere/report.html: No such file" in lost.err
    whole = shell.funsies("report", "1", "-o", "-")
    check_safe(whole.text)
