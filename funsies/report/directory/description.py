"""What stands in the directory: what a step is and what became of it, and values, streamed."""

from __future__ import annotations

import dataclasses
import json
import shutil
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
from msgspec import to_builtins
from returns.pipeline import is_successful

from funsies.client.lookup import stored_artefact
from funsies.client.lost_values import lost
from funsies.client.stored_step import StoredStep, opened
from funsies.client.values import may_be_run, open_value
from funsies.client.volatile import is_volatile
from funsies.core.digest import Digest
from funsies.core.encoding import text_pieces
from funsies.core.errors import DataCorruptedError, DataMissingError, Error
from funsies.core.options import Options
from funsies.store.connect import Backend
from funsies.store.data import make_executable, unpack
from funsies.store.rows import StoredResult

STEP_FILE: Final = "operation.json"
VALUE_FILE: Final = "artefact.json"


def describe_step(step: StoredStep) -> dict[str, Any]:
    """Describe a step, without its values and the values of its environment."""
    return {
        "operation": step.hash,
        "task": step.task.name,
        "kind": step.task.kind.value,
        "python": step.task.python or None,
        "strict": step.task.strict,
        "status": step.state.status.value,
        "volatile": is_volatile(step.state),
        "attempts": step.state.attempts,
        "inputs": [
            {
                "name": row.name,
                "artefact": row.artefact.hex(),
                "made_by": None if row.producer is None else row.producer.hex(),
                "wire": row.wire,
            }
            for row in step.row.inputs
        ],
        "outputs": _outputs(step),
        "options": _options(step.options),
        "record": to_builtins(step.record),
        "identity": parsed(step.task.ingredients),
    }


def _outputs(step: StoredStep) -> list[dict[str, Any]]:
    lacking = len(step.row.outputs) - len(step.state.results)
    results: Sequence[StoredResult | None] = (*step.state.results, *[None] * lacking)
    return [
        {
            "name": output.name,
            "artefact": artefact.hex(),
            "type": output.type_name,
            "wire": output.wire,
            "is_error": None if result is None else not result.ok,
            "size_bytes": None if result is None else result.size_bytes,
        }
        for output, artefact, result in zip(
            step.task.outputs, step.row.outputs, results, strict=False
        )
    ]


def _options(options: Options) -> dict[str, Any]:
    """Options may hold secrets in ``env``: only the names are told."""
    told = {field.name: getattr(options, field.name) for field in dataclasses.fields(options)}
    return told | {"env": sorted(options.env)}


def parsed(data: bytes | None) -> Any:
    """JSON that the server keeps; None if there is none, or it is damaged."""
    try:
        return json.loads(data or b"null")
    except ValueError:
        return None


def write_stored(
    backend: Backend, artefact: Digest, path: Path, *, text_of: str | None = None
) -> Error | None:
    """Write the bytes of a value into a file; directories are made.

    Args:
        backend: where it is.
        artefact: its address.
        path: the file.
        text_of: wire form of the value, to write a text without quotes, and files as files
            into the directory ``path``; None writes the bytes as they are stored.

    Returns:
        The error in its place; then there is no file.
    """
    with opened(backend, artefact) as found:
        if not is_successful(found):
            return found.failure()
        path.parent.mkdir(parents=True, exist_ok=True)
        stream = found.unwrap()
        try:
            if text_of == "files":
                unpack(stream, path, replace=True)
                return None
            with path.open("wb") as target:
                if text_of in {None, "blob"}:
                    shutil.copyfileobj(stream, target)
                else:
                    again = partial(open_value, backend, stored_artefact(backend, artefact))
                    target.writelines(
                        text_pieces(str(text_of), stream, lambda: again().unwrap())
                    )
        except (DataCorruptedError, DataMissingError) as problem:
            path.unlink(missing_ok=True)
            return lost(backend, stored_artefact(backend, artefact), problem)
    if may_be_run(backend, stored_artefact(backend, artefact)):
        make_executable(path)
    return None


def as_json(error: Error) -> object:
    """An error, for JSON; what is not known is left out."""
    facts = msgspec.to_builtins(error)
    return {name: value for name, value in facts.items() if value is not None}
