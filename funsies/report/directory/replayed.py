"""A step read back from its directory: the function and its arguments."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from returns.result import Failure, Result, Success

from funsies.core.errors import Error, FunsiesError, decode_error
from funsies.core.python_plan import PYTHON, decode_plan
from funsies.run.python import arguments, load

from .description import STEP_FILE
from .python_step import FUNCTION, INPUTS, error_file, input_file


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
    loaded = load(decode_plan((directory / FUNCTION).read_bytes()))
    values = {
        row["name"]: _value(directory / INPUTS, row, position)
        for position, row in enumerate(about["inputs"])
    }
    if about["strict"]:
        _check_all_there(values)
    positional, keywords = arguments(loaded, values, strict=about["strict"])
    return ReplayedStep(loaded.function, tuple(positional), keywords)


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
