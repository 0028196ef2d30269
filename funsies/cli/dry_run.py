"""``funsies run --dry-run``: what would run, and why; nothing runs."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager, nullcontext, redirect_stdout

from funsies.config.program import running_program
from funsies.config.server import ResolvedServer
from funsies.core.cutting import printable
from funsies.core.digest import Digest, short_hash
from funsies.history.why import Ran, Reasons, with_labels
from funsies.history.why.foresight import foresee
from funsies.report.numbers import counted
from funsies.session import Session, open_stores, session_opened, value_missing
from funsies.store.connect import Backend, open_backend
from funsies.store.dry_run import dry_run_backend
from funsies.store.graph_writer import define
from funsies.store.stored_labels import keep_labels

from .exits import Exit
from .notes import note, notice_if_slow
from .output import print_json
from .run_server import found_everywhere
from .script import EndOfScript, Program
from .script_observer import ObservedSessions
from .setting import Setting, check
from .why import groups_with_values, print_groups


class _NotKnown(EndOfScript):
    """The script asks for a value that is not there: what comes after cannot be known.

    Attributes:
        step: that makes the value.
    """

    def __init__(self, step: Digest) -> None:
        super().__init__(step.hex())
        self.step = step


class _DryRun(ObservedSessions):
    """What a script would have a server do.

    Attributes:
        backend: the stores, of which nothing is changed.
        script: as its runs are recorded.
    """

    def __init__(self, backend: Backend) -> None:
        super().__init__()
        self.backend = backend
        self.script = ""

    def note(self, session: Session) -> None:
        """Take note of a session of the script."""
        self.script = running_program().record.script
        self._sessions.append(session)

    @property
    def targets(self) -> list[Digest]:
        """What the script would execute; if that is nothing, what is final."""
        return list(self.asked) or [each.digest for each in self.final()]

    def reasons(self, *, retries_failed: bool) -> Reasons:
        """What would run, and why."""
        built = list(self.built.values())
        define(self.backend, (each for each in built if not each.task.is_stored), set())
        keep_labels(self.backend.graph.named, built)
        return foresee(self.backend, self.targets, self.script, retries_failed=retries_failed)


def simulate(
    setting: Setting, name: str, program: Program, *, retries_failed: bool, as_json: bool
) -> int:
    """Run a script up to the first value that is not there, and tell what would run.

    Args:
        setting: says which server.
        name: of the script.
        program: runs it.
        retries_failed: True if what has failed would be run again.
        as_json: True to print it for programs.
    """
    with _unchanged_servers(setting) as dry_run:
        code, unknown = _run_program(program, keeps_stdout=as_json)
        if code != Exit.OK:
            return code
        with notice_if_slow("comparing the steps with those of earlier runs"):
            found = dry_run.reasons(retries_failed=retries_failed)
        dynamic = _dynamic(found)
        awaited = None if unknown is None else _label(dry_run.backend, found, unknown)
        if as_json:
            limits = {"dynamic": dynamic, "stops_at": awaited}
            print_json(groups_with_values(dry_run.backend, found) | limits)
        else:
            print_groups(dry_run.backend, found)
        if not found.steps:
            note(f"funsies: {name} would execute nothing")
        _tell_limits(dynamic, awaited)
    return Exit.OK


def _run_program(program: Program, *, keeps_stdout: bool) -> tuple[int, Digest | None]:
    """Run the script; the step whose value it needed and did not get, if there was one.

    Args:
        program: runs it.
        keeps_stdout: True if what the script prints is not to come among what is told.
    """
    try:
        with redirect_stdout(sys.stderr) if keeps_stdout else nullcontext():
            return program(lambda _problem: False), None
    except _NotKnown as end:
        return Exit.OK, end.step


def _dynamic(found: Reasons) -> dict[str, int]:
    """How many dynamic steps of each task run: what these build is not known."""
    would = {Ran.WILL_RUN, Ran.MAY_RUN}
    rows = found.closure.rows
    return Counter(
        each.task
        for each in found.steps.values()
        if each.ran in would and rows[each.step].dynamic
    )


def _label(backend: Backend, found: Reasons, step: Digest) -> str:
    """What a step is called that the script waits for; it need not be one that it executes."""
    reason = with_labels(backend, found, [step]).steps.get(step)
    return short_hash(step) if reason is None else reason.label


def _tell_limits(dynamic: Mapping[str, int], awaited: str | None) -> None:
    """Say what cannot be known."""
    if dynamic:
        names = ", ".join(sorted(map(printable, dynamic)))
        number = counted(sum(dynamic.values()), "dynamic step")
        note(f"{number} would run ({names}); what these build is not known before")
    if awaited is not None:
        note(
            f"the script waits for {printable(awaited)} or takes its value, which is not there "
            "yet: what it does after that is not known"
        )


@contextmanager
def _unchanged_servers(setting: Setting) -> Iterator[_DryRun]:
    """Have all servers that the script names be seen, and not changed."""
    server = setting.resolve()
    is_there = server.directory is not None or not server.is_default
    with ExitStack() as opened:
        if is_there:
            opened.enter_context(found_everywhere(server))
        backend = _opened(server, opened, is_there=is_there)
        dry_run = _DryRun(dry_run_backend(backend))

        def stores(other: ResolvedServer) -> Backend:
            if other.jobs_url == server.jobs_url:
                return dry_run.backend
            return dry_run_backend(_opened(other, opened, is_there=True))

        def tell(session: Session) -> None:
            if session.server.jobs_url == server.jobs_url:
                dry_run.note(session)

        tokens = open_stores.set(stores), session_opened.set(tell), value_missing.set(_end)
        try:
            yield dry_run
        finally:
            open_stores.reset(tokens[0])
            session_opened.reset(tokens[1])
            value_missing.reset(tokens[2])


def _opened(server: ResolvedServer, opened: ExitStack, *, is_there: bool) -> Backend:
    """Connect; where no server runs yet, everything is new."""
    if not is_there:
        return opened.enter_context(closing(open_backend("memory://")))
    backend = opened.enter_context(closing(open_backend(server)))
    check(backend, server)
    return backend


def _end(step: Digest) -> None:
    raise _NotKnown(step)
