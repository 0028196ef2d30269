"""The page in a real Chromium: layout, colours, keyboard, and nothing of a workflow is run."""

from __future__ import annotations

import os

import pytest

from funsies.report.diagram.model import INPUT, URGENCY
from tests.acceptance.page.conftest import HOSTILE

pytestmark = pytest.mark.browser

STEPS = ["fail", "files", "picture", "drawing", "manuscript", "table", "square", "last"]
PAGES = [
    "",
    "runs",
    "runs/1",
    "runs/1/cancel",
    "steps",
    "steps?state=failed",
    "graph",
    "graph?run=1&open=last",
    "workers",
]
LIKE_OTHERS = {
    *("files", "drawing", "manuscript", "square", "last"),
    *("runs/1/cancel", "steps?state=failed", "graph"),
}
"""Made by a template that another one shows as well: the checker takes seconds for each."""


def looked_at(names: list[str]) -> list:
    """Parameters, of which those that are like others belong to the slow tests."""
    return [
        pytest.param(each, marks=[pytest.mark.slow] if each in LIKE_OTHERS else [])
        for each in names
    ]


def axe_violations(tab) -> list[str]:
    """What an accessibility checker finds."""
    from axe_playwright_python.sync_playwright import Axe  # noqa: PLC0415 - only with a browser

    found = Axe().run(tab).response["violations"]
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found]


@pytest.fixture(
    params=[pytest.param((1200, "light"), marks=pytest.mark.slow), (380, "dark")],
    ids=["wide-light", "narrow-dark"],
)
def fits(request, visit):
    """A tab, and what says that its page fits, is accessible, and has the right ground."""
    width, color_scheme = request.param
    visited = visit(width=width, color_scheme=color_scheme)
    ground = "rgb(255, 255, 255)" if color_scheme == "light" else "rgb(22, 23, 27)"

    def look() -> None:
        assert axe_violations(visited.tab) == []
        assert visited.tab.evaluate("document.documentElement.scrollWidth") <= width
        shown = visited.tab.evaluate("getComputedStyle(document.body).backgroundColor")
        assert shown == ground

    return visited, look


@pytest.mark.parametrize("path", looked_at(PAGES))
def test_a_page_fits_and_is_accessible(fits, path: str) -> None:
    visited, look = fits
    visited.go(path)
    look()


@pytest.mark.parametrize("text", looked_at(STEPS))
def test_the_page_of_a_step_fits_and_is_accessible(fits, text: str) -> None:
    visited, look = fits
    visited.go_to_step(text)
    look()


def test_the_page_that_asks_fits_and_is_accessible(fits) -> None:
    visited, look = fits
    visited.go_to_step("last")
    visited.tab.get_by_role("link", name="Reset…").click()
    visited.tab.get_by_role("button", name="Reset").wait_for()
    look()


COLOURS = """() => {
    const colour = (each, property) =>
        getComputedStyle(each)[property].match(/[0-9.]+/g).map(Number);
    const light = (rgb) => {
        const [r, g, b] = rgb.map((each) => each / 255)
            .map((each) => each <= 0.04045 ? each / 12.92 : ((each + 0.055) / 1.055) ** 2.4);
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const contrast = (one, other) => {
        const [low, high] = [light(one), light(other)].sort((a, b) => a - b);
        return (high + 0.05) / (low + 0.05);
    };
    const ground = colour(document.querySelector(".drawing .ground"), "fill");
    const found = [];
    for (const box of document.querySelectorAll(".drawing a > g")) {
        const [rect, kind] = [box.querySelector("rect"), box.getAttribute("class")];
        const [inside, line] = [colour(rect, "fill"), colour(rect, "stroke")];
        for (const text of box.querySelectorAll("text"))
            found.push([kind, "text", contrast(colour(text, "fill"), inside)]);
        found.push([kind, "line", contrast(line, ground)]);
    }
    for (const note of document.querySelectorAll(".drawing .note"))
        found.push(["note", "text", contrast(colour(note, "fill"), ground)]);
    for (const head of document.querySelectorAll(".drawing .head"))
        found.push(["arrow", "line", contrast(colour(head, "fill"), ground)]);
    return { ground, found };
}"""
"""Contrasts in the drawing, as WCAG 2 defines them: texts in boxes, lines on the ground."""

STATES = [each for each in URGENCY if each != INPUT]


@pytest.mark.slow
@pytest.mark.parametrize("color_scheme", ["light", "dark"])
def test_the_graph_is_seen_in_both_schemes_in_every_state(visit, color_scheme: str) -> None:
    """Each box gets each state in turn, as its class says it."""
    visited = visit(color_scheme=color_scheme)
    visited.go("graph")
    tab = visited.tab
    tab.get_by_role("button", name="Pause updates").click()
    page_ground = tab.evaluate("getComputedStyle(document.body).backgroundColor")
    numbers = ", ".join(str(each) for each in tab.evaluate(COLOURS)["ground"])
    assert page_ground == f"rgb({numbers})"
    for state in STATES if color_scheme == "dark" else [None]:
        if state:
            tab.evaluate(
                "state => document.querySelectorAll('.drawing a > g')"
                ".forEach((each) => each.setAttribute('class', `is-${state}`))",
                state,
            )
        found = tab.evaluate(COLOURS)["found"]
        assert {kind for kind, _, _ in found} >= {"note", "arrow"}
        for kind, what, contrast in found:
            least = 4.5 if what == "text" else 2.5
            assert contrast >= least, (kind, what, contrast)


@pytest.mark.slow
def test_nothing_of_a_workflow_is_run(visit) -> None:
    """Names, errors, logs, files and values with markup are shown, letter by letter."""
    visited = visit()
    for path in ("", "steps"):
        visited.go(path)
        assert visited.tab.get_by_text("fail <img src=x onerror=").count()
    for text in STEPS:
        visited.go_to_step(text)
        active = visited.tab.locator("main script, main [onerror], main svg, main iframe")
        assert active.count() == 0
        assert "hacked" not in visited.tab.title().replace(HOSTILE, "")
    visited.go_to_step("manuscript")
    assert visited.tab.get_by_text(f"<!doctype html><body onload=alert(1)>{HOSTILE}").count()


@pytest.mark.slow
@pytest.mark.parametrize("text", ["picture", "drawing"])
def test_a_picture_is_shown_as_one(visit, text: str) -> None:
    visited = visit()
    visited.go_to_step(text)
    picture = visited.tab.locator("#live img")
    assert picture.evaluate("each => each.decode().then(() => each.naturalWidth)") in {8, 9}


def test_a_table_is_shown_as_one(visit) -> None:
    visited = visit()
    visited.go_to_step("table")
    cells = visited.tab.get_by_role("region", name="table value").locator("td")
    assert cells.all_text_contents() == ["S1", HOSTILE, "S2", ""]


def test_a_click_opens_a_box_of_the_graph_and_a_step_leads_to_its_page(visit) -> None:
    visited = visit()
    visited.go("graph")
    tab = visited.tab
    boxes = tab.locator("#live svg a")
    before = boxes.count()
    tab.locator("#live svg a", has_text="square x 60").click()
    tab.get_by_role("link", name="Close square").wait_for()
    assert boxes.count() == before + 59
    tab.get_by_role("link", name="Close square").focus()
    tab.keyboard.press("Enter")
    tab.locator("#live svg a", has_text="square x 60").wait_for()
    tab.locator("#live svg a", has_text="last").click()
    tab.get_by_role("link", name="Close last").wait_for()
    tab.locator("#live svg a", has_text="last").click()
    tab.get_by_role("heading", name="last", exact=True).wait_for()


def test_whoever_goes_to_a_value_saves_it(visit) -> None:
    visited = visit()
    visited.go_to_step("drawing")
    picture = visited.tab.locator("#live img").get_attribute("src")
    with visited.tab.expect_download() as saved:
        visited.tab.evaluate("place => { location.href = place }", picture)
    assert "<script>" in saved.value.path().read_text()


@pytest.mark.slow
@pytest.mark.parametrize("path", ["steps?state=failed", "runs/1", "graph"])
def test_all_can_be_reached_by_the_keyboard_in_the_order_of_the_page(visit, path) -> None:
    visited = visit()
    visited.go(path)
    tab = visited.tab
    reachable = (
        "a[href], button:not([hidden]), input:not([type=hidden]), select, [tabindex='0']"
    )
    number = tab.evaluate("mark => document.querySelectorAll(mark).length", reachable)
    order = []
    for _ in range(number):
        tab.keyboard.press("Tab")
        place = "mark => [...document.querySelectorAll(mark)].indexOf(document.activeElement)"
        order.append(tab.evaluate(place, reachable))  # asked anew: the page is kept up to date
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert tab.evaluate(outline) == "solid", "the focus is seen"
    assert order == list(range(number))


def test_the_first_tab_leads_to_the_content(visit) -> None:
    visited = visit()
    visited.go("steps")
    visited.tab.keyboard.press("Tab")
    link = visited.tab.get_by_role("link", name="Skip to the content")
    assert link.bounding_box()["x"] >= 0
    visited.tab.keyboard.press("Enter")
    visited.tab.locator("#content:focus").wait_for()


def test_a_page_follows_what_goes_on_without_being_loaded_again(visit, shared_shell) -> None:
    visited = visit()
    visited.go()
    visited.tab.evaluate("window.isTheSame = true")
    shared_shell.script(
        "more.py",
        "import funsies as f\n"
        "with f.Fun():\n    f.execute(f.reduce(str, 3, name='newcomer')).wait()",
    )
    assert shared_shell.python("more.py").code == 0
    visited.tab.get_by_role("link", name="newcomer", exact=True).wait_for()
    assert visited.tab.evaluate("window.isTheSame")


SLOW = """
import funsies as f

@f.task
def slow(place: str) -> str:
    print("<b>first</b>", flush=True)
    with open(place) as pipe:
        print(pipe.read(), flush=True)
    return "the result"

with f.Fun():
    print(slow({place!r}).hash)
"""


@pytest.mark.slow
def test_a_running_step_shows_what_it_prints(visit, shared_shell) -> None:
    pipe = shared_shell.place / "pipe"
    os.mkfifo(pipe)
    shared_shell.script("slow.py", SLOW.format(place=str(pipe)))
    step = shared_shell.python("slow.py").text.strip()
    visited = visit()
    visited.go(f"steps/{step}")
    assert shared_shell.funsies("execute", step).code == 0
    log = visited.tab.locator("#log-text")
    log.filter(has_text="<b>first</b>").wait_for()
    assert visited.tab.locator("#live .state-running").count()
    pipe.write_text("second")
    visited.tab.locator("#live .state-done").wait_for()
    assert log.text_content() == "<b>first</b>\nsecond\n"
    assert visited.tab.get_by_text("the result").count()


def test_updates_can_be_paused_and_go_on(visit) -> None:
    visited = visit()
    visited.go("steps")
    tab = visited.tab
    tab.get_by_role("button", name="Pause updates").click()
    assert tab.locator("#connection").text_content() == "paused"
    assert (
        tab.get_by_role("button", name="Pause updates").get_attribute("aria-pressed") == "true"
    )
    tab.get_by_role("button", name="Pause updates").click()
    tab.locator("#connection", has_text="live").wait_for()


def test_a_page_that_never_changes_has_nothing_to_pause(visit) -> None:
    visited = visit()
    visited.go("runs/1/why")
    visited.tab.get_by_role("region", name="Reasons").wait_for()
    assert not visited.tab.locator("#pause").is_visible()


HIDE = """hidden => {
    Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
    document.dispatchEvent(new Event("visibilitychange"));
}"""
"""As a browser does when another tab is chosen; without a screen, all of them count as seen."""


@pytest.mark.slow
def test_many_pages_can_be_open_at_once(visit) -> None:
    """Browsers keep six connections to one server: a page that nobody sees takes none."""
    visited = visit()
    visited.go("runs")
    for _ in range(7):
        tab = visited.tab.context.new_page()
        tab.goto(visited.address("steps"))
        tab.locator("#connection", has_text="live").wait_for()
        tab.evaluate(HIDE, True)
    tab.evaluate(HIDE, False)
    tab.locator("#connection", has_text="live").wait_for()


def test_it_is_read_and_used_without_scripts(visit, shared_shell) -> None:
    visited = visit(java_script_enabled=False)
    tab = visited.tab
    tab.goto(visited.address("steps"))
    tab.get_by_label("Text").fill("square")
    tab.get_by_role("button", name="Filter").click()
    tab.wait_for_url("**text=square")
    tab.locator("#live tbody a").first.click()
    tab.wait_for_url("**/steps/*")
    step = tab.locator("#live code").first.text_content()
    tab.get_by_role("link", name="Run again…").click()
    tab.get_by_role("button", name="Run again").click()
    tab.wait_for_url(f"**/steps/{step}")
    assert shared_shell.funsies("wait", step).code == 0
    tab.reload()
    assert tab.locator("#live .state-done").count() == 1


def test_without_the_token_a_browser_sees_nothing(chromium, page) -> None:
    context = chromium.new_context()
    try:
        tab = context.new_page()
        answer = tab.goto(page.address.partition("?")[0])
        assert answer.status == 403
        assert "the token" in tab.text_content("body")
    finally:
        context.close()
