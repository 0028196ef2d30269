"""The graph below some targets: of this program and, where that ends, of the store.

How far all of it is, is asked from the targets down to what is finished. What is below that is
not needed, so nobody asks for it: of a graph in which little has changed, little is looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import msgspec

from funsies.core.digest import Digest
from funsies.core.graph import Operation, OutputOf, Stored
from funsies.core.options import Options
from funsies.core.python_plan import PYTHON
from funsies.core.traversal import post_order

from .batches import BATCH
from .connect import Backend
from .graph_reader import known_steps, read_levels
from .graph_writer import load_options
from .rows import OperationRow, OperationState


class RequestNode(msgspec.Struct, frozen=True, gc=False):
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


class RequestGraph:
    """The graph below some targets, gathered from the program and, where it ends, the store."""

    def __init__(self, backend: Backend, stored_options: Options | None) -> None:
        self._backend = backend
        self._stored_options = stored_options
        self._options: dict[Digest | None, Options] = {}
        self._pythons: dict[Digest, str] = {}
        self.nodes: dict[Digest, RequestNode] = {}

    def add_built(self, targets: Iterable[Operation]) -> set[Digest]:
        """Add operations of this program and all below; return what only the store has."""
        nodes, unseen, stack = self.nodes, set[Digest](), list(targets)
        while stack:
            operation = stack.pop()
            if operation.digest in nodes:
                continue
            producers: dict[Digest, None] = {}
            for _, reference in operation.inputs:
                if isinstance(reference, OutputOf):
                    made_by = reference.operation
                    producers[made_by.digest] = None
                    if made_by.digest not in nodes:
                        stack.append(made_by)
                elif isinstance(reference, Stored):
                    producers[reference.producer] = None
                    unseen.add(reference.producer)
            python = operation.task.python or PYTHON  # another's, if it came from the store
            nodes[operation.digest] = RequestNode(
                operation.digest, tuple(producers), operation.options, operation, python
            )
        return unseen - nodes.keys()

    def add_stored(self, digests: Iterable[Digest]) -> None:
        """Add operations that the store knows, with all below them.

        Raises:
            UnknownHashError: if the store does not know one.
        """
        read_levels((each for each in digests if each not in self.nodes), self._add_page)

    def _add_page(self, digests: Sequence[Digest]) -> Iterator[Digest]:
        for row in known_steps(self._backend.graph, digests):
            options = self._stored_options or self._options_of(row)
            producers, python = tuple(row.producers), self._python_of(row)
            self.nodes[row.digest] = RequestNode(row.digest, producers, options, None, python)
            yield from (each for each in producers if each not in self.nodes)

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
        nodes = self.nodes

        def needed(some: Iterable[Digest]) -> list[Digest]:
            return [each for each in some if each in nodes and not is_final(states.get(each))]

        return post_order(needed(targets), lambda digest: needed(nodes[digest].producers))


def is_final(state: OperationState | None) -> bool:
    """True if there is a result that stays."""
    return state is not None and state.status.is_finished and not state.volatile


class Survey:
    """Finds out how far operations are.

    Args:
        nodes: all operations below the targets.
        ask: gives the states of operations.

    Attributes:
        states: what was found.
    """

    def __init__(
        self,
        nodes: Mapping[Digest, RequestNode],
        ask: Callable[[Sequence[Digest]], Sequence[OperationState]],
    ) -> None:
        self.states: dict[Digest, OperationState] = {}
        self._nodes = nodes
        self._ask = ask
        self._passed: set[Digest] = set()

    def look(self, targets: Iterable[Digest]) -> None:
        """Look at the targets, and at all that is needed for them."""
        level = list(dict.fromkeys(targets))
        while level:
            page = self._and_below(level)
            self.states.update(zip(page, self._ask(page), strict=True))
            level = self._needed(level)

    def _and_below(self, level: Sequence[Digest]) -> list[Digest]:
        """These, and the next ones below, so that a long chain takes few questions."""
        page, pending = dict.fromkeys(level), deque(level)
        while pending and len(page) < BATCH:
            for producer in self._below(pending.popleft()):
                if producer not in self.states and producer not in page:
                    page[producer] = None
                    pending.append(producer)
        return list(page)

    def _needed(self, level: Iterable[Digest]) -> list[Digest]:
        """What is needed for these as far as is known, and was not looked at."""
        found: dict[Digest, None] = {}
        stack = list(level)
        while stack:
            digest = stack.pop()
            state = self.states.get(digest)
            if state is None:
                found[digest] = None
            elif digest not in self._passed and not is_final(state):
                self._passed.add(digest)
                stack += self._below(digest)
        return list(found)

    def _below(self, digest: Digest) -> list[Digest]:
        return [each for each in self._nodes[digest].producers if each in self._nodes]
