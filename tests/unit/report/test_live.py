"""What is shown while one waits: by task, no higher and no wider than the terminal."""

from __future__ import annotations

import io
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

import pytest
from rich.console import Console
from typing_extensions import override

import funsies as f
from funsies.client.progress import Progress
from funsies.core.digest import Digest, content_digest
from funsies.history.labels import Labels
from funsies.history.step_names import Naming
from funsies.report.live.activity import (
    LOOK_SECONDS,
    Failing,
    Rates,
    RunningSteps,
    counted_steps,
    seconds_left,
    told,
)
from funsies.report.live.display import LINE_SECONDS, Display, describe
from funsies.report.live.screen import Screen
from funsies.session import Session
from funsies.store.connect import open_backend
from funsies.store.rows import Fence, Lease, TaskCounts

RUNNING = Progress(
    {
        "a": TaskCounts(running=1, done=2),
        "b": TaskCounts(running=3, failed=1, waiting=4),
    }
)


def plain(width: int = 80, *, terminal: bool = False) -> tuple[Console, io.StringIO]:
    file = io.StringIO()
    console = Console(
        file=file, width=width, height=24, force_terminal=terminal, highlight=False
    )
    return console, file


def screen(progress: Progress, rates: Rates | None = None, **more: object) -> Screen:
    if rates is None:
        rates = Rates()
        rates.add(progress, 0.0)
    return Screen(progress, rates, (), (), 0.0, 65.0, **more)


def drawn(shown: Screen, width: int = 80, height: int = 24) -> list[str]:
    console, file = plain(width)
    console.size = (width, height)
    console.print(shown)
    return file.getvalue().splitlines()


def test_progress_names_what_runs_most_first() -> None:
    assert describe(RUNNING) == "4 running: b (3), a (1), 1 failed"


def test_where_no_terminal_is_a_line_comes_now_and_then() -> None:
    console, file = plain()
    now = 0.0
    graph = open_backend("memory://").graph
    with Display(console, graph, clock=lambda: now).shown() as tell:
        for _ in range(100):
            now += LINE_SECONDS / 10
            tell(RUNNING)
    lines = file.getvalue().splitlines()
    assert len(lines) == 10
    assert lines[0] == "3 of 11 steps, 4 running: b (3), a (1), 1 failed"


def test_on_a_terminal_there_is_a_table_that_leaves_nothing_behind() -> None:
    console, file = plain(terminal=True)
    graph = open_backend("memory://").graph
    with Display(console, graph).shown() as tell:
        tell(RUNNING)
    assert "3/11" in file.getvalue()
    assert file.getvalue().endswith("\x1b[2K")  # the last line is erased, too


def test_a_dumb_terminal_gets_plain_lines() -> None:
    file = io.StringIO()
    console = Console(file=file, force_terminal=True, _environ={"TERM": "dumb"})
    now = 0.0
    graph = open_backend("memory://").graph
    with Display(console, graph, clock=lambda: now).shown() as tell:
        now = LINE_SECONDS
        tell(RUNNING)
    assert file.getvalue() == "3 of 11 steps, 4 running: b (3), a (1), 1 failed\n"


def test_two_threads_that_wait_do_not_draw_over_each_other() -> None:
    console, file = plain(terminal=True)
    display = Display(console, open_backend("memory://").graph)
    with display.shown() as tell:
        tell(RUNNING)
        before = file.getvalue()
        with display.shown() as tell_too:
            tell_too(RUNNING)
        assert file.getvalue() == before


# -- the table


def test_a_row_a_task_and_one_for_all_with_what_there_is_to_tell() -> None:
    progress = Progress(
        {
            "align": TaskCounts(done=3, linked=1, running=2, waiting=5),
            "plot": TaskCounts(failed=3, skipped=2),
        }
    )
    lines = [line.split() for line in drawn(screen(progress), 59)]
    assert lines == [
        ["task", "done", "cached", "running", "failed", "skipped"],
        ["align", "3/10", "1", "2"],
        ["plot", "3/3", "1", "2"],
        ["all,", "1m", "05s", "6/13", "1", "2", "1", "2"],
    ]


def test_rate_and_time_left_come_from_the_last_half_minute() -> None:
    rates = Rates()
    for second in range(100):
        done = second if second < 50 else 50 + 4 * (second - 50)
        rates.add(Progress({"a": TaskCounts(done=done, waiting=80)}), float(second))
    assert rates.of("a") == pytest.approx(4)
    assert seconds_left(TaskCounts(waiting=80), 4.0) == 20
    assert seconds_left(TaskCounts(done=80), 4.0) is None
    (_, row) = drawn(screen(Progress({"a": TaskCounts(done=246, waiting=80)}), rates), 80)
    assert row.split() == ["a", "246/326", "4/s", "20", "s"]


@pytest.mark.parametrize("width", [20, 40, 60, 80, 120])
@pytest.mark.parametrize("height", [4, 6, 24])
def test_however_much_there_is_it_fits_the_terminal(width: int, height: int) -> None:
    tasks = {f"task {n} \x1b[31m\n": TaskCounts(running=n, done=10**6) for n in range(300)}
    lines = drawn(screen(Progress(tasks)), width, height)
    assert len(lines) < max(height, 5)
    assert all(len(line) <= width for line in lines)
    assert not any("\x1b" in line for line in lines)


def test_the_busiest_tasks_are_shown_and_the_others_counted() -> None:
    tasks = {f"task{n}": TaskCounts(running=n, done=1) for n in range(30)}
    lines = drawn(screen(Progress(tasks)))
    assert lines[1].startswith("task29")
    assert any(line.startswith("18 other tasks") for line in lines)


# -- what runs


@dataclass
class Leased:
    """A graph of which only the leases matter."""

    held: list[Lease]
    asked: list[Digest] = field(default_factory=list)
    looks: int = 0

    def leases(self) -> list[Lease]:
        self.looks += 1
        return self.held

    def operations(self, digests: Sequence[Digest]) -> list[None]:
        self.asked += digests
        return [None] * len(digests)


def lease(number: int) -> Lease:
    digest = content_digest(str(number).encode())
    return Lease(digest, f"node{number}:12:ab", Fence(b""), 0, 0, running_ms=1000 * number)


def test_what_has_run_for_longest_is_named_and_nothing_is_asked_of_the_others() -> None:
    graph, now = Leased([lease(number) for number in range(1000)]), 0.0
    running = RunningSteps(graph, lambda: now)
    running.look()
    longest = running.longest
    assert [(each.worker, each.began) for each in longest[:2]] == [
        ("node999:12", -999.0),
        ("node998:12", -998.0),
    ]
    now += LOOK_SECONDS / 2
    running.look()
    assert running.longest is longest
    now += LOOK_SECONDS
    running.look()
    assert graph.looks == 2
    assert len(graph.asked) == len(longest)


class Called(Naming):
    """Knows what one step is called."""

    def __init__(self, step: Digest) -> None:
        self.known = Labels({step: "align(sample=S3)"}, {step: "align"})

    @override
    def labels(self, steps: Collection[Digest] = (), run: object = None) -> Labels:
        return self.known


def test_what_runs_is_named_by_its_label_and_the_beginning_of_its_hash() -> None:
    leases = [lease(number) for number in range(3)]
    graph = Leased(leases)
    last = leases[-1].operation
    running = RunningSteps(graph, lambda: 0.0, Called(last))
    running.look()
    shown = running.longest
    assert shown[0].label == f"align(sample=S3) {last.hex()[:10]}"
    assert shown[1].label == leases[1].operation.hex()[:10]
    assert last not in graph.asked


# -- what fails


def test_each_cause_is_told_once_and_counted() -> None:
    def invert(number: float) -> float:
        return 1 / number

    def root(number: float) -> float:
        if number < 0:
            raise ValueError(f"{number} is below 0")
        return number**0.5

    with f.Fun(f.Server("memory://")) as session:
        assert isinstance(session, Session)
        failing = Failing(session.backend.graph)
        f.execute([f.reduce(root, -1.0), f.reduce(root, -2.0), f.reduce(invert, 2.0)])
        (cause,) = failing.news()
        assert told(cause).startswith("error: ExceptionRaised (ValueError) in root ")
        assert "below 0" in told(cause)
        assert failing.news() == []
        f.execute([f.reduce(root, -3.0), f.reduce(invert, 0.0)])
        (other,) = failing.news()
        assert "ZeroDivisionError" in told(other)
        assert [counted_steps(each) for each in failing.repeated()] == [
            "3 root steps failed: ValueError"
        ]


def test_what_fails_is_red_and_the_table_below_it_is_not() -> None:
    def invert(number: float) -> float:
        return 1 / number

    file = io.StringIO()
    console = Console(
        file=file,
        width=200,
        height=24,
        force_terminal=True,
        color_system="standard",
        _environ={"TERM": "xterm"},
    )
    with f.Fun(f.Server("memory://")) as session:
        assert isinstance(session, Session)
        with Display(console, session.backend.graph).shown() as tell:
            f.execute(f.reduce(invert, 0.0))
            tell(RUNNING)
            tell(RUNNING)  # what was printed is drawn together with the table
    said = file.getvalue()
    _, _, below = said.partition("\x1b[31merror: ")
    failed, _, table = below.partition("\x1b[0m")
    assert "ZeroDivisionError" in failed
    heading, _, _ = table.partition("done")
    assert "task" in heading
    assert "31m" not in heading
