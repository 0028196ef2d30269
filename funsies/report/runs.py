"""Runs, as people and programs are told of them."""

from __future__ import annotations

import shlex
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import msgspec
from rich import box
from rich.table import Table
from rich.text import Text

from funsies.core.cutting import cut, printable
from funsies.history.runs import Outcome, Run
from funsies.store.rows.run_rows import StepCounts, sum_of

from .numbers import counted, shown_seconds

_COUNT_STYLES: Final = {"done": "green", "cached": "cyan", "failed": "red", "skipped": "yellow"}
_SELDOM: Final = {"unfinished": "blue", "volatile": "magenta"}
"""Columns that are there if they are needed."""


def counts_table(counts: Mapping[str, StepCounts]) -> Table:
    """Lay out what a run came to: one row a task name, and their sum.

    Args:
        counts: by task name.
    """
    sums = sum_of(counts.values())
    styles = _COUNT_STYLES | {
        name: each for name, each in _SELDOM.items() if getattr(sums, name)
    }
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_footer=len(counts) > 1)
    table.add_column("task", footer="all", overflow="fold")
    for name, style in styles.items():
        table.add_column(name, justify="right", footer=_number(getattr(sums, name), style))
    table.add_column("time", justify="right", footer=shown_seconds(sums.seconds))
    for task, each in counts.items():
        numbers = [_number(getattr(each, name), style) for name, style in styles.items()]
        table.add_row(Text(printable(task)), *numbers, shown_seconds(each.seconds))
    return table


def _number(number: int, style: str) -> Text:
    return Text(f"{number:,}", style=style if number else "dim")


SHORT_COMMIT: Final = 8
SHOWN_PROGRAM: Final = 100
"""Longest program of a table, in characters."""

SHOWN_TARGETS: Final = 10
"""So many targets are named; all of them by ``--json``."""

_STYLES: Final = {
    Outcome.DONE: "green",
    Outcome.RUNNING: "blue",
    Outcome.ERRORS: "red",
    Outcome.FAILED_SCRIPT: "red",
    Outcome.SERVER_LOST: "red",
    Outcome.CLIENT_LOST: "red",
}
NOT_USED: Final = "not used"
_ALWAYS_KNOWN: Final = ("Python", "funsies")
_INTERACTIVE: Final = "(interactive)"


@dataclass(frozen=True, slots=True)
class CountedRun:
    """A run, and what became of its steps.

    Attributes:
        run: it.
        counts: by task name.
    """

    run: Run
    counts: Mapping[str, StepCounts]

    @property
    def sums(self) -> StepCounts:
        """What became of all steps."""
        return sum_of(self.counts.values())

    def as_json(self) -> dict[str, Any]:
        """All that is known, for programs."""
        run = self.run
        return {
            "run": run.number,
            "outcome": run.outcome.value,
            "script": run.script,
            "arguments": list(run.arguments),
            "directory": run.directory,
            "git": None if run.git is None else msgspec.structs.asdict(run.git),
            "git_known": run.is_git_known,
            "user": run.user,
            "host": run.host,
            "pid": run.pid,
            "python": run.python,
            "funsies": run.version,
            "libraries": dict(run.libraries),
            "began": run.began,
            "ended": run.ended,
            "seconds": took(run),
            "counts": {
                name: msgspec.structs.asdict(each) for name, each in self.counts.items()
            },
            "requests": list(run.generations),
            "targets": [target.hex() for target in run.targets],
        }


def took(run: Run) -> float | None:
    """How long a run took, or takes up to now, in seconds; None if that is not known."""
    if run.ended is not None:
        return max(0.0, run.ended - run.began)
    return max(0.0, time.time() - run.began) if run.outcome is Outcome.RUNNING else None


def program_of(run: Run) -> str:
    """Script and arguments, as one would type them."""
    script = run.script if run.script.startswith("-m ") else shlex.quote(run.script)
    words = [script if run.script else _INTERACTIVE, *map(shlex.quote, run.arguments)]
    return printable(" ".join(words))


def commit_of(run: Run) -> str:
    """The commit in short, with a star if that is not all that has run; ``?`` if not known."""
    if run.git is None:
        return "" if run.is_git_known else "?"
    star = "" if run.git.is_clean else "*"
    return printable(run.git.commit[:SHORT_COMMIT]) + star


_COLUMNS: Final[dict[str, Literal["left", "right"]]] = {
    "run": "right",
    "began": "left",
    "outcome": "left",
    "took": "right",
    "done": "right",
    "cached": "right",
    "failed": "right",
    "commit": "left",
    "program": "left",
}
_DISPENSABLE: Final = ("commit", "took", "cached", "done", "failed", "began")
"""What is left out of a narrow table, the first one first."""

_GAP_COLUMNS: Final = 3
_PROGRAM_COLUMNS: Final = 12
"""So much room has a program at least; it goes on below."""


def runs_table(runs: Sequence[CountedRun], width: int) -> Table:
    """One line for each run.

    Args:
        runs: they.
        width: of the terminal in columns; what tells least is left out where it is narrow.
    """
    rows = [_cells_of(each) for each in runs]
    names = _shown_columns(rows, width)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for name in names:
        is_program = name == "program"
        table.add_column(name, justify=_COLUMNS[name], no_wrap=not is_program, overflow="fold")
    for row in rows:
        table.add_row(*(row[name] for name in names))
    return table


def _cells_of(each: CountedRun) -> dict[str, Text]:
    sums = each.sums
    texts: tuple[str | Text, ...] = (
        str(each.run.number),
        shown_time(each.run.began),
        outcome_text(each.run.outcome),
        _shown_took(each.run),
        *(f"{number:,}" for number in (sums.done, sums.cached, sums.failed)),
        commit_of(each.run),
        cut(program_of(each.run), SHOWN_PROGRAM),
    )
    cells = (text if isinstance(text, Text) else Text(text) for text in texts)
    return dict(zip(_COLUMNS, cells, strict=True))


def _shown_columns(rows: Sequence[Mapping[str, Text]], width: int) -> list[str]:
    """The columns for which there is room."""
    widths = {name: max(len(name), *(row[name].cell_len for row in rows)) for name in _COLUMNS}
    widths["program"] = min(widths["program"], _PROGRAM_COLUMNS)
    names = list(_COLUMNS)
    for name in _DISPENSABLE:
        if sum(widths[each] + _GAP_COLUMNS for each in names) <= width:
            break
        names.remove(name)
    return names


def facts_of(run: Run) -> Iterator[tuple[str, str]]:
    """What is known of a run but for its steps, as names and texts."""
    yield "run", str(run.number)
    yield "outcome", run.outcome.value
    yield "program", program_of(run)
    yield "directory", printable(run.directory)
    if run.git is not None or not run.is_git_known:
        yield "commit", commit_in_full(run)
    yield "user", f"{printable(run.user)} on {printable(run.host)}, process {run.pid}"
    versions = versions_of(run)
    yield "versions", printable(", ".join(f"{name} {each}" for name, each in versions.items()))
    yield "began", shown_time(run.began)
    if run.ended is not None:
        yield "ended", shown_time(run.ended)
    if took(run) is not None:
        yield "took", _shown_took(run)
    targets = counted(len(run.targets), "target")
    yield "asked", f"{counted(len(run.generations), 'request')} for {targets}"


def outcome_text(outcome: Outcome) -> Text:
    """How a run ended, in its colour where there are colours."""
    return Text(outcome.value, _STYLES.get(outcome, "yellow"))


def shown_time(seconds: float) -> str:
    """A time of this machine's zone; what cannot be one is shown as nothing."""
    try:
        return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(seconds))
    except (ValueError, OverflowError, OSError):  # it was damaged
        return ""


def _shown_took(run: Run) -> str:
    seconds = took(run)
    return "" if seconds is None else shown_seconds(seconds)


def versions_of(run: Run) -> dict[str, str]:
    """Versions of what counts for the steps of a run, by name: Python, funsies, libraries."""
    return {"Python": run.python, "funsies": run.version, **run.libraries}


def changed_versions(before: Run, after: Run) -> dict[str, tuple[str, str]]:
    """Versions that differ between two runs, by name: as they were and as they are now.

    Those of libraries are known of runs that have ended.
    """
    old, new = versions_of(before), versions_of(after)
    if before.ended is None or after.ended is None:
        old, new = ({name: each[name] for name in _ALWAYS_KNOWN} for each in (old, new))
    return {
        name: (old.get(name, NOT_USED), new.get(name, NOT_USED))
        for name in {**old, **new}
        if old.get(name) != new.get(name)
    }


def commit_in_full(run: Run) -> str:
    """The commit, its branch, and whether that is all that has run; for people."""
    if run.git is None:
        return "none" if run.is_git_known else "not known: git has not answered"
    branch = f" on {printable(run.git.branch)}" if run.git.branch else ""
    changes = "" if run.git.is_clean else ", with changes that are in no commit"
    return f"{printable(run.git.commit) or 'none yet'}{branch}{changes}"
