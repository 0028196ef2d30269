"""``funsies run``: a workflow from nothing but its script."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import click

from funsies.client.volatile import Mender
from funsies.config.program import program
from funsies.config.server import ResolvedServer
from funsies.history.recorder import ProgramRecord, Recorder
from funsies.session import Session
from funsies.store.connect import Backend, open_backend

from .exits import Exit
from .notes import note
from .option_types import MOST_WORKERS
from .run_server import find_or_start, found_everywhere
from .script import ScriptArgument, program_of, typed
from .script_run import Retries, ScriptRun
from .setting import Setting, check
from .worker_autostart import WorkerAutostart


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument(
    "script",
    type=ScriptArgument(),
    metavar="{SCRIPT | -m MODULE}",
)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
@click.option(
    "--workers",
    type=click.IntRange(0, MOST_WORKERS),
    help="Start this many workers.  [default: one a core, less those that run already]",
)
@click.option(
    "--retry-failed", is_flag=True, help="Run again what failed earlier and is remembered."
)
@click.option(
    "--retry-volatile",
    type=click.IntRange(min=0),
    default=1,
    metavar="N",
    help="Ask again so often for results that the machine has spoilt.  [default: 1]",
)
@click.option("--stop-server", is_flag=True, help="Stop the server at the end, too.")
@click.option("--dry-run", is_flag=True, help="Say what would run, and why; run nothing.")
@click.option("--json", "as_json", is_flag=True, help="Print that as JSON.")
@click.pass_obj
def run(
    setting: Setting,
    *,
    script: Path,
    arguments: tuple[str, ...],
    workers: int | None,
    retry_failed: bool,
    retry_volatile: int,
    stop_server: bool,
    dry_run: bool,
    as_json: bool,
) -> int:
    r"""Run a workflow: start a server and workers, run SCRIPT, show progress and the outcome.

    What SCRIPT executes is waited for. If it executes nothing, the final results of the graph
    that it built are executed. Results are kept in .funsies: run it again, and only what
    changed is computed. The server lives on; the workers end with the run. Arguments after --
    are for SCRIPT alone, whatever they look like. -m MODULE runs a module of a package, as
    python -m does.

    With --dry-run SCRIPT is run up to the first value that is not there, nothing that it
    executes is, and what would run is told with the reasons; see funsies why.

    Exit codes: 1 if a result is an error, that of SCRIPT if it fails, 3 if the server does not
    answer, 6 if workers die as soon as they are started, 75 if results are there that the
    machine has spoilt (run it again), 130 after Ctrl-C (run it again to go on).

    \b
    Example:
      funsies run workflow.py
      funsies run workflow.py molecule.xyz --workers 4
      funsies run -m project.workflow molecule.xyz
    """
    name, program = program_of(script, arguments)
    if dry_run:
        from .dry_run import simulate  # noqa: PLC0415 - it tells why: that imports much

        return simulate(setting, name, program, retries_failed=retry_failed, as_json=as_json)
    if as_json:
        raise click.UsageError("--json is for --dry-run: it prints what would run")
    run_server = find_or_start(setting)
    try:
        with run_server.kept(), _prepared(run_server.server) as session, ExitStack() as at_end:
            await_server = session.backend.graph.queues
            autostart = WorkerAutostart(
                at_end, run_server.directory, run_server.server, workers, await_server
            )
            session.recorder = script_recorder(session.backend, [str(script), *arguments])
            retries = Retries(Mender(retry_volatile, note), failed=retry_failed)
            this = ScriptRun(session, typed(script, arguments), run_server, autostart, retries)
            return this.run(name, program)
    except KeyboardInterrupt:
        note("\nfunsies: interrupted; what is finished is kept: run it again to go on")
        return Exit.INTERRUPTED
    finally:
        run_server.leave(stops_server=stop_server)


@contextmanager
def _prepared(server: ResolvedServer) -> Iterator[Session]:
    """Connect, and have the script find the same server wherever it goes."""
    with found_everywhere(server), closing(open_backend(server)) as backend:
        check(backend, server)
        yield Session(server, backend)


def script_recorder(backend: Backend, words: Sequence[str]) -> Recorder:
    """For what a script does in all its sessions, and what is done for it.

    Args:
        backend: where it is written.
        words: the script, or ``-m`` and a module, and its arguments.
    """

    def script() -> ProgramRecord:
        name = 2 if words[0] == "-m" else 1
        file = getattr(sys.modules["__main__"], "__file__", None)
        return program(" ".join(words[:name]), words[name:], file)

    return Recorder(backend, script, outlives_sessions=True)
