"""A Python step as files, with a script that calls its function again; read back from them."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from returns.result import Failure, Result, Success

from funsies.client.stored_step import StoredStep, is_trusted
from funsies.core.digest import Digest, content_digest
from funsies.core.errors import Error, FunsiesError, decode_error, encode_error
from funsies.core.pieces import Piece, decode_pieces
from funsies.core.python_plan import PYTHON, decode_plan
from funsies.run.program import OtherProgramError, OwnProgram, Stage
from funsies.run.python import LoadedFunction, arguments, load_plan
from funsies.run.surroundings import set_variables
from funsies.store.connect import Backend

from .description import STEP_FILE, parsed, write_stored
from .place import ReplayDirectory, file_name

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


def write_python_step(
    backend: Backend, step: StoredStep, place: ReplayDirectory
) -> dict[str, Error]:
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


def _write_sources(backend: Backend, step: StoredStep, place: ReplayDirectory) -> None:
    """Write what the function is loaded from besides, under its content digest."""
    folder = place.folder(SOURCES)
    needed = decode_plan(step.task.payload).sources
    for address, data in zip(needed, backend.graph.contents(needed), strict=True):
        if data is not None:
            (folder / address.hex()).write_bytes(data)


def _write_code(backend: Backend, step: StoredStep, place: ReplayDirectory) -> None:
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


def _write_inputs(
    backend: Backend, step: StoredStep, place: ReplayDirectory
) -> dict[str, Error]:
    folder = place.folder(INPUTS)
    errors: dict[str, Error] = {}
    for position, row in enumerate(step.row.inputs):
        path = input_file(folder, row.name, position, row.wire)
        error = write_stored(backend, row.artefact, path)
        if error is not None:
            errors[f"input:{row.name}"] = error
            error_file(path).write_bytes(encode_error(error))
    return errors


def _write_outputs(
    backend: Backend, step: StoredStep, place: ReplayDirectory
) -> dict[str, Error]:
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


@dataclass(frozen=True, slots=True)
class ReplayedStep:
    """A Python step, ready to be called.

    Attributes:
        function: what the step calls.
        arguments: its positional arguments.
        keywords: its keyword arguments.
    """

    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]


def load_replayed(directory: Path) -> ReplayedStep:
    """Read a step from its directory. This unpickles, and so runs, code from the directory.

    If this program has not made the step itself, the process becomes the program that has:
    modules of the same names are forgotten, and ``__main__`` is that of the step.

    Raises:
        FunsiesError: if it holds no Python step, one for another version of Python, or one
            whose inputs are not there.
        Exception: whatever the pickle raises.
    """
    about = _description(directory)
    if about["python"] not in (None, PYTHON):
        raise FunsiesError(
            f"the function was made by Python {about['python']}; this is Python {PYTHON}"
        )
    loaded = _loaded(directory)
    values = {
        row["name"]: _value(directory / INPUTS, row, position)
        for position, row in enumerate(about["inputs"])
    }
    if about["strict"]:
        _check_all_there(values)
    positional, keywords = arguments(loaded, values, strict=about["strict"])
    return ReplayedStep(loaded.function, tuple(positional), keywords)


def _loaded(directory: Path) -> LoadedFunction:
    plan = decode_plan((directory / FUNCTION).read_bytes())
    try:
        OwnProgram().enter(plan, _nothing)
        return load_plan(plan)
    except OtherProgramError:
        Stage().enter(plan, lambda address: _read_source(directory, address))
    loaded = load_plan(plan)
    loaded.overlay.apply()
    set_variables(loaded.plan.environment)
    return loaded


def _nothing(address: Digest) -> bytes:
    raise FunsiesError(f"{address.hex()} is not asked for in the program itself")


def _read_source(directory: Path, address: Digest) -> bytes:
    try:
        data = (directory / SOURCES / address.hex()).read_bytes()
    except OSError as problem:
        raise FunsiesError(
            f"{directory} is not whole: write it anew by funsies debug"
        ) from problem
    if content_digest(data) != address:
        raise FunsiesError(
            f"{directory / SOURCES / address.hex()} was changed after it was written"
        )
    return data


def _description(directory: Path) -> dict[str, Any]:
    if not (directory / STEP_FILE).exists() or not (directory / FUNCTION).exists():
        raise FunsiesError(
            f"{directory} holds no Python step; funsies debug HASH writes such a directory"
        )
    about: dict[str, Any] = json.loads((directory / STEP_FILE).read_text(encoding="utf-8"))
    return about


def _value(folder: Path, row: Mapping[str, Any], position: int) -> Result[bytes, Error]:
    path = input_file(folder, row["name"], position, row["wire"])
    error = error_file(path)
    if error.exists():
        return Failure(decode_error(error.read_bytes()))
    return Success(path.read_bytes())


def _check_all_there(values: Mapping[str, Result[bytes, Error]]) -> None:
    for name, value in values.items():
        if isinstance(value, Failure):
            error: Error = value.failure()
            raise FunsiesError(
                f"input {name!r} has no value ({error.kind.value}: {error.details[:200]})"
            )
