"""``funsies logs``: print what a step printed."""

from __future__ import annotations

from collections.abc import Iterator

import click
from msgspec import to_builtins
from returns.pipeline import is_successful

from funsies.client.lookup import stored_artefact
from funsies.client.lost_values import lost
from funsies.client.stored_step import opened, read_value
from funsies.client.volatile import is_volatile
from funsies.core.digest import Digest
from funsies.core.errors import (
    DataCorruptedError,
    DataMissingError,
    Error,
    UnwrapError,
)
from funsies.core.graph import TaskKind
from funsies.core.python_plan import PYTHON
from funsies.history.runs import Run
from funsies.history.step_names import labels_in
from funsies.report.errors import headline
from funsies.run.log_lines import LEVELS, LevelFilter
from funsies.store.connect import Backend
from funsies.store.data.chunks import chunks_of
from funsies.store.execution_record import decode_record
from funsies.store.graph_reader import known_step

from .completion import STEP
from .exits import Exit
from .named import Named, look_up
from .notes import note
from .output import print_json_and_text
from .run_choice import named_run, run_option
from .setting import Setting
from .step_output import Printer, print_run_logs, show_while_it_runs


@click.command()
@click.argument("prefix", metavar="[HASH]", required=False, type=STEP)
@run_option
@click.option(
    "--json", "as_json", is_flag=True, help="Print the record of the run, too, as JSON."
)
@click.option(
    "--level",
    type=click.Choice(LEVELS, case_sensitive=False),
    help="Print only messages of logging, of this level and above.",
)
@click.option(
    "--follow",
    "-f",
    "follows",
    is_flag=True,
    help="Print what comes, until the step has ended.",
)
@click.option(
    "--raw", "is_raw", is_flag=True, help="Print on a terminal what it is, byte by byte."
)
@click.pass_obj
def logs(
    setting: Setting,
    *,
    prefix: str | None,
    run_id: str | None,
    as_json: bool,
    level: str | None,
    follows: bool,
    is_raw: bool,
) -> int:
    r"""Print what a step printed when it was last run.

    Without HASH these are all steps that were run in the last run, or in that which --run
    names, each under a heading. With both, HASH is a step as it is called in that run.

    HASH is any unique prefix of the hash of the step or of one of its outputs. Of a shell step
    these are the standard streams of its commands, one after the other. Of a Python step, and
    of a stream that is no result because the step failed, the end is kept. What a Python step
    says by logging stands there with time and level. On a terminal colours are shown, and what
    else would move the cursor or change the terminal is left out, unless --raw is given.

    --follow prints what a running step has printed so far and what comes, on whatever machine
    it runs, and ends when the step has ended; it waits for a step that is still to begin.
    Ctrl-C ends only the following.

    \b
    Example:
      funsies logs 3f2a9
      funsies logs 3f2a9 --level warning
      funsies logs -f 3f2a9
    """
    if follows and as_json:
        raise click.UsageError("--follow prints text as it comes: leave --json out")
    if prefix is None and (follows or as_json):
        raise click.UsageError("--follow and --json need a HASH: see funsies ls --steps")
    with setting.session() as session:
        if prefix is None:
            _print_run(session.backend, run_id, level, is_raw=is_raw)
            return Exit.OK
        run = named_run(session.backend, run_id)
        named = look_up(session.backend, prefix, run)
        printer = Printer(is_raw=is_raw)
        if follows and show_while_it_runs(session.backend, named.step, level, printer):
            error = _error_of(session.backend, named.step)
            _tell(_about(session.backend, named, error, run))
            return Exit.OK
        record = session.backend.graph.records([named.step])[0]
        printed = of_level(_printed(session.backend, named.step), level)
        if as_json:
            facts = _facts(session.backend, named.step, record, run)
            print_json_and_text(facts, "log", printed)
            return Exit.OK
        error = _error_of(session.backend, named.step)
        if record is None and error is None:
            note(f"funsies: {prefix} was not run yet; use: funsies execute {named.typed}")
            return Exit.NOT_COMPUTED
        about = _about(session.backend, named, error, run)
        size_bytes = printer.print_all(printed)
    if not size_bytes:
        of = f" of level {level} or above" if level else ""
        note(f"{_why_nothing(record, error, named.step)}{of}")
    _tell(about)
    return Exit.OK


def _about(backend: Backend, named: Named, error: Error | None, run: Run | None) -> str:
    """What is to be said of an error; empty for none."""
    if error is None:
        return ""
    shown = headline(error, labels_in(backend, [named.step], run))
    return f"funsies: {named.prefix} is an error: {shown}; see: funsies cat {named.typed}"


def _tell(text: str) -> None:
    if text:
        note(text)


def _print_run(
    backend: Backend, run_id: str | None, level: str | None, *, is_raw: bool
) -> None:
    printer = Printer(is_raw=is_raw)
    print_run_logs(
        backend, run_id, lambda step: of_level(_printed(backend, step), level), printer
    )


def of_level(printed: Iterator[bytes], level: str | None) -> Iterator[bytes]:
    """Of what was printed, the messages of a level and above; all of it for no level."""
    if level is None:
        yield from printed
        return
    chosen = LevelFilter(level.upper())
    for piece in printed:
        yield chosen.feed(piece)
    yield chosen.end()


def _why_nothing(data: bytes | None, error: Error | None, operation: Digest) -> str:
    """Say why there is nothing to be printed."""
    record = decode_record(data)
    if record is not None and not record.was_killed:
        linked = "it was not run: the results of an equal step were taken"
        return linked if record.linked else "it printed nothing"
    if error is not None and error.source == operation.hex():
        return "what it printed is not known: its process is gone"
    return "it was not run"


def _printed(backend: Backend, operation: Digest) -> Iterator[bytes]:
    """What a step printed, in pieces: its log, and the streams that are among its outputs."""
    log = backend.graph.log(operation) or b""
    for is_result, stream in _streams(backend, operation):
        if is_result:
            yield from _stored(backend, stream)
        else:  # what a command printed on streams that are no results is in the log
            yield log
            log = b""
    yield log


def _stored(backend: Backend, artefact: Digest) -> Iterator[bytes]:
    """The bytes of a stream, in pieces."""
    with opened(backend, artefact) as found:
        if not is_successful(found):
            raise UnwrapError(found.failure())
        try:
            yield from chunks_of(found.unwrap())
        except (DataCorruptedError, DataMissingError) as problem:
            error = lost(backend, stored_artefact(backend, artefact), problem)
            raise UnwrapError(error) from problem


def _streams(backend: Backend, operation: Digest) -> Iterator[tuple[bool, Digest]]:
    """The streams of a shell step's commands, and whether each is a result, or an error."""
    row = known_step(backend.graph, operation)
    task = backend.graph.task(row.task, PYTHON)
    if task is None or task.kind is not TaskKind.SHELL:
        return
    results = backend.graph.states([operation])[0].results
    for output, address, result in zip(task.outputs, row.outputs, results, strict=False):
        if output.name.startswith(("stdout:", "stderr:")):
            yield result.ok, address


def _error_of(backend: Backend, operation: Digest) -> Error | None:
    """The error of a step that failed."""
    row, state = known_step(backend.graph, operation), backend.graph.states([operation])[0]
    for output, result in zip(row.outputs, state.results, strict=False):
        if not result.ok:
            return read_value(backend, output).failure()
    return None


def _facts(
    backend: Backend, operation: Digest, record: bytes | None, run: Run | None
) -> dict[str, object]:
    """All about the last run but what was printed."""
    state = backend.graph.states([operation])[0]
    return {
        "operation": operation.hex(),
        "task": known_step(backend.graph, operation).task_name,
        "label": labels_in(backend, [operation], run).of(operation),
        "status": state.status.value,
        "volatile": is_volatile(state),
        "record": to_builtins(decode_record(record)),
    }
