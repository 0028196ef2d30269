"""``funsies check``: find what is wrong with a workflow before anything runs."""

from __future__ import annotations

import linecache
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import click

from funsies.session import Session, session_opened

from .exits import Exit
from .say import note
from .script import run_script

_CONFIGURATION: Final = """\
[mypy]
plugins = funsies_mypy, returns.contrib.mypy.returns_plugin
check_untyped_defs = true
ignore_missing_imports = true
strict_equality = true
warn_unreachable = true
show_column_numbers = true
"""
"""Sane for scripts: nothing has to be configured, and untyped libraries are no errors."""

_ERROR: Final = re.compile(r"(?P<file>[^:]+):(?P<line>\d+):(?:(?P<column>\d+):)? error: ")


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
    "--config-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A configuration of mypy, in the place of funsies' own.",
)
def check(scripts: tuple[Path, ...], *, build: bool, config_file: Path | None) -> int:
    r"""Check the types of workflows, with mypy and the plugin of funsies.

    Nothing has to be configured. With --build each SCRIPT is run as well, up to the point where
    it first asks for a result: that builds its graph, so that you see what is only refused
    then. No step runs, and no server is needed.

    Exit codes: 1 if something is wrong, 2 if mypy cannot run.

    \b
    Example:
      funsies check workflow.py
      funsies check --build workflow.py
    """
    if find_spec("mypy") is None:
        note("funsies: check needs mypy, which is not installed: pip install 'funsies[mypy]'")
        return Exit.USAGE
    code = _check_types(scripts, config_file)
    if build and code == Exit.OK:
        code = max((_build(script) for script in scripts if script.is_file()), default=Exit.OK)
    return code


def _check_types(scripts: tuple[Path, ...], config_file: Path | None) -> int:
    with tempfile.TemporaryDirectory(prefix="funsies-check-") as directory:
        own = Path(directory) / "mypy.ini"
        own.write_text(_CONFIGURATION)
        command = [sys.executable, "-m", "mypy", "--config-file", str(config_file or own)]
        done = subprocess.run(
            [*command, "--no-pretty", *map(str, scripts)],
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
    for line in _with_excerpts(done.stdout):
        click.echo(line)
    is_users = done.returncode == 1 or ": error:" in done.stdout
    return Exit.RESULT_IS_ERROR if is_users else done.returncode


def _with_excerpts(output: str) -> Iterator[str]:
    """What mypy says, with the line of the program below each error."""
    for line in output.splitlines():
        place = _ERROR.match(line)
        if place is None:
            yield line
            continue
        yield click.style(line, bold=True)
        yield from _excerpt(Path(place["file"]), int(place["line"]), int(place["column"] or 0))


def _excerpt(file: Path, line: int, column: int) -> Iterator[str]:
    lines = linecache.getlines(str(file))
    if not 0 < line <= len(lines):
        return
    text = lines[line - 1].rstrip("\n")
    yield f"    {text}"
    if 0 < column <= len(text):
        indentation = "".join(each if each == "\t" else " " for each in text[: column - 1])
        yield f"    {indentation}^"


class _ResultAsked(BaseException):
    """The script asks for a result: its graph is built as far as it can be without any."""


def _build(script: Path) -> int:
    """Build the graph of a script in memory; return the exit code."""
    sessions: list[Session] = []

    def watch(session: Session) -> None:
        sessions.append(session)
        session.on_request = _stop

    opened = session_opened.set(watch)
    before = os.environ.get("FUNSIES_JOBS")
    os.environ["FUNSIES_JOBS"] = "memory://"
    try:
        code = run_script(script, ())
    except _ResultAsked:
        code = Exit.OK
    finally:
        session_opened.reset(opened)
        os.environ.pop("FUNSIES_JOBS")
        if before is not None:
            os.environ["FUNSIES_JOBS"] = before
    count = sum(len(session.operations) for session in sessions)
    if code == Exit.OK:
        note(f"{script}: {count} step{'' if count == 1 else 's'} can be built")
    return code


def _stop() -> None:
    raise _ResultAsked
