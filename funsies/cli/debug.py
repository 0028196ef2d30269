"""``funsies debug``: everything about a step or a value, in a directory."""

from __future__ import annotations

from pathlib import Path

import click

from funsies.core.digest import short_hash
from funsies.core.errors import read_error
from funsies.history.outcomes import SKIPPED, statuses_of
from funsies.history.step_names import labels_here
from funsies.report.directory import (
    RUNS_IT,
    describe_files,
    describe_uses,
    directory_name,
    write_step,
    write_value,
)
from funsies.store.connect import Backend
from funsies.store.graph_reader import delegations

from .completion import STEP
from .exits import Exit
from .named import Named, look_up
from .notes import note
from .output import print_json
from .setting import Setting


@click.command()
@click.argument("prefix", metavar="HASH", type=STEP)
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path, file_okay=False),
    help="Directory to write.  [default: debug-LABEL-HASH]",
)
@click.option("--json", "as_json", is_flag=True, help="Print what was written where, as JSON.")
@click.pass_obj
def debug(setting: Setting, *, prefix: str, output: Path | None, as_json: bool) -> int:
    r"""Write everything about a step or a value into a directory.

    Inputs, outputs, errors, what was printed, the code, metadata, and a script that runs the
    step again by hand: op.sh for shell steps, replay.py for Python functions. The path of the
    directory is printed; what is in it and what to do with it is said on stderr. For the hash
    of a value, the step that made it is in DIR/step.

    \b
    Example:
      funsies debug 3f2a9 -o look && sh look/op.sh
    """
    with setting.session() as session:
        named = look_up(session.backend, prefix)
        steps = [named.producer] if named.producer else []
        built = delegations(session.backend.graph, steps)
        culprit = _culprit(session.backend, named)
        directory = output or Path(directory_name(_label(session.backend, named), named.digest))
        if named.artefact is not None:
            write_value(session.backend, named.digest, directory)
        else:
            write_step(session.backend, named.digest, directory)
    files = sorted(
        str(path.relative_to(directory))
        for path in directory.rglob("*")
        if path.is_file() and not path.name.startswith(".funsies")
    )
    if as_json:
        print_json({"directory": str(directory.resolve()), "files": files})
        return Exit.OK
    click.echo(str(directory))
    for line in describe_files(files):
        note(f"  {line}")
    usable = [each for each in files if culprit is None or Path(each).name not in RUNS_IT]
    for line in describe_uses(directory, usable, named.digest):
        note(line)
    if culprit is not None:
        note(f"it was not run, as an input is an error: funsies debug {short_hash(culprit)}")
    for target in built.values():
        note(f"its result is that of a step that it built: funsies debug {short_hash(target)}")
    return Exit.OK


def _culprit(backend: Backend, named: Named) -> str | None:
    """Hash of the step that has failed, if this one was not run because of that."""
    if named.producer is None:
        return None
    states = backend.graph.states([named.producer])
    if statuses_of(backend, [named.producer], states) != [SKIPPED]:
        return None
    errors = [each.content for each in states[0].results if not each.ok]
    found = read_error(backend.graph.contents(errors[:1])[0])
    return None if found is None else found.source


def _label(backend: Backend, named: Named) -> str:
    """What the step is called that is meant, or that made the value; empty for a constant."""
    step = named.producer
    if step is None:
        return ""
    labels = labels_here(backend, [step])
    return labels.texts.get(step) or labels.names.get(step, "")
