"""``funsies tree``: where a result comes from."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterable, Iterator
from typing import Final

import click

from funsies.core.digest import Digest
from funsies.core.errors import UnknownHashError
from funsies.history.runs import Run
from funsies.history.step_names import labels_in
from funsies.report.console import NO_LIMIT, data_console
from funsies.report.provenance import Origin, TreeSummary, read_origins, tree_lines
from funsies.report.provenance import as_json as origins_as_json
from funsies.store.connect import Backend

from .completion import STEP
from .exits import Exit
from .named import look_up
from .notes import FAILED_ARE_KEPT, note
from .output import print_json
from .run_choice import chosen_run, named_run, run_option
from .setting import Setting

MOST_STEPS: Final = 1000
"""More of them nobody looks at."""

_INDENT_COLUMNS: Final = 4
_LINE_COLUMNS: Final = 40
"""Room that is left for the name, the hash and the status of the deepest step."""


@click.command()
@click.argument("prefix", metavar="[HASH]", required=False, type=STEP)
@click.option(
    "--depth",
    type=click.IntRange(min=0),
    help="Show this many steps deep.  [default: all; on a terminal, what fits its width]",
)
@click.option(
    "--all", "-a", "shows_all", is_flag=True, help=f"Show more than {MOST_STEPS:,} steps."
)
@run_option
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON, without limit.")
@click.pass_obj
def tree(
    setting: Setting,
    *,
    prefix: str | None,
    depth: int | None,
    shows_all: bool,
    run_id: str | None,
    as_json: bool,
) -> int:
    r"""Show where a result comes from: its step, the inputs, the steps that make them.

    Without HASH these are the results of the last run, or of that which --run names. With both,
    HASH is a step as it is called in that run.

    A step that is an input of several others is shown in full once. What a dynamic step built
    follows its inputs ("built"). Of very many steps the nearest are shown; all by --all.

    \b
    Example:
      funsies tree 3f2a9
    """
    most = None if as_json or shows_all else MOST_STEPS
    if depth is None and sys.stdout.isatty() and not (as_json or shows_all):
        depth = _depth_that_fits()
    with setting.session() as session:
        steps, run = _steps(session.backend, prefix, run_id)
        labels = labels_in(session.backend, steps, run)
        roots = (read_origins(session.backend, each, depth, most, labels) for each in steps)
        if as_json:
            print_json(origins_as_json(next(roots)) if prefix else map(origins_as_json, roots))
            return Exit.OK
        surveys = list(_shown(roots, most))
    if most is not None and sum(summary.steps for summary in surveys) >= most:
        step = "" if prefix is None else f" {prefix}"
        note(
            f"these are the nearest {most:,} steps; for more of them: "
            f"funsies tree --all{step}, or funsies tree --json{step}"
        )
    if any(summary.has_failed for summary in surveys):
        note(FAILED_ARE_KEPT)
    return Exit.OK


def _steps(
    backend: Backend, prefix: str | None, run_id: str | None
) -> tuple[list[Digest], Run | None]:
    """The step that is named, or those that a run has asked for; and the run, if any.

    Raises:
        UnknownHashError: if there is no such step or run.
    """
    if prefix is None:
        run = chosen_run(backend, run_id)
        if run is None:
            raise UnknownHashError("nothing was run yet; name a step: funsies tree HASH")
        return list(run.targets), run
    run = named_run(backend, run_id)
    return [look_up(backend, prefix, run).step], run


def _shown(roots: Iterable[Origin], most: int | None) -> Iterator[TreeSummary]:
    """Print trees until there are too many steps in them."""
    steps = 0
    for root in roots:
        summary = _print(root)
        yield summary
        steps += summary.steps
        if most is not None and steps >= most:
            return


def _print(root: Origin) -> TreeSummary:
    summary, console = TreeSummary(), data_console()
    console.width = NO_LIMIT  # narrower, steps that are too far to the right would vanish
    for line in tree_lines(root, summary, is_ascii=console.options.ascii_only):
        console.print(line)
    return summary


def _depth_that_fits() -> int:
    return max(1, (shutil.get_terminal_size().columns - _LINE_COLUMNS) // _INDENT_COLUMNS)
