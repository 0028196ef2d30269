"""A report in a real Chromium, opened as a file: it sorts and filters, and loads nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from funsies.core.errors import Error, ErrorKind
from funsies.report.diagram import GraphView
from funsies.report.diagram.model import Node, NodeKind
from funsies.report.document import to_html
from tests.unit.report.accounts import HOSTILE, account, address, ran, step

pytestmark = pytest.mark.browser

STEPS = 10_000


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """Of many steps, with names that are markup; each took longer than the one before."""
    steps = [
        step(
            str(number),
            ran(number / 10, (number + 1) / 1e5, f"w{number % 4}", bytes_in=None),
            task=f"task {number % 9}",
            label=f"{HOSTILE} {number}",
            outcome="done" if number % 100 else "failed",
        )
        for number in range(STEPS)
    ]
    error = Error(kind=ErrorKind.CommandFailed, details=HOSTILE, source=address("0").hex())
    graph = GraphView((Node("k", HOSTILE, NodeKind.STEP, {"failed": 1}),))
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(to_html(account(*steps, errors=[error], script=HOSTILE), graph))
    return path


@pytest.fixture
def opened(chromium, report: Path) -> Iterator:
    """Open it in a colour scheme; nothing wrong may happen in it."""
    contexts, wrong, requested = [], [], []

    def opened(**options):
        contexts.append(chromium.new_context(**options))
        contexts[-1].set_default_timeout(60_000)
        tab = contexts[-1].new_page()
        tab.on("dialog", lambda dialog: (wrong.append("a dialog"), dialog.dismiss()))
        tab.on("pageerror", lambda error: wrong.append(str(error)))
        tab.on("console", lambda message: wrong.append(message.text))
        tab.on("request", lambda request: requested.append(request.url))
        tab.goto(report.as_uri())
        return tab

    yield opened
    for each in contexts:
        each.close()
    assert wrong == []
    assert set(requested) == {report.as_uri()}


def first(tab) -> str:
    """The label of the first step that is shown."""
    return tab.locator("table.paged tbody th").first.inner_text()


@pytest.mark.slow
def test_a_table_of_ten_thousand_steps_sorts_and_filters_by_keyboard(opened) -> None:
    tab = opened()
    told = tab.locator("form.filter output")
    assert told.inner_text() == f"1 to 100 of {STEPS}"
    wall = tab.get_by_role("columnheader", name="Wall", exact=True)
    wall.get_by_role("button").press("Enter")
    assert first(tab).endswith(" 0")
    wall.get_by_role("button").press("Enter")
    assert wall.get_attribute("aria-sort") == "descending"
    assert first(tab).endswith(f" {STEPS - 1}")
    tab.get_by_label("Search").fill("task 8")
    assert told.inner_text() == f"1 to 100 of {STEPS // 9} (of {STEPS} in all)"
    tab.get_by_label("Search").fill("")
    tab.get_by_label("Outcome").select_option("failed")
    assert told.inner_text() == f"1 to 100 of 100 (of {STEPS} in all)"
    tab.get_by_label("Outcome").select_option("")
    tab.get_by_role("button", name="Next").press("Enter")
    assert told.inner_text() == f"101 to 200 of {STEPS}"
    assert tab.locator("table.paged tbody tr").count() == 100


@pytest.mark.parametrize("scheme", ["light", pytest.param("dark", marks=pytest.mark.slow)])
def test_it_is_accessible_in_both_schemes(opened, scheme: str) -> None:
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only with a browser

    tab = opened(color_scheme=scheme, bypass_csp=True)  # for the checker's own script
    found = Axe().run(tab).response["violations"]
    assert [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found] == []
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == ("rgb(255, 255, 255)" if scheme == "light" else "rgb(22, 22, 27)")


def test_printed_it_is_dark_on_white_without_buttons(opened) -> None:
    tab = opened(color_scheme="dark")
    tab.emulate_media(media="print", color_scheme="dark")
    ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    assert not tab.get_by_role("button", name="Next").is_visible()
    assert tab.get_by_text("1 to 100 of").is_visible()
