"""``funsies cat``: print values."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import BinaryIO, Final

import click
from returns.pipeline import is_successful

from funsies.client.lookup import stored_artefact
from funsies.client.lost_values import lost
from funsies.client.stored_types import wire_of
from funsies.client.values import open_value
from funsies.core.archive import Member, members
from funsies.core.digest import Digest, short_hash
from funsies.core.encoding import PICKLE, about_pickle, preview_pieces
from funsies.core.encoding.codecs import RESERVED_NAMES
from funsies.core.errors import DataCorruptedError, DataMissingError, Error, UnknownHashError
from funsies.core.python_plan import PYTHON
from funsies.history.runs import Run
from funsies.history.step_names import labels_in
from funsies.report.errors import describe_error
from funsies.report.step import inputs_of
from funsies.session import Session
from funsies.store.connect import Backend
from funsies.store.graph_reader import known_step
from funsies.store.rows import Status

from .completion import STEP
from .exits import Exit
from .named import Named, look_up
from .notes import note
from .outcome import tell_volatile
from .run_choice import named_run, run_option
from .setting import Setting
from .wait import wait_for_results

_WORST_LAST: Final = (Exit.OK, Exit.VOLATILE, Exit.RESULT_IS_ERROR, Exit.NOT_COMPUTED)


@click.command()
@click.argument("hashes", nargs=-1, required=True, metavar="HASH...", type=STEP)
@click.option("--wait", "-w", is_flag=True, help="Wait for values that are being computed.")
@run_option
@click.pass_obj
def cat(setting: Setting, *, hashes: tuple[str, ...], wait: bool, run_id: str | None) -> int:
    r"""Print values: bytes as they are, text as text, everything else as JSON.

    Of a directory, or of files that match a pattern, names and sizes are listed on a terminal;
    a pipe or a file gets a tar archive of them.

    HASH is any unique prefix of the hash of an artefact, or of a step with one output or an
    error; or what the step is called, with --run in that run. Errors are explained on stderr.
    Exit codes: 1 if a value is an error, 4 if it is not computed yet, 5 if nothing or several
    things have the hash, 75 if a value is volatile (it is printed).

    \b
    Example:
      funsies cat 3f2a9 > result.csv
      funsies cat 81c0e | tar -x -C results
    """
    worst = Exit.OK
    with setting.session(is_patient=wait) as session:
        run = named_run(session.backend, run_id)
        found = [look_up(session.backend, each, run) for each in hashes]
        named = [_artefact(session.backend, each) for each in found]
        if wait:
            wait_for_results(session, named)
        for each in named:
            worst = max(worst, _cat(session, each, run), key=_WORST_LAST.index)
    return worst


def _artefact(backend: Backend, named: Named) -> Named:
    """The artefact that is meant: of an operation the only one, or one with its error."""
    if named.artefact is not None:
        return named
    row = known_step(backend.graph, named.digest)
    results = backend.graph.states([row.digest])[0].results
    errors = [output for output, it in zip(row.outputs, results, strict=False) if not it.ok]
    if len(row.outputs) != 1 and not errors:
        task = backend.graph.task(row.task, PYTHON)
        names = [output.name for output in task.outputs] if task else [""] * len(row.outputs)
        shown = ", ".join(
            f"{short_hash(output)} ({name})"
            for output, name in zip(row.outputs, names, strict=True)
        )
        raise UnknownHashError(
            f"{named.prefix} is a step with several outputs: name one of {shown}"
        )
    found = look_up(backend, (errors or row.outputs)[0].hex())
    return replace(found, prefix=named.prefix)


def _cat(session: Session, named: Named, run: Run | None) -> Exit:
    backend = session.backend
    if named.producer is not None:
        status = backend.graph.states([named.producer])[0].status
        if not status.is_finished:
            return _not_computed(named, status)
    artefact = stored_artefact(backend, named.digest)
    opened = open_value(backend, artefact)
    if not is_successful(opened):
        return _explain(backend, named, opened.failure(), run)
    sys.stdout.flush()
    try:
        with opened.unwrap() as stream:
            _write(wire_of(artefact), stream, lambda: open_value(backend, artefact).unwrap())
        sys.stdout.buffer.flush()
    except (DataCorruptedError, DataMissingError) as problem:
        return _explain(backend, named, lost(backend, artefact, problem), run)
    return tell_volatile(backend, [named.producer] if named.producer else [])


def _write(wire: str, stream: BinaryIO, again: Callable[[], BinaryIO]) -> None:
    if wire == "files" and sys.stdout.isatty():
        sys.stdout.buffer.writelines(map(_line, members(stream)))
    elif wire == PICKLE and sys.stdout.isatty():
        click.echo(
            f"{about_pickle(stream.readline())}; a pipe or a file gets the pickle itself"
        )
    elif wire not in RESERVED_NAMES and sys.stdout.isatty():
        click.echo(
            f"written by the codec {wire!r}: f.take(f.get(its hash)) reads it in a program "
            "that registers the codec; a pipe or a file gets the bytes"
        )
    else:
        sys.stdout.buffer.writelines(preview_pieces(wire, stream, again))


def _line(found: tuple[Member, object]) -> bytes:
    """A file of a directory, as a line to be read."""
    member, _ = found
    mark = "/" if member.is_directory else "*" if member.executable else ""
    name = "".join(each if each.isprintable() else "?" for each in member.name)
    return f"{member.size_bytes:>15,} {name}{mark}\n".encode()


def _not_computed(named: Named, status: Status) -> Exit:
    if status is Status.IDLE:
        remedy = f"nobody asked for it; use: funsies execute {named.typed}"
    else:
        remedy = f"it is {status.value}; use: funsies wait {named.typed}"
    note(f"funsies: {named.prefix} is not computed yet: {remedy}")
    return Exit.NOT_COMPUTED


def _explain(backend: Backend, named: Named, error: Error, run: Run | None) -> Exit:
    steps = [Digest(bytes.fromhex(error.source))] if error.source else []
    inputs = [view for step in steps for view in inputs_of(backend, step)]
    lines = describe_error(error, inputs, labels_in(backend, steps, run))
    note(f"funsies: {named.prefix} is an error: {lines[0]}")
    for line in lines[1:]:
        note(line)
    return Exit.RESULT_IS_ERROR
