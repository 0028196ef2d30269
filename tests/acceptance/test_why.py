"""Why steps ran: what users see after they have edited something."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

HELPERS = """\
CUTOFF = {cutoff}


def passes(x: int) -> bool:
    return x {sign} CUTOFF


def chosen(reads: list[int]) -> list[int]:
    return [each for each in reads if passes(each)]
"""
WORKFLOW = """\
import fake_lib
import funsies as f
from helpers import chosen


def trim(reads: list[int]) -> list[int]:
    return chosen(reads)


def count(reads: list[int]) -> int:
    return len(reads)


def scaled(number: int) -> int:
    return fake_lib.double(number)


with f.Fun():
    trimmed = f.reduce(trim, [10, 20, 30, 40])
    number = f.reduce(count, trimmed)
    table = f.put_file("table.txt")
    sorted_table = f.shell("sort{reverse} table.txt", inp={{"table.txt": table}})
    f.execute(f.reduce(scaled, number), sorted_table)
"""


class Author:
    """Somebody who edits a workflow and runs it."""

    def __init__(self, shell) -> None:
        self.shell = shell
        self.library("1.0")
        shell.variables["PYTHONPATH"] = f"{shell.environment()['PYTHONPATH']}:{self.libraries}"
        self.write(cutoff=15, sign=">", reverse="", table="b\na\n")

    @property
    def libraries(self) -> Path:
        return self.shell.place / "site-packages"

    def library(self, version: str) -> None:
        for former in self.libraries.glob("*.dist-info"):
            shutil.rmtree(former)
        metadata = self.libraries / f"fake_lib-{version}.dist-info"
        metadata.mkdir(parents=True)
        (metadata / "METADATA").write_text(f"Name: fake-lib\nVersion: {version}\n")
        (metadata / "RECORD").write_text("fake_lib.py,,\n")
        (self.libraries / "fake_lib.py").write_text("def double(x): return 2 * x\n")

    def write(self, *, cutoff: int, sign: str, reverse: str, table: str) -> None:
        self.shell.script("helpers.py", HELPERS.format(cutoff=cutoff, sign=sign))
        self.shell.script("workflow.py", WORKFLOW.format(reverse=reverse))
        self.shell.script("table.txt", table)

    def run(self, *arguments: str) -> None:
        done = self.shell.funsies("run", "workflow.py", "--workers", "1", *arguments)
        assert done.code == 0, done.err

    def why(self, *arguments: str) -> str:
        done = self.shell.funsies("why", *arguments)
        assert done.code == 0, done.err
        return done.text


@pytest.mark.slow
def test_each_edit_is_told_as_the_reason_of_what_ran(shell) -> None:
    author = Author(shell)
    author.run()
    assert "new: no earlier run had it" in author.why("trim")

    author.write(cutoff=15, sign=">=", reverse="", table="b\na\n")
    author.run()
    told = author.why("trim")
    assert "ran in run 2; compared with run 1" in told
    assert "code changed: trim -> chosen -> passes, helpers.py:4" in told
    assert "-    return x > CUTOFF\n" in told
    assert "+    return x >= CUTOFF\n" in told
    assert "\x1b[" not in told
    assert "did not run: the same was run before on the same values" in author.why("count")
    _, shown = shell.on_terminal("why", "trim")
    assert "\x1b[32m+    return x >= CUTOFF" in shown

    author.write(cutoff=25, sign=">=", reverse=" -r", table="c\na\n")
    author.run()
    groups = author.why()
    assert (
        "value changed: trim -> chosen -> passes -> CUTOFF, helpers.py:1\n    15 -> 25\n"
        in groups
    )
    assert "shell command changed\n    sort table.txt -> sort -r table.txt\n" in groups
    assert "input table.txt changed\n    @@ -1,2 +1,2 @@\n    -b\n    +c\n     a\n" in groups
    told = author.why("scaled")
    assert "input number changed: made by count" in told
    assert "input reads changed: made by trim" in told
    assert told.rstrip().endswith("15 -> 25")

    author.library("1.1")
    author.run()
    assert "library fake-lib: 1.0 -> 1.1" in author.why("scaled")
    assert "did not run: its result was there" in author.why("trim", "--run", "4")
    done = shell.funsies("why", "trim")
    assert done.err == "in run 4 its result was there; it ran in run 3\n"
    assert "ran in run 3; compared with run 2" in done.text
    differences = json.loads(shell.funsies("diff", "1", "4", "--json").text)
    assert differences["versions"] == {"fake-lib": ["1.0", "1.1"]}
    assert shell.funsies("diff", "1", "4").text.startswith("fake-lib: 1.0 -> 1.1\n")
    subjects = {root["subject"] for each in differences["groups"] for root in each["roots"]}
    assert {
        "fake-lib",
        "trim -> chosen -> passes -> CUTOFF",
        "trim -> chosen -> passes",
    } <= subjects


EDITS = {
    "nothing": {},
    "a helper": {"sign": ">="},
    "a constant": {"cutoff": 25},
    "a given file": {"table": "c\na\n"},
    "a command": {"reverse": " -r"},
}


def counted(shown: dict[str, Any]) -> dict[str, int]:
    """How many steps of each task are told to run, or to have run."""
    totals: dict[str, int] = {}
    for group in shown["groups"]:
        for task, number in group["tasks"].items():
            totals[task] = totals.get(task, 0) + number
    return totals


def causes(shown: dict[str, Any]) -> set[object]:
    roots = [root for group in shown["groups"] for root in group["roots"]]
    return {(each["subject"], each["before"], each["after"]) for each in roots}


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_dry_run_what_then_runs_and_what_is_said_of_it_agree(shell) -> None:
    author = Author(shell)
    author.run()
    texts = {"cutoff": 15, "sign": ">", "reverse": "", "table": "b\na\n"}

    def see(edit: str) -> None:
        foreseen = json.loads(shell.funsies("run", "workflow.py", "--dry-run", "--json").text)
        author.run()
        told = json.loads(shell.funsies("why", "--json").text)
        by_content = told["counts"].get("cached by content", 0)
        ran, may_run = told["counts"].get("ran", 0), foreseen["counts"].get("may run", 0)
        would_run = foreseen["counts"].get("would run", 0)
        assert would_run <= ran <= would_run + may_run, edit
        assert ran + by_content == would_run + may_run, edit
        expected, found = counted(foreseen), counted(told)
        assert all(found[task] <= expected[task] for task in found), edit
        assert causes(foreseen) == causes(told), edit

    for edit, changed in EDITS.items():
        texts |= changed
        author.write(**texts)
        see(edit)
    author.library("1.1")
    see("a library")
    assert shell.funsies("reset", "trim").code == 0
    see("a reset")


LOSE = """\
import funsies as f
with f.Fun() as session:
    graph = session.backend.graph
    for digest in graph.all_operations():
        state = graph.states([digest])[0]
        graph.invalidate(digest, 0, state.results[0].content)
"""
FAILS = """\
import funsies as f
def fail(x: int) -> int:
    raise ValueError(x)
with f.Fun():
    f.execute(f.reduce(fail, 1))
"""


@pytest.mark.slow
def test_a_reset_and_a_loss_are_told_from_each_other(shell) -> None:
    author = Author(shell)
    author.run()
    trim = shell.funsies("ls", "--steps", "--json").text
    [step] = [each for each in json.loads(trim) if each["task"] == "trim"]
    assert shell.funsies("reset", step["operation"]).code == 0
    author.run()
    assert "reset by " in author.why("trim")
    assert "reset by " in author.why("count")
    assert "ran in run 1" in author.why("sort")

    assert shell.python(shell.script("lose.py", LOSE)).code == 0
    author.run()
    told = author.why()
    assert told.endswith(
        "4 steps: trim, count, scaled, sort\n  its result was there, and is lost\n"
    )
    assert "reset by " not in told


def test_an_error_that_was_retried_is_told(shell) -> None:
    shell.funsies("run", shell.script("fails.py", FAILS), "--workers", "1")
    done = shell.funsies("run", "fails.py", "--workers", "1", "--retry-failed")
    assert done.code == 1
    told = shell.funsies("why", "fail").text
    assert "had failed, and was asked for again by " in told


def test_who_asks_for_what_is_not_there_is_told(shell) -> None:
    author = Author(shell)
    author.run()
    assert "there is no run 7" in shell.funsies("why", "--run", "7").err
    assert "there is no run 7" in shell.funsies("diff", "1", "7").err
    assert shell.funsies("why", "nonsense").code == 5


TAKES = """\
import funsies as f


def first(x: int) -> int:
    return x + 1


def build(x: int) -> f.Artefact[int]:
    return f.reduce(first, x)


with f.Fun():
    begun = f.reduce(first, 1)
    dynamic = f.morph(first, begun).bind(build)
    f.execute(dynamic)
    print("asks")
    f.wait_for(begun)
    print("never seen")
"""


def test_a_dry_run_tells_what_would_run_and_changes_nothing(shell) -> None:
    author = Author(shell)
    done = shell.funsies("run", "workflow.py", "--dry-run")
    assert done.code == 0, done.err
    assert done.text.startswith("4 would run\n")
    assert "new: no earlier run had it" in done.text
    assert not (shell.place / ".funsies").exists()

    author.run()
    before = shell.funsies("ls", "--steps", "--json").text
    assert shell.funsies("run", "--dry-run", "workflow.py").text == "4 cached\n"
    author.write(cutoff=35, sign=">", reverse="", table="b\na\n")
    told = json.loads(shell.funsies("run", "--dry-run", "--json", "workflow.py").text)
    assert told["counts"] == {"cached": 1, "would run": 1, "may run": 2}
    [group] = told["groups"]
    assert group["tasks"] == {"trim": 1, "count": 1, "scaled": 1}
    [root] = group["roots"]
    assert (root["before"], root["after"]) == ("15", "35")
    assert shell.funsies("ls", "--steps", "--json").text == before
    assert "run 1: " in author.why()

    done = shell.funsies("run", "--dry-run", shell.script("takes.py", TAKES))
    assert done.code == 0, done.err
    assert done.text.startswith("asks\n3 would run\n")
    assert "never seen" not in done.text
    assert "the script waits for first" in done.err
    assert "what it does after that is not known" in done.err
    assert "what these build is not known before" in done.err
