"""A shell step as files, with a script that runs its commands again by hand."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from funsies.client.stored_step import StoredStep, is_trusted
from funsies.core.errors import Error
from funsies.core.file_names import is_pattern, validate_file_names
from funsies.core.shell_plan import ShellPlan, decode_shell_plan
from funsies.store.connect import Backend

from .description import write_stored
from .place import ReplayDirectory

INPUTS: Final = "input_files"
OUTPUTS: Final = "output_files"

_HEAD: Final = """\
#!/bin/sh
# Runs a step of a workflow again, by hand: {task}
# ({hash})
#
#   sh op.sh [DIRECTORY]
#
# It copies input_files into DIRECTORY, by default a new one beside this script, and runs the
# commands of the step there, with the environment of op.env. The directory is kept.
set -u
here=$(cd -- "$(dirname -- "$0")" && pwd) || exit
if [ $# -gt 0 ]; then
    mkdir -p -- "$1" && work=$(cd -- "$1" && pwd) || exit
else
    work=$(mktemp -d "$here/run.XXXXXX") || exit
fi
cp -R "$here/input_files/." "$work/" || exit
. "$here/op.env"
cd "$work" || exit
echo "op.sh: in $work" >&2
"""

_COMMAND: Final = """
echo {title} >&2
{words} < /dev/null
code=$?
[ $code -eq 0 ] || echo "op.sh: it ended with exit code $code" >&2
"""

_CHECK: Final = "[ $code -eq 0 ] || exit $code\n"

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def write_shell_step(
    backend: Backend, step: StoredStep, place: ReplayDirectory
) -> dict[str, Error]:
    """Write inputs, outputs, streams and the script of a shell step.

    The script of a step that is not signed, where there is a key, is left out.

    Returns:
        The errors that stand in the place of values, by name of the input or output.
    """
    if is_trusted(backend, step.task):
        _write_script(decode_shell_plan(step.task.payload), step, place)
    else:
        place.write_refusal()
    return {**_write_inputs(backend, step, place), **_write_outputs(backend, step, place)}


def _write_script(plan: ShellPlan, step: StoredStep, place: ReplayDirectory) -> None:
    place.write_text("op.sh", shell_script(plan, step))
    place.path("op.sh").chmod(0o700)
    environment = place.path("op.env")
    environment.touch(mode=0o600)
    environment.write_text(environment_script({**step.options.env, **dict(plan.env)}))


def shell_script(plan: ShellPlan, step: StoredStep) -> str:
    """A script that runs the commands of a step in a fresh directory."""
    number = len(plan.commands)
    pieces = [_HEAD.format(task=_on_one_line(step.task.name), hash=step.hash)]
    for index, command in enumerate(plan.commands, 1):
        title = shlex.quote(f"op.sh: command {index} of {number}: {command}")
        words = shlex.join([*plan.interpreter, command])
        pieces.append(_COMMAND.format(title=title, words=words))
        if plan.check:
            pieces.append(_CHECK)
    return "".join([*pieces, "" if plan.check else "exit 0\n"])


def environment_script(variables: Mapping[str, str]) -> str:
    """Lines that set environment variables, to be read by a shell."""
    lines = ["# The environment of the step, beside that of the worker.\n"]
    for name, value in sorted(variables.items()):
        if _VARIABLE.fullmatch(name):
            lines.append(f"export {name}={shlex.quote(value)}\n")
        else:
            lines.append(f"# no shell can set a variable of this name: {name!r}\n")
    return "".join(lines)


def _on_one_line(text: str) -> str:
    return "".join(each if each.isprintable() else "?" for each in text)


def _write_inputs(
    backend: Backend, step: StoredStep, place: ReplayDirectory
) -> dict[str, Error]:
    names = [row.name for row in step.row.inputs]
    validate_file_names(names)
    folder = place.folder(INPUTS)
    written = (
        (row.name, write_stored(backend, row.artefact, folder / row.name, text_of=row.wire))
        for row in step.row.inputs
    )
    return {f"input:{name}": error for name, error in written if error is not None}


def _write_outputs(
    backend: Backend, step: StoredStep, place: ReplayDirectory
) -> dict[str, Error]:
    """Write what the step made: files, and ``stdout0``, ``stderr0``, ``returncode0``, ..."""
    errors: dict[str, Error] = {}
    if not step.state.status.is_finished:
        return errors
    folder = place.folder(OUTPUTS)
    for output, artefact in zip(step.task.outputs, step.row.outputs, strict=True):
        path = _place_of(output.name, folder, place)
        error = write_stored(backend, artefact, path, text_of=_form(output.wire))
        if error is not None:
            errors[output.name] = error
    return errors


def _form(wire: str) -> str | None:
    """Files are written as files, everything else as it is stored."""
    return wire if wire == "files" else None


def _place_of(output: str, folder: Path, place: ReplayDirectory) -> Path:
    kind, _, name = output.partition(":")
    if kind != "file":
        return place.path(f"{kind}{name}")
    validate_file_names((), [name])
    return folder if is_pattern(name) else folder / name
