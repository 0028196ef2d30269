"""``funsies check``: find what is wrong with a workflow before anything runs."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final, NoReturn

import click

from funsies.config.urls import ConfigurationError
from funsies.report.numbers import counted
from funsies.session import Session, session_opened

from .checking.diagnostics import Report, show, show_json
from .checking.project import CONFIGURATIONS, Project, Stamps, stamps
from .exits import Exit
from .notes import note
from .script import EndOfScript, run_script


@click.command()
@click.argument(
    "scripts",
    nargs=-1,
    type=click.Path(exists=True, path_type=Path),
    metavar="[SCRIPT...]",
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
    help="A configuration of mypy, in the place of that of the project.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a line.")
@click.option("--watch", "is_watching", is_flag=True, help="Check again when a file changes.")
def check(
    scripts: tuple[Path, ...],
    *,
    build: bool,
    arguments: str,
    config_file: Path | None,
    as_json: bool,
    is_watching: bool,
) -> int:
    r"""Check the types of workflows, with mypy and the plugin of funsies.

    A SCRIPT may also be a directory; without any, it is the current one. Nothing has to be
    configured. Where the project configures mypy (mypy.ini, pyproject.toml, setup.cfg), that
    holds, and the plugin is added to it. Imports are looked for beside each script, in src/,
    and among what is installed.

    With --build each file that is named is run as well, up to the point where it first asks
    for a result: that builds its graph, so that you see what is only refused then. No step
    runs, and no server is needed.

    Exit codes: 1 if something is wrong, 2 if it cannot be checked, 130 after Ctrl-C.

    \b
    Example:
      funsies check workflow.py
      funsies check --build workflow.py
      funsies check --watch
    """
    _see_that_it_can_be_checked(scripts)
    # Here, because mypy need not be installed for --help.
    from .checking.check_types import check_types, projects  # noqa: PLC0415

    named = scripts or (Path(),)
    if is_watching:
        given = _arguments(named, build, arguments, config_file, as_json)
        watch(given, projects(named), as_json=as_json)
    report = check_types(named, config_file)
    if as_json:
        show_json(report)
    else:
        show(report)
    return _built(report, named, shlex.split(arguments)) if build else report.code


def _see_that_it_can_be_checked(scripts: Sequence[Path]) -> None:
    """Refuse what mypy would give a strange answer about.

    Raises:
        ConfigurationError: if mypy is missing, or a notebook is named.
    """
    if find_spec("mypy") is None:
        raise ConfigurationError(
            "check needs mypy, which is not installed: pip install 'funsies[mypy]'"
        )
    for script in scripts:
        if script.suffix == ".ipynb":
            raise ConfigurationError(
                f"{script} is a notebook, which cannot be checked as it is; make it a script: "
                f"jupyter nbconvert --to script {shlex.quote(str(script))}"
            )


def _arguments(
    scripts: Sequence[Path],
    build: bool,
    arguments: str,
    config_file: Path | None,
    as_json: bool,
) -> list[str]:
    """The command line of one round of a watch."""
    options = ["--build"] * build + ["--json"] * as_json
    options += ["--config-file", str(config_file)] if config_file else []
    return [*options, "--arguments", arguments, "--", *map(str, scripts)]


def _built(report: Report, scripts: Sequence[Path], arguments: Sequence[str]) -> int:
    """Build what is right so far; return the exit code."""
    if report.code != Exit.OK:
        return report.code
    files = [script for script in scripts if script.is_file()]
    return max((build_graph(file, arguments) for file in files), default=Exit.OK)


class _ResultAsked(EndOfScript):
    """The script asks for a result: its graph is built as far as it can be without any."""


def build_graph(script: Path, arguments: Sequence[str]) -> int:
    """Build the graph of a script in memory; return the exit code.

    Args:
        script: what to run, up to the point where it asks for a result.
        arguments: what it finds in ``sys.argv``.
    """
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


_INTERVAL_SECONDS: Final = 0.3
_SHARE_OF_TIME: Final = 0.05
"""Looking takes at most this share of the time, however many files there are."""


def watch(arguments: Sequence[str], projects: Iterable[Project], *, as_json: bool) -> NoReturn:
    """Check in a process of its own, again after each change, until Ctrl-C.

    Args:
        arguments: of ``funsies check``.
        projects: whose files to watch.
        as_json: True to end each round with a line of JSON.
    """
    command = [sys.executable, "-P", "-m", "funsies.cli", "check", *arguments]
    for _ in _changes(sorted(projects, key=lambda each: each.root)):
        started = time.monotonic()
        code = subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode
        if as_json:
            seconds = round(time.monotonic() - started, 3)
            click.echo(json.dumps({"round": {"exit_code": code, "seconds": seconds}}))
        sys.stdout.flush()
        note(f"funsies: {time.strftime('%H:%M:%S')}, waiting for changes; Ctrl-C ends it")
    raise AssertionError  # changes never end


def _changes(projects: Sequence[Project]) -> Iterator[None]:
    """Now, and whenever something has changed and is quiet again."""
    while True:
        seen = _look(projects)
        yield
        while seen == (now := _looked_calmly(projects)):
            pass
        while now != (now := _looked_calmly(projects)):
            pass


def _looked_calmly(projects: Sequence[Project]) -> Stamps:
    """Look, then wait: by polling, which works for any file system, also on a cluster."""
    started = time.monotonic()
    found = _look(projects)
    seconds = time.monotonic() - started
    time.sleep(max(_INTERVAL_SECONDS, seconds / _SHARE_OF_TIME))
    return found


def _look(projects: Sequence[Project]) -> Stamps:
    files = [each.root / name for each in projects for name in CONFIGURATIONS]
    files += [each.config_file for each in projects if each.config_file]
    found = stamps(each.root for each in projects)
    for file in filter(Path.is_file, files):
        state = file.stat()
        found[str(file)] = (state.st_mtime_ns, state.st_size)
    return found
