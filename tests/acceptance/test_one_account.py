"""What a run came to is told in the same numbers: at its end, by ``runs``, page and report."""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
from collections import Counter, defaultdict
from collections.abc import Mapping

import pytest
from starlette.requests import Request

import funsies as f
from funsies.local.daemons import wait_until
from funsies.page.access import Access
from funsies.page.runs import RunPages
from funsies.page.site import Site

LARGE = 100_000
COLUMNS = ("done", "cached", "failed", "skipped", "unfinished")

Numbers = Mapping[str, tuple[int, ...]]
"""By task, in the order of the columns."""

FLOW = """\
import os, signal, sys, time
from pathlib import Path
import funsies as f

HERE = Path(PLACE)
what = sys.argv[1]

@f.task
def number(text: str) -> int:
    return int(text)

@f.task
def double(number: int) -> int:
    return 2 * number

@f.task
def awaited(number: int) -> int:
    (HERE / f"awaits {number}").touch()
    while not (HERE / "go on").exists():
        time.sleep(0.05)
    return number

@f.task
def total(*numbers: int) -> int:
    return sum(numbers)

@f.task
def fragile(number: int) -> int:
    if not (HERE / "was killed").exists():
        (HERE / "was killed").touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return number

@f.task
def large(number: int) -> bytes:
    return bytes(number * LARGE)

@f.task
def length(data: bytes) -> int:
    return len(data)

def build(text: str) -> f.Artefact[int]:
    return double(number(text))

flows = {
    "new": lambda: [double(number("1")), double(number("2"))],
    "cached": lambda: [double(number("1")), double(number("3"))],
    "same": lambda: [double(number(" 3"))],
    "siblings": lambda: [total(number("x"), awaited(1))],
    "dynamic": lambda: [f.put("5").bind(build), f.put("y").bind(build)],
    "retried": lambda: [double(fragile(1))],
    "large": lambda: [large(1)],
    "lost": lambda: [length(large(1))],
    "ended": lambda: [total(awaited(2), awaited(3), number("9"))],
}
with f.Fun():
    f.execute(*flows[what]())
"""


class Accounts:
    """A user's runs, each told of in four ways."""

    def __init__(self, shell) -> None:
        self._shell = shell
        text = FLOW.replace("PLACE", repr(str(shell.place))).replace("LARGE", str(LARGE))
        self.script = shell.script("flow.py", text)

    def of(self, what: str, code: int = 0) -> Numbers:
        """Run a flow to its end, and compare what is told of it."""
        done = self._shell.funsies("run", "--workers", "1", self.script, what)
        assert done.code == code, done.err
        return self.compared(done.err)

    def compared(self, said: str, run: str = "last") -> Numbers:
        """What is told of a run, the same everywhere.

        Args:
            said: what ``funsies run`` has printed; empty if it could not.
            run: which one.
        """
        shown = json.loads(self._shell.funsies("runs", "show", "--json", run).text)
        numbers = {
            task: tuple(each[name] for name in COLUMNS)
            for task, each in shown["counts"].items()
        }
        if said:
            assert f"run {shown['run']}: " in said
            assert _table(said) in (numbers, {}), said
            assert _table(said) or "nothing to do" in said
        report = self._shell.funsies("report", run, "-o", "-").text
        assert _in_report(report) == numbers
        assert self._on_page(str(shown["run"])) == numbers
        return numbers

    def _on_page(self, number: str) -> Numbers:
        request = Request({"type": "http", "path_params": {"number": number}})
        with contextlib.chdir(self._shell.place), f.Fun() as session:
            site = Site(session.server, session.backend, Access(0))
            page = site.live("run", RunPages().look(site, request))
        rows = re.findall(r'<tr><th scope="row"><a [^>]*>(\w+)</a>.*?</tr>', page, re.DOTALL)
        cells = [
            re.findall(r'<td class="number[^"]*">([^<]*)', row) for row in page.split("<tr>")
        ]
        found = [tuple(map(int, each[:5])) for each in cells if len(each) >= len(COLUMNS)]
        return dict(zip(rows, found, strict=True))

    def lose_large_values(self) -> None:
        """Remove what is stored of large values."""
        for each in (self._shell.place / ".funsies" / "data").rglob("*"):
            if each.is_file() and each.stat().st_size >= LARGE:
                each.unlink()

    def go_on(self) -> None:
        """Let steps end that wait for it."""
        (self._shell.place / "go on").touch()

    def is_there(self, name: str) -> bool:
        return (self._shell.place / name).exists()

    def stop(self, signal_number: int) -> str:
        """Stop a run while a step of it runs; what it has printed."""
        process = self._shell.launch("run", self.script, "ended", "--workers", "1")
        assert wait_until(lambda: self.is_there("awaits 2") or self.is_there("awaits 3"), 60)
        if signal_number != signal.SIGKILL:
            self._shell.interrupt(process)
            return _end_of(process)
        os.kill(process.pid, signal_number)
        # Its workers end by themselves; until then they could do what the next run is to do.
        assert wait_until(self._is_server_alone, 60)
        return _end_of(process)

    def _is_server_alone(self) -> bool:
        return all("valkey-server" in line for line in self._shell.processes())


def _end_of(process: subprocess.Popen[str]) -> str:
    return process.communicate(timeout=60)[1]


def _table(said: str) -> Numbers:
    """The closing table, as far as it has columns."""
    lines = [line.split() for line in said.splitlines()]
    heads = [line for line in lines if line[:2] == ["task", "done"]]
    if not heads:
        return {}
    names = heads[-1][1:-1]
    rows = lines[lines.index(heads[-1]) + 2 :]
    found = {}
    for row in rows:
        if not row or row[0] == "all":
            break
        each = dict(zip(names, map(int, row[1:]), strict=False))
        found[row[0]] = tuple(each.get(name, 0) for name in COLUMNS)
    return found


def _in_report(page: str) -> Numbers:
    rows = re.findall(
        r'<tr><th scope="row">[^<]*<td><code>\w+</code><td>(\w+)<td class="(\w+)">', page
    )
    found: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for task, outcome in rows:
        found[task][outcome] += 1
    return {task: tuple(each[name] for name in COLUMNS) for task, each in found.items()}


@pytest.mark.slow
def test_what_ran_what_was_there_and_what_was_built(shell) -> None:
    accounts = Accounts(shell)
    assert accounts.of("new") == {"number": (2, 0, 0, 0, 0), "double": (2, 0, 0, 0, 0)}
    assert accounts.of("new") == {"number": (0, 2, 0, 0, 0), "double": (0, 2, 0, 0, 0)}
    assert accounts.of("cached") == {"number": (1, 1, 0, 0, 0), "double": (1, 1, 0, 0, 0)}
    assert accounts.of("same") == {"number": (1, 0, 0, 0, 0), "double": (0, 1, 0, 0, 0)}
    failed = {"build": (1, 0, 1, 0, 0), "number": (1, 0, 1, 0, 0), "double": (1, 0, 0, 1, 0)}
    assert accounts.of("dynamic", code=1) == failed
    assert accounts.of("dynamic", code=1) == {"build": (0, 1, 1, 0, 0)}


@pytest.mark.slow
def test_what_was_tried_again_and_what_was_lost(shell) -> None:
    accounts = Accounts(shell)
    assert accounts.of("retried") == {"fragile": (1, 0, 0, 0, 0), "double": (1, 0, 0, 0, 0)}
    assert accounts.of("large") == {"large": (1, 0, 0, 0, 0)}
    accounts.lose_large_values()
    assert accounts.of("lost") == {"large": (1, 0, 0, 0, 0), "length": (1, 0, 0, 0, 0)}


@pytest.mark.slow
def test_what_was_left_when_a_target_failed(shell) -> None:
    accounts = Accounts(shell)
    left = {"number": (0, 0, 1, 0, 0), "awaited": (0, 0, 0, 0, 1), "total": (0, 0, 0, 1, 0)}
    assert accounts.of("siblings", code=1) == left
    accounts.go_on()
    assert accounts.of("ended")["awaited"] == (2, 0, 0, 0, 0)
    assert accounts.compared("", "1") == left


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_what_was_left_when_a_run_was_stopped(shell, how: int) -> None:
    """By Ctrl-C, or without a word; and what became of it in the next run."""
    accounts = Accounts(shell)
    said = accounts.stop(how)
    left = accounts.compared(said if how == signal.SIGINT else "")
    assert (left["awaited"], left["total"]) == ((0, 0, 0, 0, 2), (0, 0, 0, 0, 1))
    accounts.go_on()
    done = {"awaited": (2, 0, 0, 0, 0), "total": (1, 0, 0, 0, 0)}
    assert accounts.of("ended").items() >= done.items()
    assert accounts.compared("", "1") == left
