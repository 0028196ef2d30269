"""Pages of tasks, of steps, and of one step."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from typing import Final

from starlette.requests import Request

from funsies.client.lookup import step_behind
from funsies.client.progress import summed
from funsies.core.cutting import cut_lines
from funsies.core.digest import Digest, short_hash
from funsies.core.errors import Error, FunsiesError, read_error
from funsies.core.python_plan import PYTHON
from funsies.history.outcomes import statuses_of
from funsies.report.diagram.model import INPUT, URGENCY
from funsies.report.errors import facts_of, headline
from funsies.report.results import VOLATILE
from funsies.report.step import InputView, input_views
from funsies.store.connect import Backend
from funsies.store.execution_record import decode_record
from funsies.store.rows import Lease, Status, log_client

from .code import code_of
from .finding import MOST_LOOKED_AT, UNSUCCESSFUL, StepFilter, find_page
from .reading import KnownStep, named_by, printed_by, printed_outputs
from .site import Facts, Site
from .values import ShownValue, shown_value

STATES: Final = (*(each for each in (*URGENCY, VOLATILE) if each != INPUT), UNSUCCESSFUL)
SHOWN_OUTPUTS: Final = 12
_SAID: Final = {"kind", "source", "task", "step"}
_PLACE: Final = re.compile("[0-9]{1,20}")


def counts_pulse(site: Site, _request: Request) -> object:
    """Differs when a step has changed its state."""
    return site.backend.graph.counts()


def steps_pulse(site: Site, _request: Request) -> object:
    """Differs then, or when more is known of what steps are called."""
    return site.backend.graph.counts(), site.naming.edition()


def step_pulse(site: Site, request: Request) -> object:
    """Differs when something has become of a step, or when it has printed something.

    The definition is not read: that of a step with very many inputs is large.
    """
    graph, digest = site.backend.graph, step_of(site.backend, request)
    state = graph.states([digest])[0]
    told = graph.records([digest])[0], graph.log(digest), graph.news.tail(digest)
    return state, told, site.naming.edition()


def look_at_tasks(site: Site, _request: Request) -> Facts:
    """All task names with their counters."""
    counts = sorted(site.backend.graph.counts().items())
    return {
        "counts": counts,
        "unsuccessful": UNSUCCESSFUL,
        "sums": summed(each for _, each in counts),
    }


def look_at_steps(site: Site, request: Request) -> Facts:
    """A page of steps."""
    wanted = wanted_of(request)
    return {
        "wanted": wanted,
        "found": find_page(site.backend, wanted, site.naming),
        "states": STATES,
        "most": MOST_LOOKED_AT,
        "tasks": sorted(site.backend.graph.counts()),
    }


def wanted_of(request: Request) -> StepFilter:
    """Which steps an address asks for."""
    said = request.query_params
    place = said.get("place", "")
    return StepFilter(
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
    found = named_by(backend, request)
    if found.is_operation:
        return found.digest
    row = backend.graph.artefact(found.digest)
    return step_behind(short_hash(found.digest), None if row is None else row.producer)


@contextmanager
def following_step(site: Site, request: Request) -> Iterator[None]:
    """Have what a step prints told while it runs: workers do that for who listens."""
    graph = site.backend.graph
    with ExitStack() as held:
        with suppress(FunsiesError):  # no such step, or no server: the page itself says so
            digest = step_of(site.backend, request)
            client = log_client(digest)
            held.enter_context(closing(graph.news.subscribe(client)))
            graph.watch(client, [digest])
        yield


def look_at_step(site: Site, request: Request) -> Facts:
    """All about a step that may change."""
    backend = site.backend
    digest = step_of(backend, request)
    step = site.definitions.step(backend, digest)
    values = [
        (output, name, _value(site, output) if step.state.results else ShownValue())
        for output, name in step.outputs[:SHOWN_OUTPUTS]
    ]
    labels = site.naming.labels([digest])
    error = next((value.error for _, _, value in values if value.error), None)
    return {
        "step": step,
        "label": labels.of(digest, step.row.task_name),
        "status": statuses_of(backend, [digest], [step.state])[0],
        "record": decode_record(backend.graph.records([digest])[0]),
        "lease": _lease(backend, step),
        "inputs": _inputs(backend, step),
        "makers": _makers(site, step),
        "outputs": values,
        "more_outputs": len(step.outputs) - len(values),
        "labels": labels,
        "error": error,
        "error_headline": "" if error is None else headline(error, labels),
        "error_details": "" if error is None else cut_lines(error.details.rstrip("\n")),
        "error_facts": {} if error is None else _facts(error),
        "printed": printed_by(backend, step),
        "printed_outputs": printed_outputs(step),
    }


def _facts(error: Error) -> dict[str, str]:
    """What is known of an error, without what the page says of the step anyway."""
    return {name: text for name, text in facts_of(error).items() if name not in _SAID}


def look_at_code(site: Site, request: Request) -> Facts:
    """What a step does, which never changes."""
    backend = site.backend
    step = site.definitions.step(backend, step_of(backend, request))
    error = (
        read_error(backend.graph.contents([step.state.error])[0]) if step.state.error else None
    )
    return {"code": code_of(backend, backend.graph.task(step.row.task, PYTHON), error)}


def _value(site: Site, output: Digest) -> ShownValue:
    return shown_value(site.backend, output, site.definitions.artefact)


def _inputs(backend: Backend, step: KnownStep) -> list[InputView]:
    known = step.definition
    left_out = known.number_of_inputs - len(known.row.inputs)
    return input_views(backend, known.row.inputs, known.arguments, left_out)


def _makers(site: Site, step: KnownStep) -> dict[str, str]:
    """What the steps are called that make the inputs which are shown, by hash."""
    makers = dict.fromkeys(each.producer for each in step.row.inputs if each.producer)
    found = (site.definitions.find(site.backend, each) for each in makers)
    rows = [each.row for each in found if each is not None]
    labels = site.naming.labels([row.digest for row in rows])
    return {row.digest.hex(): labels.of(row.digest, row.task_name) for row in rows}


def _lease(backend: Backend, step: KnownStep) -> Lease | None:
    """Who runs it, if somebody does: there are as many leases as workers, not as steps."""
    if step.state.status is not Status.RUNNING:
        return None
    leases = backend.graph.leases()
    return next((each for each in leases if each.operation == step.row.digest), None)
