"""What is wrong with one line, what was found in all, and how both are shown."""

from __future__ import annotations

import json
import linecache
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import click

from funsies.cli.exits import Exit
from funsies.report.numbers import counted


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """What is said of one line.

    Attributes:
        path: from the current directory, if it is below it.
        line: counted from 1; 0 if it is about the file.
        column: of its first character, counted from 1; 0 if it is about the line.
        end_line: its last line; None if that is not known.
        end_column: the one after its last character; None if that is not known.
        severity: ``error`` or ``note``.
        code: name of the check; None if there is none.
        message: what is wrong, and what to do.
        hints: notes that belong to it.
    """

    path: str
    line: int
    column: int
    end_line: int | None
    end_column: int | None
    severity: str
    code: str | None
    message: str
    hints: tuple[str, ...] = ()

    @property
    def is_error(self) -> bool:
        """Whether the exit code says so."""
        return self.severity == "error"

    def as_json(self) -> dict[str, object]:
        """For ``--json``: stable, see ``docs/cli.md``."""
        return {
            "path": self.path,
            "line": self.line,
            "column": self.column,
            "end_line": self.end_line,
            "end_column": self.end_column,
            "severity": self.severity,
            "code": self.code,
            "message": self.message,
            "hint": "\n".join(self.hints) or None,
        }


@dataclass(frozen=True, slots=True)
class Report:
    """What was found.

    Attributes:
        diagnostics: in the order of files and lines.
        files: number of files that were looked at.
        code: exit code: 1 if there is an error, 2 if mypy cannot run.
        stopped: whether mypy stopped at an error before it had looked at everything.
    """

    diagnostics: Sequence[Diagnostic]
    files: int
    code: int
    stopped: bool = False


def joined(reports: Iterable[Report]) -> Report:
    """Several reports as one; of diagnostics that are the same, one is enough."""
    every = list(reports)
    found = dict.fromkeys(each for report in every for each in report.diagnostics)
    return Report(
        list(found),
        sum(report.files for report in every),
        max((report.code for report in every), default=Exit.USAGE),
        any(report.stopped for report in every),
    )


def show(report: Report) -> None:
    """What is wrong, with the line of the program below each error, and how much that is."""
    for each in report.diagnostics:
        click.echo(click.style(_told(each), bold=each.is_error))
        for line in _excerpt(each) if each.is_error else ():
            click.echo(f"    {line}")
        for hint in each.hints:
            click.echo(f"  note: {hint}")
    wrong = [each.path for each in report.diagnostics if each.is_error]
    looked_at = counted(report.files, "source file")
    if wrong:
        found = f"Found {counted(len(wrong), 'error')} in {counted(len(set(wrong)), 'file')}"
        rest = "errors prevented further checking" if report.stopped else f"checked {looked_at}"
        click.secho(f"{found} ({rest})", fg="red")
    elif report.code == Exit.OK:
        click.secho(f"Success: no issues found in {looked_at}", fg="green")


def show_json(report: Report) -> None:
    """One JSON object a line for each diagnostic."""
    for each in report.diagnostics:
        click.echo(json.dumps(each.as_json()))


def _told(diagnostic: Diagnostic) -> str:
    place = ":".join(
        str(part) for part in (diagnostic.path, diagnostic.line, diagnostic.column) if part
    )
    code = f"  [{diagnostic.code}]" if diagnostic.is_error and diagnostic.code else ""
    return f"{place}: {diagnostic.severity}: {diagnostic.message}{code}"


def _excerpt(diagnostic: Diagnostic) -> Iterator[str]:
    text = linecache.getline(diagnostic.path, diagnostic.line).rstrip("\n")
    if text:
        yield text
    if 0 < diagnostic.column <= len(text):
        before = text[: diagnostic.column - 1]
        yield "".join(each if each == "\t" else " " for each in before) + "^"
