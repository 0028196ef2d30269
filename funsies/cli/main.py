"""``funsies``: the group of all commands, and its global options."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

import click

from .commands import LazyCommand, LazyGroup, run_command
from .exits import Exit
from .secret_arguments import restart_without_secrets
from .setting import LogLevel, Setting, set_up_logging, show_version

_SECTIONS = (
    (
        "Run workflows",
        (
            LazyCommand("run", "funsies.cli.run", "Run a workflow: server, workers, progress."),
            LazyCommand("execute", "funsies.cli.execute", "Ask for results."),
            LazyCommand("wait", "funsies.cli.wait", "Wait for the server or for results."),
            LazyCommand("parametric", "funsies.cli.parametric", "Run workflows by their name."),
            LazyCommand("worker", "funsies.cli.worker", "Start workers."),
            LazyCommand("invite", "funsies.cli.invite", "Write a file for other machines."),
            LazyCommand("join", "funsies.cli.worker", "Start workers with such a file."),
        ),
    ),
    (
        "Before it runs",
        (LazyCommand("check", "funsies.cli.check", "Check the types of workflows."),),
    ),
    (
        "Look at results",
        (
            LazyCommand("cat", "funsies.cli.cat", "Print values."),
            LazyCommand("logs", "funsies.cli.logs", "Print what a step printed."),
            LazyCommand("top", "funsies.cli.top", "Show what workers do now."),
            LazyCommand("status", "funsies.cli.status", "Show the server, workers and counts."),
            LazyCommand("runs", "funsies.cli.runs", "List what was run, and how it ended."),
            LazyCommand("ls", "funsies.cli.ls", "List the steps of a run."),
            LazyCommand("tree", "funsies.cli.tree", "Show where a result comes from."),
            LazyCommand("graph", "funsies.cli.graph", "Draw the graph."),
            LazyCommand("ui", "funsies.cli.ui", "Show all that on a page that follows it."),
            LazyCommand("report", "funsies.cli.export", "Write all about a run into a file."),
            LazyCommand("trace", "funsies.cli.export", "Write a run's timeline for Perfetto."),
            LazyCommand("why", "funsies.cli.why", "Say why steps ran."),
            LazyCommand("diff", "funsies.cli.why", "Say how two runs or steps differ."),
            LazyCommand("debug", "funsies.cli.debug", "Write all about a step to a directory."),
            LazyCommand("replay", "funsies.cli.replay", "Run a Python step again, here."),
        ),
    ),
    (
        "Clean up",
        (
            LazyCommand("doctor", "funsies.cli.doctor", "Find what is wrong, and mend it."),
            LazyCommand("fsck", "funsies.cli.fsck", "Check all that is stored, and mend it."),
            LazyCommand("reset", "funsies.cli.reset", "Forget results."),
            LazyCommand("cancel", "funsies.cli.cancel", "End what runs or waits."),
            LazyCommand("clean", "funsies.cli.shutdown", "Cancel everything that is pending."),
            LazyCommand("shutdown", "funsies.cli.shutdown", "Stop workers, and the server."),
        ),
    ),
)


class _Commands(LazyGroup):
    sections: Sequence[tuple[str, Sequence[LazyCommand]]] = _SECTIONS
    unlisted: Sequence[LazyCommand] = (
        LazyCommand("guard", "funsies.cli.guard", "Not for users."),
    )


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.option("--jobs", "-j", metavar="URL", help="Server with the graph; - reads it.")
@click.option("--data", "-d", metavar="URL", help="Store of large values: file:// or redis://.")
@click.option(
    "--log",
    type=LogLevel(),
    default="warning",
    help="Log this and what is worse to stderr.  [default: warning]",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=show_version,
    help="Print the version.",
)
@click.pass_context
def funsies(context: click.Context, jobs: str | None, data: str | None, log: str) -> int:
    r"""Typed, reproducible, incremental, fault-tolerant, distributed workflows.

    The server is that of --jobs (unix://, redis:// or rediss://; - reads it from standard
    input), else of FUNSIES_JOBS, else of the file FUNSIES_JOIN (see funsies join --help), else
    that of the nearest .funsies directory (here or above) with a running server, else
    redis://localhost:6379.

    \b
    Example:
      funsies run workflow.py
    """
    if os.environ.get("NO_COLOR"):
        context.color = False
    set_up_logging(log)
    context.obj = Setting(sys.stdin.readline().strip() if jobs == "-" else jobs, data)
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        return Exit.USAGE
    return Exit.OK


def main(arguments: Sequence[str] | None = None) -> int:
    """Run ``funsies`` and return its exit code.

    Args:
        arguments: by default those of the process.
    """
    if arguments is None:
        restart_without_secrets()
    return run_command(funsies, "funsies", arguments)
