"""What a step is and what became of it, as JSON."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from typing import Any, Final

from msgspec import to_builtins

from funsies.client.stored_step import StoredStep
from funsies.client.volatile import is_volatile
from funsies.core.options import Options
from funsies.store.rows import Result

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
    results: Sequence[Result | None] = (*step.state.results, *[None] * lacking)
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
