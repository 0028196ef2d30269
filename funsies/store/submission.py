"""Asking the store for results: from targets to a request for everything they need.

If the targets are there already, nothing is written. Otherwise the graph below them is walked
once, and what is not finished is defined, if the store does not know it, and requested: leaves
first, in batches, so that workers start with the first while the client writes the others.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from funsies.core.digest import Digest, short_hash
from funsies.core.errors import UnknownHashError
from funsies.core.graph import Operation, Stored, Task
from funsies.core.options import Options
from funsies.core.python_plan import PYTHON

from .connect import Backend
from .definitions import (
    define,
    define_task,
    is_signed,
    load_options,
    restore_constants,
    save_options,
)
from .labels import keep_labels
from .lost_bytes import forget_lost
from .rows import Generation, OperationRow, OperationState, QueueName, TaskRow, Wanted

BATCH_REQUESTS: Final = 100
MAX_ROUNDS: Final = 20
"""How often a request is repeated while other clients keep resetting what it needs."""

LOCAL_PREFIX: Final = "local-"
"""Queues of this kind are served by one client, in its own process."""


def queue_name(queue: str, python: str = PYTHON) -> QueueName:
    """Name of the queue for one minor version of Python."""
    return QueueName(f"{queue}@{python}")


@dataclass(frozen=True, slots=True)
class Submission:
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


@dataclass(frozen=True, slots=True)
class Node:
    """One operation of the graph below the targets, from this program or from the store.

    Attributes:
        digest: its address.
        producers: operations that make its inputs.
        options: how to run it.
        built: the operation, if this program built it.
        python: minor version of Python that can run it.
    """

    digest: Digest
    producers: tuple[Digest, ...]
    options: Options
    built: Operation | None = None
    python: str = PYTHON


class Graph:
    """The graph below some targets, gathered from the program and, where it ends, the store."""

    def __init__(self, backend: Backend, stored_options: Options | None) -> None:
        self._backend = backend
        self._stored_options = stored_options
        self._options: dict[Digest | None, Options] = {}
        self._pythons: dict[Digest, str] = {}
        self.nodes: dict[Digest, Node] = {}

    def add_built(self, targets: Iterable[Operation]) -> set[Digest]:
        """Add operations of this program and all below; return what only the store has."""
        unseen: set[Digest] = set()
        stack = list(targets)
        while stack:
            operation = stack.pop()
            if operation.digest in self.nodes:
                continue
            stored = {
                reference.producer
                for _, reference in operation.inputs
                if isinstance(reference, Stored)
            }
            unseen |= stored
            below = list(operation.producers())
            producers = tuple(each.digest for each in below) + tuple(stored)
            python = operation.task.python or PYTHON  # another's, if it came from the store
            self.nodes[operation.digest] = Node(
                operation.digest, producers, operation.options, operation, python
            )
            stack += below
        return unseen - self.nodes.keys()

    def add_stored(self, digests: Iterable[Digest]) -> None:
        """Add operations that the store knows, with all below them.

        Raises:
            UnknownHashError: if the store does not know one.
        """
        level = {digest for digest in digests if digest not in self.nodes}
        while level:
            rows = self._backend.graph.operations(sorted(level))
            for digest, row in zip(sorted(level), rows, strict=True):
                if row is None:
                    raise UnknownHashError(
                        f"the server does not know step {short_hash(digest)}, or its "
                        "definition was damaged there and set aside; execute the program "
                        "that makes it once more"
                    )
                options = self._stored_options or self._options_of(row)
                python = self._python_of(row)
                self.nodes[digest] = Node(digest, _producers(row), options, None, python)
            level = {
                producer
                for row in rows
                if row is not None
                for producer in _producers(row)
                if producer not in self.nodes
            }

    def _options_of(self, row: OperationRow) -> Options:
        """The options with which an operation was built first."""
        if row.options not in self._options:
            self._options[row.options] = load_options(self._backend, row.options)
        return self._options[row.options]

    def _python_of(self, row: OperationRow) -> str:
        """Minor version of Python that can run a stored operation; our own, if possible."""
        if row.task not in self._pythons:
            task = self._backend.graph.task(row.task, PYTHON)
            self._pythons[row.task] = (task.python if task is not None else "") or PYTHON
        return self._pythons[row.task]

    def to_be_reset(self) -> list[Digest]:
        """Operations with ``options(reset=True)`` and what depends on them; consumers first."""
        if not any(node.options.reset for node in self.nodes.values()):
            return []
        found: dict[Digest, None] = {}
        for digest in self.leaves_first(list(self.nodes), {}):
            node = self.nodes[digest]
            if node.options.reset or any(producer in found for producer in node.producers):
                found[digest] = None
        return list(reversed(found))

    def leaves_first(
        self, targets: Sequence[Digest], states: Mapping[Digest, OperationState]
    ) -> list[Digest]:
        """What has to be requested for the targets, each after what it needs."""
        order: list[Digest] = []
        seen: set[Digest] = set()
        stack: list[tuple[Digest, bool]] = [(target, False) for target in reversed(targets)]
        while stack:
            digest, is_expanded = stack.pop()
            if is_expanded:
                order.append(digest)
                continue
            if digest in seen or _is_final(states.get(digest)):
                continue
            seen.add(digest)
            stack.append((digest, True))
            below = reversed(self.nodes[digest].producers)
            stack += [(producer, False) for producer in below if producer in self.nodes]
        return order


def _producers(row: OperationRow) -> tuple[Digest, ...]:
    return tuple({each.producer: None for each in row.inputs if each.producer is not None})


def _is_final(state: OperationState | None) -> bool:
    return state is not None and state.status.is_finished and not state.volatile


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
    graph = Graph(backend, stored_options)
    unseen = graph.add_built(built)
    keep_labels(backend.graph, (node.built for node in graph.nodes.values() if node.built))
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
    if lost or not all(_is_final(state) for state in states):
        return False
    by_digest = {each.digest: each.options for each in built}
    nodes = {target: Node(target, (), by_digest.get(target, options)) for target in targets}
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
        self._undefined: dict[Digest, Operation] = {}

    def ask(self, graph: Graph, targets: Sequence[Digest]) -> tuple[Digest, ...]:
        """Define what the store does not know, and request everything that is not finished."""
        built = {digest: node.built for digest, node in graph.nodes.items() if node.built}
        missing = self.backend.graph.undefined(list(built))
        self._undefined = {digest: built[digest] for digest in missing}
        asked = self._ask_until_placed(graph, targets)
        self._define(list(self._undefined))  # below what is finished
        return asked

    def _ask_until_placed(self, graph: Graph, targets: Sequence[Digest]) -> tuple[Digest, ...]:
        asked: dict[Digest, None] = {}
        wanted: Sequence[Digest] = targets
        for _ in range(MAX_ROUNDS):
            graph.add_stored(each for each in wanted if each not in graph.nodes)
            states = self._states(graph) if wanted is targets else {}
            order = graph.leaves_first(wanted, states)
            asked |= dict.fromkeys(order)
            needs = self.send(order, graph.nodes)
            if not needs:
                return tuple(asked)
            wanted = [*needs, *targets]
        raise UnknownHashError(
            "the request could not be placed: what it needs is reset again and again by others"
        )

    def _states(self, graph: Graph) -> dict[Digest, OperationState]:
        digests = [digest for digest in graph.nodes if digest not in self._undefined]
        return dict(zip(digests, self.backend.graph.states(digests), strict=True))

    def send(self, order: Sequence[Digest], nodes: Mapping[Digest, Node]) -> list[Digest]:
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

    def _wanted(self, node: Node) -> Wanted:
        options = node.options
        return Wanted(
            operation=node.digest,
            queue=queue_name(self.queue or options.queue, node.python),
            priority=options.priority,
            options=save_options(self.backend, options, self._written),
            lost_limit=1 + options.lost_retries,
        )
