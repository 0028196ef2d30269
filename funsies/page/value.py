"""The page of one value: an output of a step, or a constant."""

from __future__ import annotations

from starlette.requests import Request

from funsies.core.digest import Digest, short_hash
from funsies.core.errors import UnknownHashError
from funsies.store.connect import Backend
from funsies.store.rows import ArtefactRow

from .desk import Desk
from .live import Facts
from .named import named_by
from .values import shown_value


def value_pulse(desk: Desk, request: Request) -> object:
    """Differs when the step that makes it has changed its state; a constant never changes."""
    graph, row = desk.backend.graph, _row(desk.backend, request)
    if row.producer is None:
        return None
    return graph.states([row.producer]), desk.naming.edition()


def look_at_value(desk: Desk, request: Request) -> Facts:
    """One value."""
    row = _row(desk.backend, request)
    return {
        "artefact": row.digest,
        "producer": row.producer,
        "maker": None if row.producer is None else _called(desk, row.producer),
        "value": shown_value(desk.backend, row.digest, desk.definitions.artefact),
    }


def _called(desk: Desk, step: Digest) -> str:
    """What a step is called, or else its task."""
    labels = desk.naming.labels([step])
    return labels.of(step, desk.definitions.read(desk.backend, step).row.task_name)


def _row(backend: Backend, request: Request) -> ArtefactRow:
    found = named_by(backend, request)
    row = None if found.is_operation else backend.graph.artefact(found.digest)
    if row is None:
        raise UnknownHashError(f"{short_hash(found.digest)} is a step, not a value")
    return row
