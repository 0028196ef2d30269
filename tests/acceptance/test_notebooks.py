"""A user at a notebook: one line starts server and workers, which end with the kernel."""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from funsies.config.directory import Directory
from funsies.local.embedded import live_record
from funsies.local.pool import running_pools

from .travel.kernels import notebook_in

START = "import funsies as f\nsession = f.start(1)"
WORK = """
def work(x):
    return x + 1
step = f.reduce(work, {})
handle = f.execute(step).wait(timeout_seconds=50)
print(f.take(step), len(handle.operations))
"""


@pytest.fixture
def place() -> Iterator[Path]:
    """A user's directory, with a short path: a socket is made in it."""
    made = Path(tempfile.mkdtemp(prefix="fn")).resolve()
    yield made
    soon(lambda: not is_live(made))
    shutil.rmtree(made, ignore_errors=True)


def is_live(place: Path) -> bool:
    directory = Directory(place / ".funsies")
    return live_record(directory) is not None or any(running_pools(directory))


def soon(condition: Callable[[], bool], within_seconds: float = 40) -> None:
    """Wait for what must happen."""
    deadline = time.monotonic() + within_seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen"
        threading.Event().wait(0.05)


@pytest.mark.slow
def test_one_line_starts_everything_and_the_next_kernel_finds_the_results(place: Path) -> None:
    with notebook_in(place) as notebook:
        assert str(place) in notebook.run(f"{START}\nsession").shown[0]["text/plain"]
        assert notebook.run(WORK.format(1)).text == "2 1\n"
        again = "print(f.start(1) is session, f.start(2) is session)"
        assert notebook.run(again).text == "True False\n"
        assert notebook.run(WORK.format(2)).text == "3 1\n"
    soon(lambda: not is_live(place))
    with notebook_in(place) as notebook:
        assert not notebook.run(START).error
        assert notebook.run(WORK.format(1)).text == "2 0\n"  # nothing had to be computed
        assert not notebook.run("f.stop()").error
        assert not is_live(place)
        assert notebook.run("f.take(step)").error == "NoSessionError"


def test_everything_ends_when_the_kernel_is_killed(place: Path) -> None:
    with notebook_in(place) as notebook:
        assert not notebook.run(START).error
        kernel = int(notebook.run("import os; print(os.getpid())").text)
        assert is_live(place)
        os.kill(kernel, signal.SIGKILL)
        soon(lambda: not is_live(place))


@pytest.mark.slow
def test_notebooks_of_one_directory_share_a_server_until_the_last_one_ends(place: Path) -> None:
    """As after `restart kernel`, when the next one starts before the last one's server ends."""
    with notebook_in(place) as second:
        with notebook_in(place) as first:
            assert not first.run(START).error
            assert not second.run(START).error
            kernel = int(first.run("import os; print(os.getpid())").text)
            pools = len(list(running_pools(Directory(place / ".funsies"))))
            assert pools == 2
            os.kill(kernel, signal.SIGKILL)
            soon(lambda: len(list(running_pools(Directory(place / ".funsies")))) == 1)
        assert second.run(WORK.format(3)).text == "4 1\n"
    soon(lambda: not is_live(place))


INTERRUPTED = """
import os, pathlib, signal, threading
begun, go = pathlib.Path("begun").absolute(), pathlib.Path("go").absolute()

def patient(begun: str, go: str) -> str:
    import pathlib, time
    pathlib.Path(begun).touch()
    while not pathlib.Path(go).exists():
        time.sleep(0.02)
    return "done"

from funsies.client.notebook import progress
showing, report = threading.Event(), progress._Shown.report

def reported(self, so_far):
    if self._handle is not None:  # it stands in the cell
        showing.set()
    report(self, so_far)

progress._Shown.report = reported

def press_stop():
    showing.wait()
    while not begun.exists():
        threading.Event().wait(0.02)
    os.kill(os.getpid(), signal.SIGINT)

step = f.reduce(patient, str(begun), str(go))
"""
AGAIN = """
handle = f.execute(step)
threading.Thread(target=press_stop).start()
handle.wait()
"""


@pytest.mark.slow
def test_an_interrupted_cell_leaves_the_steps_which_can_be_awaited_or_cancelled(
    place: Path,
) -> None:
    with notebook_in(place) as notebook:
        assert not notebook.run(START).error
        cell = notebook.run(INTERRUPTED + AGAIN)
        assert cell.error == "KeyboardInterrupt"
        assert "interrupted; the steps go on" in cell.shown[0]["text/plain"]
        assert "running" in notebook.run("handle").shown[0]["text/plain"]
        ended = notebook.run("go.touch(); handle.wait(50); print(f.take(step))")
        assert ended.text == "done\n"
        other = notebook.run(
            f"go.unlink(); begun.unlink(); showing.clear(); f.reset(step)\n{AGAIN}"
        )
        assert other.error == "KeyboardInterrupt"
        assert notebook.run("print(handle.cancel())").text == "1\n"
        assert notebook.run(WORK.format(1)).text == "2 1\n"


AWAITED = """
@f.task
def patient(n: int, go: str) -> int:
    import pathlib, time
    while not pathlib.Path(go).exists():
        time.sleep(0.02)
    return n

import pathlib
from funsies.client.notebook import progress
show, go = progress.display_in_cell, pathlib.Path("go").absolute()

def display_in_cell(bundle):
    go.touch()  # the steps end when progress is there
    return show(bundle)

progress.display_in_cell = display_in_cell
handle = await f.execute([patient(n, str(go)) for n in (1, 2)])
"""


@pytest.mark.slow
def test_a_cell_that_awaits_shows_progress_and_the_handle_its_steps_by_their_labels(
    place: Path,
) -> None:
    with notebook_in(place) as notebook:
        assert not notebook.run(START).error
        cell = notebook.run(AWAITED)
        assert not cell.error
        assert cell.shown[0]["text/plain"].startswith("2 of 2 steps, ")
        shown = notebook.run("handle").shown[0]["text/plain"]
        assert "patient(n=1)  done" in shown
        assert "patient(n=2)  done" in shown


SHOWN = """
def wrong(name: str) -> int:
    raise ValueError(name)  # in a cell
step = f.reduce(wrong, "<script>alert(1)</script>")
handle = f.execute(step).wait(timeout_seconds=50)
"""


def test_results_errors_and_handles_are_shown_as_html_and_as_text(place: Path) -> None:
    with notebook_in(place, FUNSIES_JOBS="memory://") as notebook:
        assert not notebook.run(f"import funsies as f; f.start()\n{SHOWN}").error
        for shown in (
            "step",
            "f.take(step, strict=False)",
            "f.take(step, strict=False).failure()",
        ):
            data = notebook.run(shown).shown[0]
            assert "raise ValueError(name)  # in a cell" in data["text/plain"]
            assert "raise ValueError(name)  # in a cell" in data["text/html"]
            assert "&lt;script&gt;" in data["text/html"]
            assert "<script>" not in data["text/html"]
        data = notebook.run("handle").shown[0]
        assert "wrong  failed" in data["text/plain"]
        assert "<script>" not in data["text/html"]
        value = "whole = f.put(3); f.take(whole, strict=False)"
        assert notebook.run(value).shown == [{"text/plain": "<Success: 3>"}]
        table = "from returns.result import Success; import pandas as pd\n"
        data = notebook.run(f"{table}Success(pd.DataFrame({{'a': [1]}}))").shown[0]
        assert data["text/html"].startswith("<div>Success:</div>")
        assert "<table" in data["text/html"]
