"""``funsies check``: find what is wrong with a workflow before anything runs."""

from __future__ import annotations

import json
import linecache
import os
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import click

from funsies.report.numbers import counted
from funsies.session import Session, session_opened

from .exits import Exit
from .mypy_run import Diagnostic, Report, check_types
from .say import note
from .script import EndOfScript, run_script


@click.command()
@click.argument(
    "scripts",
    nargs=-1,
    required=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="SCRIPT...",
)
@click.option("--build", is_flag=True, help="Build the graphs as well; nothing is run.")
@click.option(
    "--arguments",
    default="",
    metavar="TEXT",
    help="With --build: arguments for the scripts, as one text: --arguments '--size 3'.",
)
@click.option(
    "--config-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A configuration of mypy, in the place of funsies' own.",
)
@click.option("--json", "as_json", is_flag=True, help="Print what is wrong as JSON.")
def check(
    scripts: tuple[Path, ...],
    *,
    build: bool,
    arguments: str,
    config_file: Path | None,
    as_json: bool,
) -> int:
    r"""Check the types of workflows, with mypy and the plugin of funsies.

    Nothing has to be configured. A SCRIPT may also be a directory. With --build each file that
    is named is run as well, up to the point where it first asks for a result: that builds its
    graph, so that you see what is only refused then. No step runs, and no server is needed.

    Exit codes: 1 if something is wrong, 2 if mypy cannot run.

    \b
    Example:
      funsies check workflow.py
      funsies check --build workflow.py
    """
    if find_spec("mypy") is None:
        note("funsies: check needs mypy, which is not installed: pip install 'funsies[mypy]'")
        return Exit.USAGE
    report = check_types(scripts, config_file)
    if as_json:
        click.echo(json.dumps([each.as_json() for each in report.diagnostics], indent=2))
    else:
        _show(report)
    if not build or report.code != Exit.OK:
        return report.code
    files = [script for script in scripts if script.is_file()]
    return max((_build(file, shlex.split(arguments)) for file in files), default=Exit.OK)


def _show(report: Report) -> None:
    """What mypy says, with the line of the program below each error, and how many there are."""
    for each in report.diagnostics:
        is_error = each.severity == "error"
        click.echo(click.style(_told(each), bold=is_error))
        for line in _excerpt(each) if is_error else ():
            click.echo(f"    {line}")
        for hint in each.hints:
            click.echo(f"  note: {hint}")
    wrong = [each.file for each in report.diagnostics if each.severity == "error"]
    looked_at = counted(report.files, "source file")
    if wrong:
        found = f"Found {counted(len(wrong), 'error')} in {counted(len(set(wrong)), 'file')}"
        rest = "errors prevented further checking" if report.stopped else f"checked {looked_at}"
        click.echo(f"{found} ({rest})")
    elif report.code == Exit.OK:
        click.echo(f"Success: no issues found in {looked_at}")


def _told(diagnostic: Diagnostic) -> str:
    place = ":".join(
        str(part) for part in (diagnostic.file, diagnostic.line, diagnostic.column) if part
    )
    is_error = diagnostic.severity == "error"
    code = f"  [{diagnostic.code}]" if is_error and diagnostic.code else ""
    return f"{place}: {diagnostic.severity}: {diagnostic.message}{code}"


def _excerpt(diagnostic: Diagnostic) -> Iterator[str]:
    text = linecache.getline(diagnostic.file, diagnostic.line).rstrip("\n")
    if text:
        yield text
    if 0 < diagnostic.column <= len(text):
        before = text[: diagnostic.column - 1]
        yield "".join(each if each == "\t" else " " for each in before) + "^"


class _ResultAsked(EndOfScript):
    """The script asks for a result: its graph is built as far as it can be without any."""


def _build(script: Path, arguments: Sequence[str]) -> int:
    """Build the graph of a script in memory; return the exit code."""
    sessions: list[Session] = []

    def watch(session: Session) -> None:
        sessions.append(session)
        session.on_request = _stop

    opened = session_opened.set(watch)
    try:
        with _in_memory(), _modules_beside(script):
            code = run_script(script, arguments)
    except _ResultAsked:
        code = Exit.OK
    finally:
        session_opened.reset(opened)
    steps = counted(sum(len(session.operations) for session in sessions), "step")
    if code == Exit.OK:
        note(f"{script}: {steps} can be built")
        return code
    hint = "; --arguments gives it what it needs in sys.argv" if code == Exit.USAGE else ""
    note(f"{script}: it ended with exit code {code}, after building {steps}{hint}")
    return Exit.RESULT_IS_ERROR


@contextmanager
def _in_memory() -> Iterator[None]:
    before = os.environ.get("FUNSIES_JOBS")
    os.environ["FUNSIES_JOBS"] = "memory://"
    try:
        yield
    finally:
        os.environ.pop("FUNSIES_JOBS")
        if before is not None:
            os.environ["FUNSIES_JOBS"] = before


@contextmanager
def _modules_beside(script: Path) -> Iterator[None]:
    """Forget afterwards what the script imported from its directory: the next has its own."""
    before, path = set(sys.modules), list(sys.path)
    try:
        yield
    finally:
        sys.path[:] = path
        for name in set(sys.modules) - before:
            file = Path(getattr(sys.modules[name], "__file__", None) or "")
            if script.absolute().parent in file.parents and "site-packages" not in file.parts:
                del sys.modules[name]


def _stop() -> None:
    raise _ResultAsked
