"""``funsies run``: a workflow from nothing but its script."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from difflib import get_close_matches
from functools import partial
from pathlib import Path
from typing import Final, TypeAlias

import click

from funsies.client.execution import PROGRESS_SECONDS, ask_again, execute
from funsies.client.mending import Mender
from funsies.client.progress import Progress, progress_since
from funsies.client.waiting import Waiting
from funsies.config.server import ResolvedServer
from funsies.core.digest import Digest
from funsies.core.errors import FunsiesError, NoServerError, NoWorkersError
from funsies.core.graph import Operation
from funsies.report.console import make_console
from funsies.report.live import Display
from funsies.report.live.naming import labels_of_few
from funsies.report.run_steps import Scope
from funsies.session import Session
from funsies.store.connect import open_backend
from funsies.store.redis.address import shown
from funsies.store.rows import Status, TaskCounts

from .closing import conclude
from .exits import Exit
from .hiring import Hiring
from .premises import Premises, find_or_start
from .recording import script_recorder
from .rehearse import rehearse
from .say import note
from .script import IsEnd, run_module, run_script
from .setting import Setting, check
from .spectator import Spectator
from .streams import OutputError
from .values import MOST_WORKERS

_Program: TypeAlias = Callable[[IsEnd], int]

MODULE: Final = "-m"
"""In the place of the script: the first argument names a module, as with ``python -m``."""


class _Script(click.Path):
    """A file, or ``-m``; what else looks like an option before it is a mistake."""

    def convert(
        self,
        value: str | os.PathLike[str],
        param: click.Parameter | None,
        ctx: click.Context | None,
    ) -> str | bytes | os.PathLike[str]:
        """Check that it is there."""
        text = os.fspath(value)
        if text == MODULE:
            return Path(MODULE)
        if text.startswith("-") and not Path(text).exists():
            known = [option for each in run.params for option in each.opts]
            raise click.NoSuchOption(
                text, possibilities=get_close_matches(text, known), ctx=ctx
            )
        return super().convert(value, param, ctx)


@click.command(context_settings={"ignore_unknown_options": True})
@click.argument(
    "script",
    type=_Script(exists=True, dir_okay=False, path_type=Path),
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
    name, program = _program(script, arguments)
    if dry_run:
        return rehearse(setting, name, program, retries_failed=retry_failed, as_json=as_json)
    if as_json:
        raise click.UsageError("--json is for --dry-run: it prints what would run")
    premises = find_or_start(setting)
    try:
        with premises.kept(), _prepared(premises.server) as session, ExitStack() as workforce:
            await_server = session.backend.graph.queues
            hiring = Hiring(
                workforce, premises.directory, premises.server, workers, await_server
            )
            mender = Mender(retry_volatile, note)
            session.recorder = script_recorder(session.backend, [str(script), *arguments])
            this = _Run(session, premises, hiring, mender, retries_failed=retry_failed)
            return this.run(name, program)
    except KeyboardInterrupt:
        note("\nfunsies: interrupted; what is finished is kept: run it again to go on")
        return Exit.INTERRUPTED
    finally:
        premises.leave(stops_server=stop_server)


def _program(script: Path, arguments: tuple[str, ...]) -> tuple[str, _Program]:
    """What is to be run, by its name."""
    if str(script) != MODULE:
        return str(script), lambda is_end: run_script(script, arguments, is_end)
    if not arguments:
        raise click.UsageError("-m needs the name of a module: funsies run -m project.workflow")
    return arguments[0], lambda is_end: run_module(arguments[0], arguments[1:], is_end)


@contextmanager
def _prepared(server: ResolvedServer) -> Iterator[Session]:
    """Connect, and have the script find the same server wherever it goes."""
    before = dict(os.environ)
    os.environ.update(server.environment())
    try:
        with closing(open_backend(server.jobs_url, server.data_url, server.keys)) as backend:
            check(backend, server)
            yield Session(server, backend)
    finally:
        os.environ.clear()
        os.environ.update(before)


class _Run:
    """One run of a script.

    Args:
        session: connection of the run itself.
        premises: where it takes place.
        hiring: starts workers.
        mender: decides whether to ask again for results that are volatile.
        retries_failed: True runs again what failed in earlier runs, as far as it is needed.
    """

    def __init__(
        self,
        session: Session,
        premises: Premises,
        hiring: Hiring,
        mender: Mender,
        *,
        retries_failed: bool,
    ) -> None:
        self._session = session
        self._premises = premises
        self._graph = session.backend.graph
        self._since = self._graph.new_generation()
        retries_before = self._since if retries_failed else None
        look = functools.partial(labels_of_few, session.backend)
        self._display = Display(make_console(), self._graph, look=look)
        self._spectator = Spectator(
            session,
            self._display,
            on_request=self._hire,
            on_look=self._look,
            retries_before=retries_before,
            mender=mender,
        )
        session.on_request, session.on_look = self._hire, self._look
        session.keeps_asking, session.retries_before = True, retries_before
        session.is_to_mend = mender.is_to_ask
        self._hiring = hiring
        self._before: dict[str, TaskCounts] = self._graph.counts()
        self._end: FunsiesError | None = None
        self._began, self._started = time.time(), time.monotonic()

    def run(self, name: str, program: _Program) -> int:
        """Run the script, wait for what it executed, and report; return the exit code.

        However it ends, there is a report of what has failed until then.
        """
        final: list[Operation] = []
        try:
            with self._spectator.watching():
                code = program(self._is_end)
            if code == Exit.OK and not self._spectator.has_seen_a_session:
                note(f"funsies: {name} did not use this server: it has no `with Fun():`")
            elif code == Exit.OK:
                final = self._see_to_the_rest()
        except (KeyboardInterrupt, FunsiesError, OutputError) as problem:
            self._conclude_early(problem, final)
            raise
        self._session.recorder.close(is_failed=code != Exit.OK)
        failed = self._conclude(final)
        return code or failed

    def _conclude_early(self, problem: BaseException, final: list[Operation]) -> None:
        """Say what the run came to, if there is a server to say it."""
        try:
            self._graph.check()
        except FunsiesError:
            self._session.recorder.forget()  # it was waited for long enough
            return
        with suppress(FunsiesError):
            self._session.recorder.close(problem)
            self._conclude(final)

    def _see_to_the_rest(self) -> list[Operation]:
        """Wait for what the script executed; if that is nothing, execute what is final."""
        if self._spectator.asked:
            self._wait(self._wanted())
            return []
        final = self._spectator.final()
        if not final:
            note("nothing to do: no step was built")
        execute(*final, connection=self._session)
        self._wait([each.digest for each in final])
        return final

    def _wanted(self) -> list[Digest]:
        """What the script executed, but for what it has reset since."""
        asked = list(self._spectator.asked | self._session.asked)
        if self._premises.was_rescued:  # what is not asked for now may have been lost
            return asked
        states = self._graph.states(asked)
        return [
            digest
            for digest, state in zip(asked, states, strict=True)
            if state.status is not Status.IDLE
        ]

    def _hire(self) -> None:
        with self._noted_end():
            self._hiring.serve(lambda: self._spectator.queues)

    def _look(self) -> None:
        with self._noted_end():
            self._premises.look()
            self._hiring.look()

    @contextmanager
    def _noted_end(self) -> Iterator[None]:
        try:
            yield
        except (NoServerError, NoWorkersError) as problem:
            self._end = problem
            raise

    def _is_end(self, problem: FunsiesError) -> bool:
        """True if the run has no server or workers; other servers are the script's affair."""
        if not isinstance(problem, NoServerError) or problem.place is None:
            return problem is self._end
        return shown(problem.place) == shown(self._session.server.jobs_url)

    def _wait(self, targets: list[Digest]) -> None:
        again = partial(ask_again, self._session, self._spectator.targets(targets))
        with self._display.shown() as tell:
            waiting = Waiting(self._session, targets, again)
            waiting.wait(None, lambda: tell(self._progress()), PROGRESS_SECONDS)

    def _progress(self) -> Progress:
        return progress_since(self._before, self._graph.counts())

    def _conclude(self, final: list[Operation]) -> int:
        """Say what the run came to."""
        if not self._spectator.has_seen_a_session:
            return Exit.OK
        targets = self._wanted()
        if not targets and not final:
            return Exit.OK
        return conclude(
            self._session.backend,
            self._scope(targets),
            targets,
            time.monotonic() - self._started,
            shows_results=bool(final),
        )

    def _scope(self, targets: list[Digest]) -> Scope:
        requested = self._spectator.requested | self._session.requested
        needed = self._spectator.needed(targets)
        others = {digest: name for digest, name in needed.items() if digest not in requested}
        is_resumed = any(each.pending for each in self._before.values())
        return Scope(self._since, requested, others, self._began if is_resumed else None)
