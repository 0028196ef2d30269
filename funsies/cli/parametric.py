"""``funsies parametric``: workflows with a name, listed, shown, and run on other inputs."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import click

from funsies.builder.artefact import Artefact
from funsies.client.execution import execute as ask
from funsies.client.stored_step import read_value
from funsies.core.errors import EncodingError, WiringError
from funsies.parametric import Parametric, Slot, find_parametric, list_parametric, recall
from funsies.report.numbers import counted
from funsies.report.step import preview
from funsies.session import Session
from funsies.store.connect import Backend

from .completion import PARAMETRIC, PARAMETRIC_INPUT
from .exits import Exit
from .named import look_up_all
from .notes import note
from .option_types import SECONDS
from .output import print_json
from .setting import Setting
from .wait import report_errors, wait_for_results


@click.group(invoke_without_command=True)
@click.pass_context
def parametric(context: click.Context) -> int:
    r"""Workflows with a name: list them, show one, run one on other inputs.

    A script gives a name to a workflow with funsies.parametric.commit().

    \b
    Example:
      funsies parametric list
      funsies parametric run simulate temperature=300 --wait
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        return Exit.USAGE
    return Exit.OK


@parametric.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_obj
def list_(setting: Setting, *, as_json: bool) -> int:
    r"""List the workflows that have a name.

    \b
    Example:
      funsies parametric list
    """
    with setting.session() as session:
        records = list_parametric(session.backend)
    if as_json:
        print_json([_as_json(record) for record in records])
        return Exit.OK
    if not records:
        note("nothing has a name yet: a script gives one with funsies.parametric.commit()")
    width = max((len(record.name) for record in records), default=0)
    for record in records:
        inputs, outputs = ", ".join(sorted(record.inp)), ", ".join(sorted(record.out))
        click.echo(f"{record.name:<{width}}  {inputs or '(no inputs)'} -> {outputs}")
    return Exit.OK


@parametric.command()
@click.argument("name", type=PARAMETRIC)
@click.option("--json", "as_json", is_flag=True, help="Print it as JSON.")
@click.pass_obj
def show(setting: Setting, *, name: str, as_json: bool) -> int:
    r"""Show the inputs and outputs of a workflow.

    Of the inputs also the values with which it was committed. NAME is the name or the hash of
    the workflow.

    \b
    Example:
      funsies parametric show simulate
    """
    with setting.session() as session:
        record = find_parametric(session.backend, name)
        values = {key: _shown(session.backend, slot) for key, slot in record.inp.items()}
    if as_json:
        told = _as_json(record)
        for key, value in values.items():
            told["inputs"][key]["preview"] = value
        print_json(told)
        return Exit.OK
    click.echo(f"{record.name}  {record.hash}")
    width = max(len(key) for key in (*record.inp, *record.out))
    for key, slot in sorted(record.inp.items()):
        click.echo(f"  in   {key:<{width}}  {slot.type_name} = {values[key]}")
    for key, slot in sorted(record.out.items()):
        click.echo(f"  out  {key:<{width}}  {slot.type_name}")
    return Exit.OK


@parametric.command()
@click.argument("name", type=PARAMETRIC)
@click.argument("changes", nargs=-1, metavar="[KEY=VALUE]...", type=PARAMETRIC_INPUT)
@click.option("--wait", "-w", is_flag=True, help="Wait until it is finished.")
@click.option("--timeout", "-t", type=SECONDS, help="Wait at most this many seconds.")
@click.option("--json", "as_json", is_flag=True, help="Print hashes as JSON.")
@click.pass_obj
def run(
    setting: Setting,
    *,
    name: str,
    changes: tuple[str, ...],
    wait: bool,
    timeout: float | None,
    as_json: bool,
) -> int:
    r"""Compute a workflow on other inputs, on workers.

    Prints the hashes of its outputs; funsies cat prints the values. A text is given as it is,
    everything else as JSON. KEY=@FILE takes the content of a file. Inputs that are not named
    keep their values. What is there already is not computed again.

    \b
    Example:
      funsies parametric run simulate temperature=300 structure=@molecule.xyz --wait
    """
    begun = time.time()
    with setting.session(is_patient=True) as session:
        record = find_parametric(session.backend, name)
        outputs = _recalled(session, record, dict(_pair(each) for each in changes))
        asked = ask(*outputs.values(), connection=session).operations
        note(
            f"{counted(len(asked), 'step')} asked for"
            if asked
            else "everything is there already"
        )
        hashes = {key: artefact.hash for key, artefact in outputs.items()}
        code = Exit.OK
        if wait or timeout is not None:
            named = look_up_all(session.backend, hashes.values())
            wait_for_results(session, named, timeout)
            code = report_errors(session.backend, named, begun)
    if as_json:
        print_json(hashes)
    else:
        for key, value in hashes.items():
            click.echo(f"{key} {value}")
    return code


def _pair(text: str) -> tuple[str, str]:
    key, is_there, value = text.partition("=")
    if not is_there or not key:
        raise click.UsageError(f"{text!r} is not KEY=VALUE")
    return key, value


def _recalled(
    session: Session, record: Parametric, changes: dict[str, str]
) -> dict[str, Artefact[Any]]:
    values = {
        key: _value(record.inp[key], key, text) if key in record.inp else text
        for key, text in changes.items()
    }
    outputs = recall(record.hash, values, connection=session)
    session.save()
    return outputs


def _value(slot: Slot, key: str, text: str) -> Any:
    """The value that is meant, of the type of the input."""
    data = Path(text[1:]).read_bytes() if text.startswith("@") else text.encode()
    encoding = slot.encoding
    if slot.wire == "blob":
        return data
    try:
        if encoding is not None and encoding.annotation is str:
            return data.decode()
        return json.loads(data) if encoding is None else encoding.decode(data)
    except (EncodingError, ValueError) as problem:
        raise WiringError(
            f"{text!r} is no value for {key!r}, which is {slot.type_name}: {problem}"
        ) from None


def _shown(backend: Backend, slot: Slot) -> str:
    value = read_value(backend, slot.digest)
    return value.map(lambda data: preview(data, slot.wire)).value_or("(not computed yet)")


def _as_json(record: Parametric) -> dict[str, Any]:
    return {
        "name": record.name,
        "hash": record.hash,
        "inputs": {key: _slot(slot) for key, slot in record.inp.items()},
        "outputs": {key: _slot(slot) for key, slot in record.out.items()},
    }


def _slot(slot: Slot) -> dict[str, str]:
    return {"artefact": slot.artefact, "type": slot.type_name}
