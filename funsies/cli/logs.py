"""``funsies logs``: print what a step printed."""

from __future__ import annotations

import json
import sys

import click

from funsies.core.digest import Digest
from funsies.core.errors import UnknownHashError
from funsies.store.connect import Backend

from .exits import Exit
from .named import look_up, operation_row
from .output import print_json
from .say import note
from .setting import Setting


@click.command()
@click.argument("prefix", metavar="HASH")
@click.option(
    "--json", "as_json", is_flag=True, help="Print the record of the run, too, as JSON."
)
@click.pass_obj
def logs(setting: Setting, *, prefix: str, as_json: bool) -> int:
    r"""Print what a step printed when it was last run.

    HASH is any unique prefix of the hash of the step or of one of its outputs. The standard
    streams of a shell step are values: see funsies cat.

    \b
    Example:
      funsies logs 3f2a9
    """
    with setting.session() as session:
        named = look_up(session.backend, prefix)
        if named.producer is None:
            raise UnknownHashError(f"{prefix} is a constant: no step makes it")
        printed = session.backend.graph.log(named.producer)
        record = session.backend.graph.record(named.producer)
        if as_json:
            _print_all(session.backend, named.producer, printed, record)
            return Exit.OK
    if record is None:
        note(f"funsies: {prefix} was not run yet; use: funsies execute {prefix}")
        return Exit.NOT_COMPUTED
    if not printed:
        note("it printed nothing")
    sys.stdout.buffer.write(printed or b"")
    return Exit.OK


def _print_all(
    backend: Backend, operation: Digest, printed: bytes | None, record: bytes | None
) -> None:
    print_json(
        {
            "operation": operation.hex(),
            "task": operation_row(backend, operation).task_name,
            "status": backend.graph.states([operation])[0].status.value,
            "record": json.loads(record) if record else None,
            "log": (printed or b"").decode("utf-8", "replace"),
        }
    )
