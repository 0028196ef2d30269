"""The stored graph as values again: operations of another program, to be built upon."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from typing_extensions import override

from funsies.core.digest import Digest, short_hash
from funsies.core.errors import UnknownHashError
from funsies.core.graph import (
    Operation,
    Output,
    Reference,
    Stored,
    Task,
    TaskKind,
    operation,
)
from funsies.core.traversal import post_order

from .connect import Backend
from .graph_reader import (
    known_artefact,
    known_constant,
    known_steps,
    known_task,
    read_levels,
    unknown,
)
from .graph_writer import load_options
from .rows import InputRow, OperationRow, TaskRow


class StoredTask(Task):
    """A task as another program defined it.

    It is never written again: that would sign, with our key, a payload that we did not make.
    """

    __slots__ = ("_ingredients", "_payload")

    is_stored = True

    def __init__(self, row: TaskRow) -> None:
        self.kind: TaskKind = row.kind
        self.name: str = row.name
        self.digest: Digest = row.digest
        self.strict: bool = row.strict
        self.outputs: tuple[Output, ...] = tuple(
            Output(each.name, each.wire, each.type_name) for each in row.outputs
        )
        self.python: str | None = row.python or None
        self._payload = row.payload
        self._ingredients = row.ingredients

    @override
    def payload(self) -> bytes:
        return self._payload

    @override
    def ingredients(self) -> bytes:
        return self._ingredients


class StoredGraph:
    """The part of the stored graph above some artefacts.

    Attributes:
        rows: its operations.
        built: operations that were made anew.

    Args:
        backend: where it is stored.
        targets: artefacts up to which the graph is wanted.

    Raises:
        UnknownHashError: if something of it is not stored.
    """

    def __init__(self, backend: Backend, targets: list[Digest]) -> None:
        self._backend = backend
        self._tasks: dict[Digest, StoredTask] = {}
        self.rows: dict[Digest, OperationRow] = {}
        self.built: list[Operation] = []
        self.places: dict[Digest, tuple[Digest, int]] = {
            target: self._place(target) for target in targets
        }
        read_levels((producer for producer, _ in self.places.values()), self._load)

    def _place(self, artefact: Digest) -> tuple[Digest, int]:
        """The operation that makes an artefact, and which output it is."""
        row = known_artefact(self._backend.graph, artefact)
        if row.producer is None:
            raise unknown("step that makes", artefact)
        return row.producer, row.index

    def _load(self, digests: Sequence[Digest]) -> Iterator[Digest]:
        """Read some operations, and say which make their inputs."""
        graph = self._backend.graph
        self.rows |= zip(digests, known_steps(graph, digests), strict=True)
        if foreign := graph.undefined(digests):
            raise UnknownHashError(
                f"the step {short_hash(foreign[0])} is not signed with your key: give this "
                "program the FUNSIES_KEY of the one that made it, or run that one again"
            )
        return (each for digest in digests for each in self.rows[digest].producers)

    def replaced(self, changes: Mapping[Digest, Reference]) -> dict[Digest, Reference]:
        """Put other values in the place of some artefacts.

        Only what depends on them is made anew; the rest stays what it is, and need not be
        computed again.

        Args:
            changes: what to use instead, by the address of an artefact.

        Returns:
            What becomes of each target.
        """
        made: dict[Digest, Operation | None] = {}
        for digest in post_order(self.rows, lambda each: self.rows[each].producers):
            made[digest] = self._rebuilt(self.rows[digest], changes, made)
        return {
            target: changes.get(target) or self._output(made[producer], producer, index, target)
            for target, (producer, index) in self.places.items()
        }

    def _rebuilt(
        self,
        row: OperationRow,
        changes: Mapping[Digest, Reference],
        made: Mapping[Digest, Operation | None],
    ) -> Operation | None:
        """The operation on the new inputs; None if nothing of it changes."""
        inputs = [(each.name, self._input(each, changes, made)) for each in row.inputs]
        if all(
            new.digest == old.artefact for (_, new), old in zip(inputs, row.inputs, strict=True)
        ):
            return None
        made_anew = operation(self._task(row), inputs, load_options(self._backend, row.options))
        self.built.append(made_anew)
        return made_anew

    def _input(
        self,
        row: InputRow,
        changes: Mapping[Digest, Reference],
        made: Mapping[Digest, Operation | None],
    ) -> Reference:
        if row.artefact in changes:
            return changes[row.artefact]
        if row.producer is not None:
            return self._output(made[row.producer], row.producer, row.index, row.artefact)
        constant = known_artefact(self._backend.graph, row.artefact).constant
        if constant is None:
            raise unknown("value", row.artefact)
        return known_constant(self._backend.graph, constant)

    def _output(
        self, made: Operation | None, producer: Digest, index: int, artefact: Digest
    ) -> Reference:
        if made is not None:
            return made.output(index)
        output = self._task(self.rows[producer]).outputs[index]
        return Stored(artefact, producer, index, output.wire, output.name)

    def _task(self, row: OperationRow) -> StoredTask:
        if row.task not in self._tasks:
            self._tasks[row.task] = StoredTask(known_task(self._backend.graph, row.task))
        return self._tasks[row.task]

    def depends_on(self, artefact: Digest) -> bool:
        """True if the artefact is one of the targets, or an input of something below them."""
        return artefact in self.places or any(
            each.artefact == artefact for row in self.rows.values() for each in row.inputs
        )
