"""Pages of tasks, of steps, of one step, and of one value."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from starlette.requests import Request

from funsies.client.lookup import find
from funsies.core.digest import Digest
from funsies.core.errors import Error, FunsiesError, UnknownHashError
from funsies.history.statuses import statuses_of
from funsies.report.colours import VOLATILE
from funsies.report.errors import describe_error
from funsies.report.graph.model import INPUT, URGENCY
from funsies.report.step import PREVIEW_INPUTS, inputs_of
from funsies.run.record import decode_record
from funsies.run.tail import decode_tail
from funsies.store.connect import Backend
from funsies.store.ports import Subscription
from funsies.store.rows import Status, log_client

from .desk import Desk
from .finding import MOST_LOOKED_AT, Wanted, find_page
from .live import Facts
from .reading import KnownStep, read_known_step
from .values import ShownValue, shown_value

STATES: Final = tuple(each for each in (*URGENCY, VOLATILE) if each != INPUT)
SHOWN_OUTPUTS: Final = 12
_WHOLE: Final = re.compile("[0-9a-f]{64}")
_PLACE: Final = re.compile("[0-9]{1,20}")
SHOWN_LOG_BYTES: Final = 1 << 16


def counts_pulse(desk: Desk, _request: Request) -> object:
    """Differs when a step has changed its state."""
    return desk.backend.graph.counts()


def step_pulse(desk: Desk, request: Request) -> object:
    """Differs when something has become of a step, or when it has printed something.

    The definition is not read: that of a step with very many inputs is large.
    """
    graph, digest = desk.backend.graph, _whole(request)
    if digest is None or graph.states([digest])[0].status is Status.IDLE:
        digest = step_of(desk.backend, request)  # it may be the hash of an output
    state = graph.states([digest])[0]
    return state, graph.record(digest), graph.log(digest), graph.tail(digest)


def always(_desk: Desk, _request: Request) -> object:
    """Differs always: what looks at one thing only is cheap enough."""
    return object()


def look_at_tasks(desk: Desk, _request: Request) -> Facts:
    """All task names with their counters."""
    counts = sorted(desk.backend.graph.counts().items())
    pending = sum(each.pending for _, each in counts)
    failed = sum(each.failed for _, each in counts)
    done = sum(each.done for _, each in counts)
    return {"counts": counts, "pending": pending, "failed": failed, "done": done}


def look_at_steps(desk: Desk, request: Request) -> Facts:
    """A page of steps."""
    wanted = wanted_of(request)
    return {
        "wanted": wanted,
        "found": find_page(desk.backend, wanted, desk.namer),
        "states": STATES,
        "most": MOST_LOOKED_AT,
        "tasks": sorted(desk.backend.graph.counts()),
    }


def wanted_of(request: Request) -> Wanted:
    """Which steps an address asks for."""
    said = request.query_params
    place = said.get("place", "")
    return Wanted(
        state=said.get("state", "") if said.get("state") in STATES else "",
        task=said.get("task", ""),
        text=said.get("text", "").strip(),
        place=int(place) if _PLACE.fullmatch(place) else 0,
    )


def step_of(backend: Backend, request: Request) -> Digest:
    """The step that an address names by its hash, or by that of one of its outputs.

    Raises:
        UnknownHashError: if there is none.
    """
    whole = _whole(request)
    if whole is not None and not backend.graph.undefined([whole]):
        return whole
    found = find(backend, request.path_params["hash"])
    if found.is_operation:
        return found.digest
    row = backend.graph.artefact(found.digest)
    if row is None or row.producer is None:
        raise UnknownHashError(f"{found.digest.hex()[:10]} is a constant: no step makes it")
    return row.producer


def _whole(request: Request) -> Digest | None:
    """The hash of an address, if it is written in full: nothing has to be read to find it."""
    text = request.path_params["hash"]
    return Digest(bytes.fromhex(text)) if _WHOLE.fullmatch(text) else None


@contextmanager
def following_step(desk: Desk, request: Request) -> Iterator[None]:
    """Have what a step prints told while it runs: workers do that for who listens."""
    listening = _listening(desk, request)
    try:
        yield
    finally:
        if listening is not None:
            listening.close()


def _listening(desk: Desk, request: Request) -> Subscription | None:
    """None if there is no such step, or no server: the page itself says so."""
    graph = desk.backend.graph
    try:
        digest = step_of(desk.backend, request)
        client = log_client(digest)
        listening = graph.subscribe(client)
        graph.watch(client, [digest])
    except FunsiesError:
        return None
    return listening


def look_at_step(desk: Desk, request: Request) -> Facts:
    """All about a step."""
    backend = desk.backend
    digest = step_of(backend, request)
    step = read_known_step(backend, digest)
    values = [
        (output, name, shown_value(backend, output) if step.state.results else ShownValue())
        for output, name in step.outputs[:SHOWN_OUTPUTS]
    ]
    error = next((value.error for _, _, value in values if value.error), None)
    return {
        "step": step,
        "label": desk.namer.label(backend, step.row),
        "status": statuses_of(backend, [digest], [step.state])[0],
        "record": decode_record(backend.graph.record(digest)),
        "inputs": inputs_of(backend, digest),
        "most_inputs": PREVIEW_INPUTS,
        "outputs": values,
        "more_outputs": len(step.outputs) - len(values),
        "error": error,
        "error_lines": _error_lines(backend, error),
        "log": _log(backend, step)[-SHOWN_LOG_BYTES:].decode(errors="replace"),
    }


def _log(backend: Backend, step: KnownStep) -> bytes:
    """What a step has printed: so far, if it runs; else when it was run last."""
    graph, digest = backend.graph, step.row.digest
    if step.state.status is Status.RUNNING:
        tail = decode_tail(graph.tail(digest))
        return b"" if tail is None else b"".join(each.data for each in tail.streams)
    return graph.log(digest) or b""


def _error_lines(backend: Backend, error: Error | None) -> str:
    if error is None:
        return ""
    inputs = inputs_of(backend, Digest(bytes.fromhex(error.source))) if error.source else []
    return "\n".join(describe_error(error, inputs))


def look_at_value(desk: Desk, request: Request) -> Facts:
    """One value: an output of a step, or a constant."""
    backend = desk.backend
    found = find(backend, request.path_params["hash"])
    row = None if found.is_operation else backend.graph.artefact(found.digest)
    if row is None:
        raise UnknownHashError(f"{found.digest.hex()[:10]} is a step, not a value")
    return {
        "artefact": found.digest,
        "producer": row.producer,
        "value": shown_value(backend, found.digest),
    }
