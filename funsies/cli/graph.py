"""``funsies graph``: a picture of the workflow."""

from __future__ import annotations

import sys
from dataclasses import asdict
from typing import Final

import click

from funsies.history.step_names import labels_in
from funsies.report.diagram import (
    MAX_NODES,
    GraphView,
    collapsed,
    read_graph,
    to_dot,
    to_mermaid,
    to_svg,
)

from .completion import STEP
from .exits import Exit
from .named import look_up_all
from .notes import note
from .output import print_json
from .run_choice import all_option, chosen_run, named_run, run_option
from .setting import Setting

MOST_DRAWN: Final = 2000
"""Boxes of an SVG: long arrows bend around all that they pass."""

_WRITERS: Final = {"dot": to_dot, "mermaid": to_mermaid, "svg": to_svg}


@click.command()
@click.argument("hashes", nargs=-1, metavar="[HASH]...", type=STEP)
@click.option("--inputs", "-i", "with_inputs", is_flag=True, help="Show inputs, too.")
@click.option(
    "--format",
    "-f",
    "form",
    type=click.Choice([*_WRITERS, "json"]),
    default="dot",
    help="What to write.  [default: dot]",
)
@click.option(
    "--collapse/--no-collapse",
    default=None,
    help=f"One box for all steps of a task.  [default: beyond {MAX_NODES} boxes]",
)
@run_option
@all_option
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.pass_obj
def graph(
    setting: Setting,
    *,
    hashes: tuple[str, ...],
    with_inputs: bool,
    form: str,
    collapse: bool | None,
    run_id: str | None,
    shows_all: bool,
    as_json: bool,
) -> int:
    r"""Draw results and everything that they depend on; without HASH, those of a run.

    That is the last run, unless --run names another one; --all draws all there is, as is done
    where nothing was run yet. With --run, HASH is a step as it is called in that run.

    The colours of the boxes say how far each step is. A dashed arrow leads to a dynamic step
    from what it built. SVG needs no other program; DOT is the language of Graphviz.

    \b
    Example:
      funsies graph --format svg 3f2a9 > graph.svg
      funsies graph -i | dot -Tpdf > graph.pdf
    """
    with setting.session() as session:
        if hashes:
            run = named_run(session.backend, run_id)
            named = look_up_all(session.backend, hashes, run)
            targets = [each.producer for each in named if each.producer is not None]
        else:
            run = chosen_run(session.backend, run_id, shows_all=shows_all)
            targets = list(run.targets) if run else session.backend.graph.all_operations()
        labels = labels_in(session.backend, targets, run)
        view = read_graph(session.backend, targets, with_inputs=with_inputs, labels=labels)
    if not view.nodes:
        note("there is nothing to draw: no step is known")
    if collapse or (collapse is None and len(view.nodes) > MAX_NODES):
        if collapse is None:
            note(
                f"{len(view.nodes):,} boxes are too many to look at: steps with the same name "
                "are drawn as one (--no-collapse draws all)"
            )
        view = collapsed(view)
    if form == "svg" and not as_json and len(view.nodes) > MOST_DRAWN:
        raise click.UsageError(
            f"{len(view.nodes):,} boxes are too many to be laid out as SVG: leave out "
            "--no-collapse, or write --format dot or json"
        )
    if as_json or form == "json":
        print_json(_as_json(view))
    else:
        sys.stdout.writelines(_WRITERS[form](view))
    return Exit.OK


def _as_json(view: GraphView) -> dict[str, object]:
    nodes = ({**asdict(node), "number": node.number} for node in view.nodes)
    return {"nodes": nodes, "edges": (asdict(edge) for edge in view.edges)}
