"""``reset``: forgetting results, all of them or only those of steps that failed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from funsies.config.program import user_name
from funsies.core.digest import Digest
from funsies.core.errors import WiringError
from funsies.core.former_names import former_keywords
from funsies.core.graph import Operation
from funsies.core.traversal import reachable
from funsies.history.resets import note_reset
from funsies.session import Session, current_session
from funsies.store.graph_reader import built_by, read_levels
from funsies.store.ports import GraphReader, GraphStore
from funsies.store.rows import Generation, OperationState, Status

from .targets import Target, Targets, collect


@former_keywords(thing="give it by position")
def reset(
    *things: Target,
    recursive: bool = True,
    failed: bool = False,
    connection: Session | None = None,
) -> int:
    """Forget results, so that the next ``execute`` computes them again.

    Args:
        things: artefacts, shell outputs, or lists of them; the steps that make them are meant.
        recursive: True also forgets the results of everything that depends on them.
        failed: True means only the steps that failed, among those given and all that they need.
        connection: a session; None for that of the enclosing ``Fun``.

    Returns:
        The number of steps whose results were forgotten.

    Raises:
        WiringError: if something is a constant, which has no step.

    >>> with Fun(Server("memory://")):
    ...     total = reduce(sum, [3, 2])
    ...     doubled = total.map(lambda number: 2 * number)
    ...     _ = execute(doubled)
    ...     reset(doubled, failed=True), reset(total)
    (0, 2)
    """
    session = current_session("reset()", connection)
    targets = collect(things)
    if not targets.digests:
        raise WiringError("a constant cannot be reset: no step makes it")
    graph = session.backend.graph
    chosen = failures_below(graph, targets) if failed else targets.digests
    for digest in chosen:
        session.asked.pop(digest, None)
    session.awaited.clear()  # what depends on them is forgotten, too
    return forget(graph, chosen, recursive=recursive)


def forget(
    graph: GraphStore,
    operations: Iterable[Digest],
    *,
    recursive: bool = True,
    retries: bool = False,
) -> int:
    """Forget the results of operations, and of what depends on them; note who did it.

    Args:
        graph: where they are stored.
        operations: what to forget.
        recursive: True also forgets what depends on them.
        retries: True if they have failed, and are to be run again for that.

    Returns:
        How many were forgotten.
    """
    named = list(dict.fromkeys(operations))
    order = read_levels(named, graph.consumers) if recursive else named
    number = graph.reset(list(reversed(order))) if order else 0
    if number:
        user = user_name()
        note_reset(
            graph.named, named, user=user, is_recursive=recursive, retries_failed=retries
        )
    return number


def retry_failed(session: Session, targets: Targets) -> None:
    """Forget what failed of the targets and all that they need, if the session is to do so."""
    if session.retries_before is not None:
        graph = session.backend.graph
        failed = failures_below(graph, targets, before=session.retries_before)
        forget(graph, failed, retries=True)


def failures_below(
    graph: GraphReader, targets: Targets, *, before: Generation | None = None
) -> list[Digest]:
    """Find what failed and is remembered, among some operations and all that they need.

    What dynamic steps built is looked at, too.

    Args:
        graph: where they are stored.
        targets: the operations.
        before: only what nobody has asked for since this request; None for all.
    """
    found: list[Digest] = []

    def read(page: Sequence[Digest]) -> Iterator[Digest]:
        states = zip(page, graph.states(page), strict=True)
        found.extend(each for each, state in states if _is_remembered_failure(state, before))
        return _above(graph, page)

    read_levels([*_built(targets), *targets.stored], read)
    return found


def _is_remembered_failure(state: OperationState, before: Generation | None) -> bool:
    is_old = before is None or state.generation < before
    return state.status is Status.FAILED and not state.volatile and is_old


def _built(targets: Targets) -> list[Digest]:
    """What this program built of it: the store may not know all of that yet."""
    return [each.digest for each in reachable(targets.built.values(), Operation.producers)]


def _above(graph: GraphReader, operations: Sequence[Digest]) -> Iterator[Digest]:
    """Whose results operations take: producers of inputs, and what dynamic ones went on as."""
    rows = [row for row in graph.operations(operations) if row is not None]
    for row in rows:
        yield from row.producers
    yield from built_by(graph, rows).values()
