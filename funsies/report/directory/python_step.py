"""A Python step as files, with a script that calls its function again by hand."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from funsies.client.stored_step import StoredStep, is_trusted
from funsies.core.digest import Digest
from funsies.core.errors import Error, encode_error
from funsies.core.pieces import Piece, decode_pieces
from funsies.core.python_plan import decode_plan
from funsies.store.connect import Backend

from .description import parsed
from .place import Place, file_name
from .values import write_stored

INPUTS: Final = "inputs"
OUTPUTS: Final = "outputs"
FUNCTION: Final = "function.plan"
SOURCES: Final = "sources"
SCRIPT: Final = "replay.py"

_SCRIPT: Final = '''\
"""Calls the function of a step again, with its real inputs: {task}
({hash})

    python replay.py            calls it and shows what it returns
    python -m pdb replay.py     the same under the debugger
    python -i replay.py         to go on by hand: step.function, step.arguments, step.keywords

It needs Python {python} and funsies. WARNING: function.plan holds the function as a pickle,
which is code: reading it runs it. Run this only if you trust whoever made the step.
"""

from pathlib import Path
from pprint import pprint

from funsies.debug import load

step = load(Path(__file__).parent)
value = step.function(*step.arguments, **step.keywords)
pprint(value)
'''


def write_python_step(backend: Backend, step: StoredStep, place: Place) -> dict[str, Error]:
    """Write inputs, outputs, what was printed, the function and the script of a Python step.

    A function that is not signed, where there is a key, is left out.

    Returns:
        The errors that stand in the place of values, by name of the input or output.
    """
    place.path("log").write_bytes(step.log)
    _write_code(backend, step, place)
    if is_trusted(backend, step.task):
        place.path(FUNCTION).write_bytes(step.task.payload)
        _write_sources(backend, step, place)
        name = "".join(each if each.isprintable() else "?" for each in step.task.name)
        shown = name.replace("\\", "/").replace('"', "'")
        text = _SCRIPT.format(task=shown, hash=step.hash, python=step.task.python)
        place.write_text(SCRIPT, text)
    else:
        place.write_refusal()
    return {**_write_inputs(backend, step, place), **_write_outputs(backend, step, place)}


def input_file(folder: Path, name: str, position: int, wire: str) -> Path:
    """Where an input is kept; an error in its place has ``.error`` added."""
    return folder / file_name(name, position, wire)


def error_file(value: Path) -> Path:
    """Where the error is kept that stands in the place of a value."""
    return value.with_name(f"{value.name}.error")


def _write_sources(backend: Backend, step: StoredStep, place: Place) -> None:
    """Write what the function is loaded from besides, under its content digest."""
    folder = place.folder(SOURCES)
    needed = decode_plan(step.task.payload).sources
    for address, data in zip(needed, backend.graph.contents(needed), strict=True):
        if data is not None:
            (folder / address.hex()).write_bytes(data)


def _write_code(backend: Backend, step: StoredStep, place: Place) -> None:
    """Write the code of the step to be read: each piece with its file and line."""
    code = (parsed(step.task.ingredients) or {}).get("code")
    listed = backend.graph.contents([Digest(bytes.fromhex(code))])[0] if code else None
    if listed is None:
        return
    pieces = [each for each in decode_pieces(listed) if each.text or each.value]
    texts = backend.graph.contents([Digest(each.text) for each in pieces if each.text])
    found = iter(texts)
    shown = (_piece(each, next(found) if each.text else None) for each in pieces)
    place.write_text("code.txt", "\n".join(shown))


def _piece(piece: Piece, text: bytes | None) -> str:
    where = f" ({piece.file}:{piece.line})" if piece.file else ""
    shown = piece.value if text is None else text.decode("utf-8", "replace")
    return f"# {piece.kind} {piece.path}{where}\n{shown.rstrip()}\n"


def _write_inputs(backend: Backend, step: StoredStep, place: Place) -> dict[str, Error]:
    folder = place.folder(INPUTS)
    errors: dict[str, Error] = {}
    for position, row in enumerate(step.row.inputs):
        path = input_file(folder, row.name, position, row.wire)
        error = write_stored(backend, row.artefact, path)
        if error is not None:
            errors[f"input:{row.name}"] = error
            error_file(path).write_bytes(encode_error(error))
    return errors


def _write_outputs(backend: Backend, step: StoredStep, place: Place) -> dict[str, Error]:
    errors: dict[str, Error] = {}
    if not step.state.status.is_finished:
        return errors
    folder = place.folder(OUTPUTS)
    outputs = zip(step.task.outputs, step.row.outputs, strict=True)
    for position, (output, artefact) in enumerate(outputs):
        path = folder / file_name(output.name, position, output.wire)
        error = write_stored(backend, artefact, path)
        if error is not None:
            errors[output.name] = error
    return errors
