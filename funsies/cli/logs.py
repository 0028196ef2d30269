"""``funsies logs``: print what a step printed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

import click

from funsies.client.stored_step import read_value
from funsies.core.digest import Digest
from funsies.core.errors import UnknownHashError
from funsies.core.graph import TaskKind
from funsies.core.python_plan import PYTHON
from funsies.store.connect import Backend

from .completion import HASH
from .exits import Exit
from .named import look_up, operation_row
from .output import print_json
from .say import note
from .setting import Setting


@click.command()
@click.argument("prefix", metavar="HASH", type=HASH)
@click.option(
    "--json", "as_json", is_flag=True, help="Print the record of the run, too, as JSON."
)
@click.pass_obj
def logs(setting: Setting, *, prefix: str, as_json: bool) -> int:
    r"""Print what a step printed when it was last run.

    HASH is any unique prefix of the hash of the step or of one of its outputs. Of a shell step
    these are the standard streams of its commands, one after the other.

    \b
    Example:
      funsies logs 3f2a9
    """
    with setting.session() as session:
        named = look_up(session.backend, prefix)
        if named.producer is None:
            raise UnknownHashError(f"{prefix} is a constant: no step makes it")
        printed = _printed(session.backend, named.producer)
        record = session.backend.graph.record(named.producer)
        if as_json:
            _print_all(session.backend, named.producer, printed, record)
            return Exit.OK
    if record is None:
        note(f"funsies: {prefix} was not run yet; use: funsies execute {prefix}")
        return Exit.NOT_COMPUTED
    if not printed:
        note("it printed nothing")
    sys.stdout.buffer.write(printed)
    return Exit.OK


def _printed(backend: Backend, operation: Digest) -> bytes:
    """What a step printed: its log, and the streams that are among its outputs."""
    return b"".join([backend.graph.log(operation) or b"", *_streams(backend, operation)])


def _streams(backend: Backend, operation: Digest) -> Iterator[bytes]:
    row = operation_row(backend, operation)
    task = backend.graph.task(row.task, PYTHON)
    if task is None or task.kind is not TaskKind.SHELL:
        return
    results = backend.graph.states([operation])[0].results
    for output, address, result in zip(task.outputs, row.outputs, results, strict=False):
        if result.ok and output.name.startswith(("stdout:", "stderr:")):
            yield read_value(backend, address).value_or(b"")


def _print_all(
    backend: Backend, operation: Digest, printed: bytes, record: bytes | None
) -> None:
    print_json(
        {
            "operation": operation.hex(),
            "task": operation_row(backend, operation).task_name,
            "status": backend.graph.states([operation])[0].status.value,
            "record": json.loads(record) if record else None,
            "log": printed.decode("utf-8", "replace"),
        }
    )
