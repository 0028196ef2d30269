"""What users and programs see of a report."""

from __future__ import annotations

import json
import linecache
from collections.abc import Iterator

import click

from funsies.cli.exits import Exit
from funsies.report.numbers import counted

from .diagnostic import Diagnostic, Report


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
