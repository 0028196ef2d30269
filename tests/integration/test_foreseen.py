"""What a dry run says, what then runs, and what is said of it afterwards: they agree."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import funsies as f
from funsies.core.digest import Digest
from funsies.history.runs import last_run
from funsies.history.why import ChangeKind, Ran, Reasons, reasons
from funsies.history.why.foresight import foresee
from funsies.session import open_stores
from funsies.store.dry_run import dry_run_backend
from funsies.store.graph_writer import define
from funsies.store.rows import Generation

HELPERS = """\
from settings import LIMIT


def passes(x: int) -> bool:
    return x > LIMIT
"""
WORK = """\
import funsies as f
from helpers import passes


def trim(reads: list[int]) -> list[int]:
    return [each for each in reads if passes(each)]


def count(reads: list[int]) -> int:
    return len(reads)


def label(number: int) -> str:
    return f"{number} reads"


def square(number: int) -> int:
    return number**2


def fails(number: int) -> int:
    raise ValueError(number)


def build() -> list:
    trimmed = f.reduce(trim, [10, 20, 30])
    sorted_lines = f.shell("sort words.txt", inp={"words.txt": b"b\\na\\n"})
    length = f.reduce(len, sorted_lines.stdout)
    return [
        f.reduce(label, f.reduce(count, trimmed)),
        f.reduce(sum, f.map_each(square, trimmed)),
        length,
        f.reduce(abs, f.reduce(fails, 1)),
    ]
"""
MODULES = ("settings", "helpers", "work")


class Project:
    """A program of three modules, which somebody edits between its runs on one server."""

    def __init__(self, place: Path) -> None:
        self.place = place
        self.server = f.Server("memory://")
        self.write("settings", "LIMIT = 15\n")
        self.write("helpers", HELPERS)
        self.write("work", WORK)

    def write(self, name: str, text: str) -> None:
        (self.place / f"{name}.py").write_text(text)

    def edit(self, name: str, before: str, after: str) -> None:
        text = (self.place / f"{name}.py").read_text()
        assert before in text
        self.write(name, text.replace(before, after))

    def build(self) -> list[f.Artefact[Any]]:
        for each in MODULES:
            sys.modules.pop(each, None)
        importlib.invalidate_caches()
        built: list[f.Artefact[Any]] = importlib.import_module("work").build()
        return built

    def foreseen(self, *, retries_failed: bool = False) -> Reasons:
        with f.Fun(self.server) as real:
            stage = dry_run_backend(real.backend)
        token = open_stores.set(lambda _: stage)
        try:
            with f.Fun(f.Server("redis://nowhere:1")) as session:
                f.execute(*self.build())
                define(stage, session.operations, set())
                script = last_run(stage)
                name = "" if script is None else script.script
                return foresee(stage, session.asked, name, retries_failed=retries_failed)
        finally:
            open_stores.reset(token)

    def run(self, *, retries_failed: bool = False) -> Reasons:
        with f.Fun(self.server) as session:
            last = session.backend.graph.last_generation()
            session.retries_before = Generation(last + 1) if retries_failed else None
            targets = self.build()
            f.execute(*targets)
        run = last_run(session.backend)
        assert run is not None
        return reasons(session.backend, run)


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    monkeypatch.syspath_prepend(tmp_path)
    # Python takes bytecode for that of a text of the same second and size.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield Project(tmp_path)
    for each in MODULES:
        sys.modules.pop(each, None)


def steps(found: Reasons, *fates: Ran) -> set[Digest]:
    return {step for step, each in found.steps.items() if each.ran in fates}


def causes(found: Reasons, step: Digest) -> set[object]:
    return {
        (each.kind, each.subject, each.before, each.after) for each in found.steps[step].roots
    }


def see_that_they_agree(foreseen: Reasons, after: Reasons) -> None:
    would, may = steps(foreseen, Ran.WILL_RUN), steps(foreseen, Ran.MAY_RUN)
    ran = steps(after, Ran.RAN)
    assert would <= ran | steps(after, Ran.SKIPPED)  # an error is not foreseen
    assert ran & foreseen.steps.keys() <= would | may
    assert may <= steps(after, Ran.RAN, Ran.BY_CONTENT, Ran.SKIPPED)
    assert steps(foreseen, Ran.BY_CONTENT) <= steps(after, Ran.BY_CONTENT)
    not_run = steps(after, Ran.CACHED, Ran.SKIPPED, Ran.NOT_NEEDED)
    assert steps(foreseen, Ran.CACHED) <= not_run
    for step in would:
        assert causes(foreseen, step) == causes(after, step)


def names(found: Reasons, some: set[Digest]) -> set[str]:
    return {found.steps[each].task for each in some}


EDITS: dict[str, tuple[Callable[[Project], None], set[str]]] = {
    "a function": (lambda it: it.edit("work", "{number} reads", "{number} in all"), {"label"}),
    "a helper of another module": (lambda it: it.edit("helpers", "x > ", "x >= "), {"trim"}),
    "a constant of a third module": (lambda it: it.edit("settings", "15", "25"), {"trim"}),
    "a given value": (lambda it: it.edit("work", "[10, 20, 30]", "[20, 30, 40]"), {"trim"}),
    "a command": (lambda it: it.edit("work", "sort words", "sort -r words"), {"sort"}),
    "what a dynamic step builds": (
        lambda it: it.edit("work", "number**2", "number**3"),
        {"map"},
    ),
    "nothing": (lambda _: None, set()),
}


@pytest.mark.parametrize("edit", EDITS)
def test_what_an_edit_runs_is_foreseen_and_told_after_it(project: Project, edit: str) -> None:
    first = project.foreseen()
    see_that_they_agree(first, project.run())
    change, expected = EDITS[edit]
    change(project)
    foreseen = project.foreseen()
    see_that_they_agree(foreseen, project.run())
    would = names(foreseen, steps(foreseen, Ran.WILL_RUN))
    assert {each.partition("_")[0].partition(" ")[0] for each in would} == expected
    again = project.foreseen()
    assert not steps(again, Ran.WILL_RUN, Ran.MAY_RUN)


def test_what_is_reset_and_what_is_retried_are_foreseen_and_told_afterwards(
    project: Project,
) -> None:
    project.run()
    with f.Fun(project.server):
        f.reset(project.build()[0])
    foreseen = project.foreseen()
    see_that_they_agree(foreseen, project.run())
    assert names(foreseen, steps(foreseen, Ran.WILL_RUN)) == {"label"}

    foreseen = project.foreseen(retries_failed=True)
    after = project.run(retries_failed=True)
    assert names(foreseen, steps(foreseen, Ran.WILL_RUN)) == {"fails"}
    assert names(after, steps(after, Ran.RAN)) == {"fails"}
    kinds = [
        {
            root.kind
            for each in steps(it, Ran.RAN, Ran.WILL_RUN)
            for root in it.steps[each].roots
        }
        for it in (foreseen, after)
    ]
    assert kinds == [{ChangeKind.RETRIED}, {ChangeKind.RETRIED}]
