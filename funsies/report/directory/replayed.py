"""A step read back from its directory: the function and its arguments."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from returns.result import Failure, Result, Success

from funsies.core.digest import Digest, content_digest
from funsies.core.errors import Error, FunsiesError, decode_error
from funsies.core.python_plan import PYTHON, decode_plan
from funsies.run.program import OtherProgramError, OwnProgram, Stage
from funsies.run.python import LoadedFunction, arguments, load

from .description import STEP_FILE
from .python_step import FUNCTION, INPUTS, SOURCES, error_file, input_file


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
        return load(plan)
    except OtherProgramError:
        Stage().enter(plan, lambda address: _read_source(directory, address))
    loaded = load(plan)
    loaded.overlay.apply()
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
