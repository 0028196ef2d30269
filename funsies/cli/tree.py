"""``funsies tree``: where a result comes from."""

from __future__ import annotations

import shutil
import sys
from typing import Final

import click

from funsies.core.errors import UnknownHashError
from funsies.history.called import labels_here
from funsies.report.console import NO_LIMIT, data_console
from funsies.report.provenance import Origin, read_origins
from funsies.report.provenance import as_json as origins_as_json
from funsies.report.provenance_lines import Survey, tree_lines

from .completion import STEP
from .exits import Exit
from .named import look_up
from .output import print_json
from .say import FAILED_ARE_KEPT, note
from .setting import Setting

MOST_STEPS: Final = 1000
"""More of them nobody looks at."""

_INDENT_COLUMNS: Final = 4
_LINE_COLUMNS: Final = 40
"""Room that is left for the name, the hash and the status of the deepest step."""


@click.command()
@click.argument("prefix", metavar="HASH", type=STEP)
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    help="Show this many steps deep.  [default: all; on a terminal, what fits its width]",
)
@click.option(
    "--all", "-a", "shows_all", is_flag=True, help=f"Show more than {MOST_STEPS:,} steps."
)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, without limit.")
@click.pass_obj
def tree(
    setting: Setting, *, prefix: str, depth: int | None, shows_all: bool, as_json: bool
) -> int:
    r"""Show where a result comes from: its step, the inputs, the steps that make them.

    A step that is an input of several others is shown in full once. What a dynamic step built
    follows its inputs ("built"). Of very many steps the nearest are shown; all by --all.

    \b
    Example:
      funsies tree 3f2a9
    """
    with setting.session() as session:
        named = look_up(session.backend, prefix)
        if named.producer is None:
            raise UnknownHashError(f"{prefix} is a constant: no step makes it")
        if depth is None and sys.stdout.isatty() and not (as_json or shows_all):
            depth = _depth_that_fits()
        most = None if as_json or shows_all else MOST_STEPS
        labels = labels_here(session.backend, [named.producer])
        root = read_origins(session.backend, named.producer, depth, most, labels)
    if as_json:
        print_json(origins_as_json(root))
        return Exit.OK
    survey = _print(root)
    if survey.steps == most:
        note(
            f"these are the nearest {most:,} steps; for more of them: "
            f"funsies tree --all {named.typed}, or funsies tree --json {named.typed}"
        )
    if survey.has_failed:
        note(FAILED_ARE_KEPT)
    return Exit.OK


def _print(root: Origin) -> Survey:
    survey, console = Survey(), data_console()
    console.width = NO_LIMIT  # narrower, steps that are too far to the right would vanish
    for line in tree_lines(root, survey, is_ascii=console.options.ascii_only):
        console.print(line)
    return survey


def _depth_that_fits() -> int:
    return max(1, (shutil.get_terminal_size().columns - _LINE_COLUMNS) // _INDENT_COLUMNS)
