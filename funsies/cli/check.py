"""``funsies check``: find what is wrong with a workflow before anything runs."""

from __future__ import annotations

import shlex
from collections.abc import Sequence
from importlib.util import find_spec
from pathlib import Path

import click

from funsies.config.urls import ConfigurationError

from .checking.building import build_graph
from .checking.diagnostic import Report
from .checking.show import show, show_json
from .exits import Exit


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
        from .checking.watch import watch  # noqa: PLC0415

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
