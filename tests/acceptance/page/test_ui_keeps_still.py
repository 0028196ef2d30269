"""A page that is kept up to date takes nothing away from who uses it: in a real Chromium."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pytest

from tests.acceptance.page.conftest import Page, served

pytestmark = pytest.mark.browser

LISTEN = """
window.EventSource = class extends EventSource {
    constructor(address) {
        super(address);
        window.stream = this;
        const told = document.documentElement.dataset;
        this.addEventListener("live", () => { told.arrived = Number(told.arrived ?? 0) + 1; });
    }
};
"""
"""Counts what the server has sent to the page."""

TWO_FRAMES = "new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"
"""Until the browser has laid out what changed, and has scrolled for it."""

NEWCOMER = """
import funsies as f

with f.Fun():
    f.execute(f.reduce(str, {number}, name="newcomer")).wait()
"""


@pytest.fixture(scope="module")
def page(shared_shell) -> Iterator[Page]:
    """The page of a server on which one program has run."""
    shared_shell.script("newcomer.py", NEWCOMER.format(number=0))
    assert shared_shell.funsies("run", "newcomer.py").code == 0
    with served(shared_shell) as page:
        yield page


class Follower:
    """Somebody whose page follows the server."""

    def __init__(self, visited, path: str) -> None:
        self.tab = visited.tab
        self.tab.add_init_script(LISTEN)
        visited.go(path)
        self.tab.locator("html[data-arrived]").wait_for()

    def link(self, name: str):
        """A link in the part that changes."""
        return self.tab.locator("#live").get_by_role("link", name=name, exact=True)

    def point_at(self, place) -> None:
        """Move the pointer there."""
        place.scroll_into_view_if_needed()
        box = place.bounding_box()
        self.tab.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)

    def is_told_of(self, shell, number: int) -> None:
        """Run another program; what the page shows then has arrived at it."""
        shell.script("newcomer.py", NEWCOMER.format(number=number))
        before = self.tab.locator("html").get_attribute("data-arrived")
        assert shell.python("newcomer.py").code == 0
        self.tab.locator(f"html:not([data-arrived='{before}'])").wait_for()

    def is_told(self, html: str) -> None:
        """Let this arrive, as if the server had sent it; from then on, it sends nothing."""
        self.tab.evaluate("window.stream.close()")
        self.tab.evaluate(
            "data => window.stream.dispatchEvent(new MessageEvent('live', { data }))",
            json.dumps(html),
        )

    def shows(self, html: str) -> None:
        """Wait until this is shown."""
        from playwright.sync_api import expect  # noqa: PLC0415 - only with a browser

        live = self.tab.locator("#live")
        expect(live).to_have_js_property("innerHTML", html, timeout=30_000)


@pytest.fixture
def follow(visit):
    """Open a page that follows the server: ``follow(path)``."""
    return lambda path, **options: Follower(visit(**options), path)


def rows(*names: str) -> str:
    """A table of links, as pages have them."""
    lines = [
        f'<tr><th scope="row"><a href="#{name}">{name}</a></th><td>1</td></tr>'
        for name in names
    ]
    return f"<table><tbody>{''.join(lines)}</tbody></table>"


@pytest.mark.parametrize("button", ["left", pytest.param("middle", marks=pytest.mark.slow)])
def test_a_click_counts_though_news_come_while_the_button_is_down(
    follow, shared_shell, button: str
) -> None:
    follower = follow("runs")
    tab = follower.tab
    follower.point_at(follower.link("Run 1"))
    tab.mouse.down(button=button)
    follower.is_told_of(shared_shell, 1)
    if button == "left":
        tab.mouse.up()
        tab.wait_for_url("**/runs/1")
    else:
        with tab.context.expect_page() as opened:
            tab.mouse.up(button=button)
        assert opened.value.url.endswith("/runs/1")


def test_what_came_while_a_button_was_down_is_shown_after_that(follow) -> None:
    follower = follow("runs/1")
    tab = follower.tab
    follower.point_at(tab.get_by_role("heading", level=1))
    tab.mouse.down()
    follower.is_told(rows("other"))
    assert follower.link("other").count() == 0
    tab.mouse.up()
    follower.shows(rows("other"))


def test_a_button_that_is_let_go_elsewhere_holds_nothing_up(follow) -> None:
    """Nobody tells of that: a menu was opened, or another window was gone to."""
    follower = follow("runs/1")
    tab = follower.tab
    follower.point_at(tab.get_by_role("heading", level=1))
    tab.mouse.down(button="right")
    follower.is_told(rows("one"))
    follower.shows(rows("one"))
    tab.mouse.up(button="right")
    tab.mouse.down()
    follower.is_told(rows("two"))
    assert follower.link("two").count() == 0
    tab.evaluate("window.dispatchEvent(new Event('blur'))")
    follower.shows(rows("two"))


def test_a_link_stays_where_it_is_while_the_pointer_comes_to_it(follow) -> None:
    follower = follow("runs/1")
    tab = follower.tab
    follower.is_told(rows("one", "two"))
    follower.shows(rows("one", "two"))
    tab.clock.install()
    tab.clock.pause_at(tab.evaluate("Date.now() + 3_600_000"))
    follower.point_at(follower.link("two"))
    follower.is_told(rows("new", "one", "two"))
    tab.clock.run_for(400)
    assert follower.link("new").count() == 0
    tab.clock.run_for(200)
    assert follower.link("new").count() == 1


def test_marked_text_stays_and_the_page_goes_on_when_it_is_no_longer_marked(follow) -> None:
    follower = follow("runs/1")
    tab = follower.tab
    follower.is_told("<p>state: running</p>")
    tab.locator("#live p", has_text="running").select_text()
    follower.is_told("<p>state: done</p>")
    tab.locator("#connection", has_text="still, while text is marked").wait_for()
    assert tab.evaluate("getSelection().toString()") == "state: running"
    tab.evaluate("getSelection().removeAllRanges()")
    follower.shows("<p>state: done</p>")
    tab.locator("#connection", has_text="live").wait_for()


def test_marked_text_elsewhere_holds_nothing_up(follow) -> None:
    follower = follow("runs/1")
    follower.tab.get_by_role("heading", level=1).select_text()
    follower.is_told("<p>news</p>")
    follower.shows("<p>news</p>")


def test_the_focus_stays_on_the_link_it_is_on(follow) -> None:
    """Of several that lead to the same place, and of those that change their place."""
    follower = follow("runs/1")
    tab = follower.tab
    html = '<p><a href="#x">same</a>, <a href="#x">same</a></p>' + rows("one", "two")
    follower.is_told(html)
    follower.shows(html)
    follower.link("same").nth(1).focus()
    follower.is_told(html.replace(">1<", ">2<"))
    follower.shows(html.replace(">1<", ">2<"))
    assert follower.link("same").nth(1).evaluate("each => each === document.activeElement")
    for order in (["two", "one"], ["new", "two", "one"], ["one", "new", "two"], ["one"]):
        follower.link("one").focus()
        follower.is_told(rows(*order))
        follower.shows(rows(*order))
        assert tab.evaluate("document.activeElement.textContent") == "one"


def test_what_is_scrolled_and_what_is_pointed_at_stay_so(follow) -> None:
    follower = follow("runs/1")
    tab = follower.tab
    text = "\n".join(str(number) for number in range(500))
    region = '<pre tabindex="0" aria-label="{}" class="{}">{}</pre>'
    html = (
        rows("one", "two") + region.format("text", "", text) + region.format("log", "log", text)
    )
    follower.is_told(html)
    follower.shows(html)
    tab.get_by_label("text").evaluate("each => { each.scrollTop = 70 }")
    end = "each => each.scrollTop + each.clientHeight - each.scrollHeight"
    assert abs(tab.get_by_label("log").evaluate(end)) < 1
    follower.point_at(follower.link("two"))
    follower.is_told(html.replace("499", "499\n500"))
    follower.shows(html.replace("499", "499\n500"))
    assert tab.get_by_label("text").evaluate("each => each.scrollTop") == 70
    assert abs(tab.get_by_label("log").evaluate(end)) < 1
    assert follower.link("two").evaluate("each => each.matches(':hover')")
    tab.get_by_label("log").evaluate("each => { each.scrollTop = 30 }")
    follower.is_told(html)
    follower.shows(html)
    assert tab.get_by_label("log").evaluate("each => each.scrollTop") == 30


def test_what_is_read_stays_in_its_place_when_something_comes_above_it(follow) -> None:
    follower = follow("runs/1")
    region = '<div class="scroll" tabindex="0" role="region" aria-label="Steps">{}</div>'
    names = [f"step-{number}" for number in range(100)]
    follower.is_told(region.format(rows(*names)))
    follower.shows(region.format(rows(*names)))
    link = follower.link("step-60")
    link.scroll_into_view_if_needed()
    before = link.bounding_box()["y"]
    above = "<p>news</p>" + region.format(rows("new", *names))
    follower.is_told(above)
    follower.shows(above)
    follower.tab.evaluate(TWO_FRAMES)
    assert abs(link.bounding_box()["y"] - before) < 2  # pixels: lines have parts of one


def test_pictures_are_not_loaded_again(follow) -> None:
    follower = follow("runs/1")
    tab = follower.tab
    html = '<p>{}</p><img src="../static/icon.svg" alt="icon">'
    follower.is_told(html.format("one"))
    follower.shows(html.format("one"))
    tab.evaluate("window.picture = document.querySelector('#live img')")
    follower.is_told(html.format("two"))
    follower.shows(html.format("two"))
    assert tab.evaluate("window.picture === document.querySelector('#live img')")


def test_a_paused_page_does_not_show_what_had_waited(follow) -> None:
    follower = follow("runs/1")
    tab = follower.tab
    button = tab.get_by_role("button", name="Pause updates")
    follower.point_at(button)
    tab.mouse.down()
    follower.is_told("<p>news</p>")
    tab.mouse.up()
    tab.locator("#connection", has_text="paused").wait_for()
    tab.get_by_role("heading", level=1).select_text()
    tab.evaluate("getSelection().removeAllRanges()")
    assert tab.locator("#live", has_text="news").count() == 0


def some_html(dice: random.Random, depth: int = 3) -> str:
    """Content with marks, with and without others like it."""
    made = []
    for _ in range(dice.randrange(5)):
        if not depth or dice.random() < 0.3:
            made.append(dice.choice(["one", "two", " ", "<!--three-->"]))
            continue
        name = dice.choice(["p", "b", "a", "section", "svg"])
        mark = dice.choice(["", 'id="{}"', 'href="{}"', 'class="{}"', 'aria-label="{}"'])
        attributes = mark.format(dice.randrange(3))
        inside = "" if name == "p" else some_html(dice, depth - 1)
        made.append(f"<{name} {attributes}>{inside}</{name}>")
    return "".join(made)


PATCH = """async ([place, before, after]) => {
    const { patch } = await import(place);
    const [there, told] = ["div", "template"].map((name) => document.createElement(name));
    there.innerHTML = before;
    told.innerHTML = after;
    const wanted = told.innerHTML;
    patch(there, told.content);
    return [there.innerHTML, wanted];
}"""


@pytest.mark.slow
def test_what_is_shown_is_what_was_sent(visit) -> None:
    """Whatever was there before."""
    visited = visit()
    dice = random.Random(1)  # noqa: S311 - no secret is made
    place = visited.address("static/patch.js")
    for _ in range(400):
        before, after = some_html(dice), some_html(dice)
        shown, wanted = visited.tab.evaluate(PATCH, [place, before, after])
        assert shown == wanted, (before, after)
