"""``funsies report`` and ``funsies trace``: a run as a file."""

from __future__ import annotations

from contextlib import redirect_stdout

import click

from funsies.report.account import read_account
from funsies.report.diagram import read_graph
from funsies.report.document import to_html
from funsies.report.trace import MOST_ARROWS, arrows_of, to_trace

from .exits import Exit
from .notes import note
from .output import print_json
from .run_choice import LAST, RUN, find_run
from .setting import Setting


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("run_id", default=LAST, metavar="[ID]", type=RUN)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, allow_dash=True),
    help="File to write; - is standard output.  [default: report-RUN.html]",
)
@click.pass_obj
def report(setting: Setting, *, run_id: str, output: str | None) -> int:
    r"""Write all about a run into one HTML file, and print its path.

    ID is the number of a run, last (the default), or -1 for the one before. The file needs
    nothing else and loads nothing: it can be sent, kept, or printed. It has the timeline of the
    workers, the graph, a table of steps that filters and sorts, failures by cause, and what
    each task used.

    \b
    Example:
      funsies report last -o report.html
    """
    with setting.session() as session:
        run = find_run(session.backend, run_id)
        account = read_account(session.backend, run)
        graph = read_graph(session.backend, run.targets)
    path, text = output or f"report-{run.number}.html", to_html(account, graph)
    with click.open_file(path, "w", encoding="utf-8") as file:
        file.write(text)
    if path != "-":
        click.echo(path)
    return Exit.OK


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("run_id", default=LAST, metavar="[ID]", type=RUN)
@click.option(
    "--output",
    "-o",
    type=click.Path(dir_okay=False, allow_dash=True),
    default="-",
    help="File to write.  [default: standard output]",
)
@click.pass_obj
def trace(setting: Setting, *, run_id: str, output: str) -> int:
    r"""Write when each worker ran which step, for Perfetto or chrome://tracing.

    ID is the number of a run, last (the default), or -1 for the one before. The format is the
    trace event format (JSON): a row for each worker, a slice for each step that was run, with
    what it used, and arrows from results to the steps that take them, if those are not too
    many.

    \b
    Example:
      funsies trace last -o trace.json
    """
    with setting.session() as session:
        account = read_account(session.backend, find_run(session.backend, run_id))
    number_of_arrows = len(arrows_of(account))
    if number_of_arrows > MOST_ARROWS:
        note(f"{number_of_arrows:,} arrows are too many to be followed: none are written")
    into = click.open_file(output, "w", encoding="utf-8")
    with into as file, redirect_stdout(file):
        print_json(to_trace(account))
    return Exit.OK
