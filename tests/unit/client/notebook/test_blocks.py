"""What notebooks show: the same as HTML and as text; nothing of a workflow is markup."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

import pytest
from returns.result import Failure, Success

import funsies as f
from funsies.client.notebook.blocks import BAD, GOOD, SHOWN_LINES, UNDER_WAY, Block
from funsies.client.notebook.blocks import bundle_of_block as bundle_of
from funsies.client.notebook.progress import (
    PATIENCE_SECONDS,
    block_of,
    bundle_of_handle,
    cell_progress,
)
from funsies.client.progress import Progress
from funsies.core.digest import Digest
from funsies.store.rows import OperationState, Status, TaskCounts

HOSTILE = [
    "<script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "</pre></div><style>*{display:none}</style>",
    "&lt;b&gt;<b>",
    "javascript:alert('x')",
    "\x1b[2J\x1b]0;title\x07",
    "\u202etxt.exe\u2066",
    "\ud800",
    "a\r\nb\x00\x08",
]
OURS = {"div", "strong", "progress", "table", "thead", "tbody", "tr", "th", "td", "pre"}


class Reader(HTMLParser):
    """Takes note of the elements and the text of a page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes |= {name for name, _ in attrs}

    def handle_data(self, data: str) -> None:
        self.text += f"{data}\n"


def blocks(word: str) -> list[dict[str, Any]]:
    """Everything that is shown, with a word wherever a workflow may have put it."""
    digest = Digest(bytes(32))
    error = f.Error(
        f.ErrorKind.ExceptionRaised,
        "ab" * 32,
        f"first\n{word}",
        task=word,
        exception=word,
        host=word,
        signal=word,
        failed_at=1.0,
    )
    counts = Progress({word: TaskCounts(done=3, running=1, failed=1)})
    states = [OperationState(Status.RUNNING)]
    rows = [("name", "value"), (word, word)]
    return [
        error._repr_mimebundle_(),
        bundle_of(block_of(counts, 1.5)),
        bundle_of_handle([digest], {digest: word}, states, counts),
        bundle_of(Block(word, GOOD, [(word, word)], rows, word, [word], 0.5)),
    ]


@pytest.mark.parametrize("word", HOSTILE)
def test_what_comes_from_a_workflow_is_text_and_nothing_else(word: str) -> None:
    for hostile, harmless in zip(blocks(word), blocks("word"), strict=True):
        read, expected = Reader(hostile["text/html"]), Reader(harmless["text/html"])
        assert read.tags == expected.tags
        assert set(read.tags) <= OURS
        assert read.attributes <= {"style", "max", "value"}
        for line in (*read.text.split("\n"), *hostile["text/plain"].split("\n")):
            assert line.isprintable()
        hostile["text/html"].encode()


def test_the_text_says_what_the_html_says() -> None:
    for bundle in blocks("word"):
        words = Reader(bundle["text/html"]).text.replace("·", " ").split()
        for word in words:
            assert word in bundle["text/plain"]


def test_colours_are_seen_on_white_and_on_black() -> None:
    """What can be told by its colour alone is a bar, which needs a contrast of 3 to 1."""

    def luminance(colour: str) -> float:
        shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [s / 12.92 if s <= 0.03928 else ((s + 0.055) / 1.055) ** 2.4 for s in shares]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    for colour in (GOOD, BAD, UNDER_WAY):
        for background in ("#ffffff", "#111111", "#1e1e1e"):
            pair = sorted([luminance(colour), luminance(background)])
            assert (pair[1] + 0.05) / (pair[0] + 0.05) >= 3, (colour, background)


def test_an_error_says_what_to_do() -> None:
    def notes(error: f.Error) -> str:
        return str(error._repr_mimebundle_()["text/plain"])

    source = "ab" * 32
    remembered = f.Error(f.ErrorKind.ExceptionRaised, source, failed_at=1.0)
    assert "reset()" in notes(remembered)
    assert "funsies replay --pdb ababababab" in notes(remembered)
    assert "execute it again" in notes(f.Error(f.ErrorKind.WorkerLost, source, failed_at=1.0))
    assert "execute it again" not in notes(f.Error(f.ErrorKind.NotFound, source))


def test_a_long_traceback_is_shown_from_its_end() -> None:
    details = "\n".join(f"line {n}" for n in range(200))
    shown = str(f.Error(f.ErrorKind.ExceptionRaised, details=details)._repr_mimebundle_())
    assert "line 199" in shown
    assert f"... {200 - SHOWN_LINES} lines above" in shown
    assert "line 100" not in shown


def test_many_targets_and_tasks_are_not_shown_one_by_one() -> None:
    digests = [Digest(number.to_bytes(32)) for number in range(100_000)]
    handle = bundle_of_handle(digests, {}, [], None)["text/plain"]
    assert "execution of 100000 steps" in str(handle)
    assert "... and 99990 more" in str(handle)
    tasks = {f"t{n}": TaskCounts(done=1) for n in range(50)} | {"zz": TaskCounts(running=1)}
    shown = bundle_of(block_of(Progress(tasks), 1.0))["text/plain"]
    assert "zz" in str(shown)
    assert "... and 39 more tasks" in str(shown)


class Cell:
    """A cell, and the clock on its wall."""

    def __init__(self) -> None:
        self.now = 0.0
        self.shown: list[str] = []

    def display(self, bundle: dict[str, str]) -> Cell:
        self.shown.append(bundle["text/plain"])
        return self

    def update(self, bundle: dict[str, str], *, raw: bool) -> None:
        assert raw
        self.shown.append(bundle["text/plain"])


@pytest.fixture
def cell(monkeypatch) -> Cell:
    made = Cell()
    monkeypatch.setattr("funsies.client.notebook.progress.display_in_cell", made.display)
    return made


UNDERWAY, OVER = (Progress({"a": TaskCounts(done=n, running=4 - n)}) for n in (1, 4))


def test_what_is_over_soon_shows_nothing(cell: Cell) -> None:
    with cell_progress(lambda: cell.now) as report:
        report(UNDERWAY)
        report(OVER)
    assert cell.shown == []


def test_progress_is_rewritten_now_and_then_and_the_end_stays(cell: Cell) -> None:
    with cell_progress(lambda: cell.now) as report:
        for _ in range(100):
            cell.now += PATIENCE_SECONDS / 10
            report(UNDERWAY)
        report(OVER)
    assert 5 < len(cell.shown) < 25
    assert cell.shown[0].startswith("1 of 4 steps, 0.5 s")
    assert cell.shown[-1].startswith("4 of 4 steps, 5.0 s")


def test_an_interrupted_wait_says_that_the_steps_go_on(cell: Cell) -> None:
    def wait() -> None:
        with cell_progress(lambda: cell.now) as report:
            cell.now = 10.0
            report(UNDERWAY)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        wait()
    assert "interrupted; the steps go on" in cell.shown[-1]


def test_results_are_left_as_they_are_where_there_is_no_notebook() -> None:
    with f.Fun(f.Server("memory://")):
        step = f.reduce(abs, -1)
        f.execute(step)
        assert repr(f.take(step, strict=False)) == "<Success: 1>"
    for kind in (Success, Failure):
        assert not hasattr(kind, "_repr_mimebundle_")
        assert not hasattr(kind, "_repr_html_")
