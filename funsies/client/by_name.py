"""Steps found by the name of their task."""

from __future__ import annotations

from typing import Final

from funsies.core.digest import Digest
from funsies.core.encoding import to_preview
from funsies.core.errors import UnknownHashError
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.rows import InputRow, OperationRow

_MAX_SHOWN: Final = 10
_MAX_INPUTS: Final = 6
_MAX_CHARACTERS: Final = 40
_HASH_DIGITS: Final = 10


def steps_named(backend: Backend, name: str) -> list[OperationRow]:
    """All steps of a task name. It looks at every step that the server knows."""
    found = backend.graph.all_operations()
    return [
        row
        for batch in batches(found)
        for row in backend.graph.operations(batch)
        if row is not None and row.task_name == name
    ]


def only_step(backend: Backend, name: str, steps: list[OperationRow]) -> Digest:
    """The one step of a name.

    Raises:
        UnknownHashError: if there are several; it lists them with their inputs.
    """
    if len(steps) == 1:
        return steps[0].digest
    lines = [f"  {_short(row.digest)}  {_call(backend, row)}" for row in steps[:_MAX_SHOWN]]
    if len(steps) > _MAX_SHOWN:
        lines.append(f"  ... and {len(steps) - _MAX_SHOWN} more: funsies ls --steps {name}")
    raise UnknownHashError(
        f"there are {len(steps)} steps with the name {name!r}; give the hash of one of them:\n"
        + "\n".join(lines)
    )


def _call(backend: Backend, row: OperationRow) -> str:
    """The step as a call: ``area(2.0, name='a')``, with the hashes of inputs that are made."""
    inputs = row.counted_inputs[:_MAX_INPUTS]
    shown = [_input(backend, each) for each in inputs]
    more = ["..."] if len(row.inputs) > _MAX_INPUTS else []
    return f"{row.task_name}({', '.join(shown + more)})"


def _input(backend: Backend, row: InputRow) -> str:
    keyword = "" if row.name.isdecimal() else f"{row.name}="
    if row.content is None:
        return f"{keyword}<{_short(row.artefact)}>"
    data = None if row.large else backend.graph.contents([row.content])[0]
    if data is None:
        return f"{keyword}<large>"
    is_text = row.wire == "json" and data[:1] == b'"'  # with its quotes
    text = (data if is_text else to_preview(row.wire, data)).decode(errors="replace")
    return keyword + (text if len(text) <= _MAX_CHARACTERS else f"{text[:_MAX_CHARACTERS]}...")


def _short(digest: Digest) -> str:
    return digest.hex()[:_HASH_DIGITS]
