"""Asking the store for results: from targets to a request for everything they need.

If the targets are there already, nothing is written. Otherwise the graph below them is walked
once, and what is not finished is defined, if the store does not know it, and requested: leaves
first, in batches, so that workers start with the first while the client writes the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Final

import msgspec

from funsies.core.digest import Digest
from funsies.core.errors import UnknownHashError
from funsies.core.graph import Operation, Task
from funsies.core.options import Options
from funsies.core.python_plan import PYTHON

from .connect import Backend
from .graph_writer import (
    define,
    define_task,
    is_signed,
    restore_constants,
    save_options,
)
from .lost_results import forget_lost
from .request_graph import RequestGraph, RequestNode, Survey, is_final
from .rows import Generation, OperationState, QueueName, TaskRow, Wanted
from .stored_labels import keep_labels

BATCH_REQUESTS: Final = 100
MAX_ROUNDS: Final = 20
"""How often a request is repeated while other clients keep resetting what it needs."""

LOCAL_PREFIX: Final = "local-"
"""Queues of this kind are served by one client, in its own process."""


def queue_name(queue: str, python: str = PYTHON) -> QueueName:
    """Name of the queue for one minor version of Python."""
    return QueueName(f"{queue}@{python}")


class Submission(msgspec.Struct, frozen=True):
    """What was asked for.

    Attributes:
        generation: number of the request.
        targets: the operations asked for.
        operations: all operations requested with them, leaves first; empty if every target
            was there already.
        started: how many of them were idle.
        arm: queues on which work is ready and no drain job is queued; empty if the caller was
            told of them meanwhile.
    """

    generation: Generation
    targets: tuple[Digest, ...]
    operations: tuple[Digest, ...]
    started: int
    arm: tuple[QueueName, ...]


def submit(
    backend: Backend,
    built: Sequence[Operation] = (),
    stored: Sequence[Digest] = (),
    *,
    generation: Generation | None = None,
    stored_options: Options | None = None,
    queue: str | None = None,
    resets: bool = False,
    arm: Callable[[Sequence[QueueName]], None] | None = None,
) -> Submission:
    """Ask for the results of operations.

    Args:
        backend: where.
        built: targets that this program built.
        stored: targets that only the store knows.
        generation: number of the request; None for a new one.
        stored_options: how to run operations that only the store knows; None for the way in
            which they were built first.
        queue: on which everything is to run, whatever the options say; None to go by them.
        resets: True heeds ``options(reset=True)``: earlier results of such operations, and of
            what depends on them, are forgotten first.
        arm: told of queues as soon as work is ready on them, so that workers start while the
            rest is still being requested.

    Raises:
        UnknownHashError: if the store does not know one of them, or something below it.
    """
    targets = tuple(dict.fromkeys([*(each.digest for each in built), *stored]))
    number = generation if generation is not None else backend.graph.new_generation()
    request = _Request(backend, number, queue, arm)
    graph = RequestGraph(backend, stored_options)
    unseen = graph.add_built(built)
    keep_labels(
        backend.graph.named, (node.built for node in graph.nodes.values() if node.built)
    )
    if resets:
        backend.graph.reset(graph.to_be_reset())
    if _are_there(request, targets, built, stored_options or Options()):
        return Submission(number, targets, (), 0, ())
    graph.add_stored(unseen | set(stored))
    operations = request.ask(graph, targets)
    left_to_arm = () if arm is not None else tuple(request.armed)
    return Submission(number, targets, operations, request.started, left_to_arm)


def _are_there(
    request: _Request, targets: Sequence[Digest], built: Sequence[Operation], options: Options
) -> bool:
    """True if every target has a final result, with its bytes; forget those without."""
    states = request.backend.graph.states(targets)
    lost = forget_lost(request.backend, targets, states)
    if lost or not all(is_final(state) for state in states):
        return False
    by_digest = {each.digest: each.options for each in built}
    nodes = {
        target: RequestNode(target, (), by_digest.get(target, options)) for target in targets
    }
    return not request.send(targets, nodes)


class _Request:
    """One request in the making."""

    def __init__(
        self,
        backend: Backend,
        generation: Generation,
        queue: str | None,
        arm: Callable[[Sequence[QueueName]], None] | None,
    ) -> None:
        self.backend = backend
        self.generation = generation
        self.queue = queue
        self.started = 0
        self.armed: dict[QueueName, None] = {}
        self._arm = arm
        self._written: set[Digest] = set()
        self._seen: set[Digest] = set()
        self._undefined: dict[Digest, Operation] = {}
        self._how: dict[tuple[int, str], tuple[QueueName, Digest]] = {}

    def ask(self, graph: RequestGraph, targets: Sequence[Digest]) -> tuple[Digest, ...]:
        """Define what the store does not know, and request everything that is not finished."""
        states: Mapping[Digest, OperationState] = self._survey(graph, targets)
        asked: dict[Digest, None] = {}
        wanted: Sequence[Digest] = targets
        for _ in range(MAX_ROUNDS):
            graph.add_stored(each for each in wanted if each not in graph.nodes)
            order = graph.leaves_first(wanted, states)
            asked |= dict.fromkeys(order)
            needs = self.send(order, graph.nodes)
            if not needs:
                self._define(list(self._undefined))
                return tuple(asked)
            self._look_for_definitions(graph, graph.nodes)  # also below what is finished
            wanted, states = [*needs, *targets], {}
        raise UnknownHashError(
            "the request could not be placed: what it needs is reset again and again by others"
        )

    def _survey(
        self, graph: RequestGraph, targets: Sequence[Digest]
    ) -> dict[Digest, OperationState]:
        """How far everything is that is needed, as far as the store knows what it is."""
        survey = Survey(graph.nodes, self.backend.graph.states)
        survey.look(targets)
        pending = [each for each, state in survey.states.items() if not is_final(state)]
        self._look_for_definitions(graph, (*targets, *pending))
        return {
            each: state for each, state in survey.states.items() if each not in self._undefined
        }

    def _look_for_definitions(self, graph: RequestGraph, digests: Iterable[Digest]) -> None:
        """See which of these operations of this program the store does not know."""
        fresh = [each for each in digests if each not in self._seen and graph.nodes[each].built]
        self._seen.update(fresh)
        for digest in self.backend.graph.undefined(fresh) if fresh else ():
            built = graph.nodes[digest].built
            if built is not None:
                self._undefined[digest] = built

    def send(
        self, order: Sequence[Digest], nodes: Mapping[Digest, RequestNode]
    ) -> list[Digest]:
        """Request operations in batches, and return what they need and is not there."""
        needs: dict[Digest, None] = {}
        for start in range(0, len(order), BATCH_REQUESTS):
            batch = order[start : start + BATCH_REQUESTS]
            self._define(batch)
            built = [node.built for each in batch if (node := nodes[each]).built]
            self._bring_tasks(built)
            restore_constants(self.backend, built, self._written)
            wanted = [self._wanted(nodes[each]) for each in batch]
            answer = self.backend.graph.request(self.generation, wanted)
            needs |= dict.fromkeys(answer.needs)
            self.started += answer.started
            self._call_workers(answer.arm)
        return list(needs)

    def _define(self, digests: Iterable[Digest]) -> None:
        undefined = self._undefined
        batch = [undefined.pop(digest) for digest in digests if digest in undefined]
        if batch:
            define(self.backend, batch, self._written)

    def _bring_tasks(self, operations: Iterable[Operation]) -> None:
        """Write tasks of known operations whose definition here is another than that stored.

        Another version of Python has written it, or a program whose modules were others, or
        somebody who has not our key: what kept it from being loaded may be mended by now.
        """
        for task in (each.task for each in operations):
            if task.is_stored or task.digest in self._written:
                continue
            self._written.add(task.digest)
            row = self.backend.graph.task(task.digest, task.python or "")
            is_stored = row is not None and self._is_as_stored(task, row)
            if not is_stored or self._lacks_sources(task):
                define_task(self.backend, task)

    def _lacks_sources(self, task: Task) -> bool:
        """Whether something that the payload refers to is gone or damaged."""
        sources = task.contents()
        return self.backend.graph.contents(list(sources)) != list(sources.values())

    def _is_as_stored(self, task: Task, row: TaskRow) -> bool:
        keys = self.backend.keys
        is_ours = row.digest == task.digest and is_signed(row, keys)
        if not is_ours or row.python != (task.python or ""):
            return False
        # Without a key nothing else tells whether the payload is whole.
        return task.is_as_in(row.payload) if keys else row.payload == task.payload()

    def _call_workers(self, queues: Sequence[QueueName]) -> None:
        """Once for each queue: workers that are there call others if there is more to do."""
        fresh = [queue for queue in queues if queue not in self.armed]
        self.armed |= dict.fromkeys(fresh)
        if fresh and self._arm is not None:
            self._arm(fresh)

    def _wanted(self, node: RequestNode) -> Wanted:
        options = node.options
        how = self._how.get((id(options), node.python))  # the graph keeps the options
        if how is None:
            queue = queue_name(self.queue or options.queue, node.python)
            address = save_options(self.backend, options, self._written)
            how = self._how[id(options), node.python] = queue, address
        return Wanted(node.digest, how[0], options.priority, how[1], 1 + options.lost_retries)
