"""A graph of operations made by hand, in a store in memory, with a clock that tests move."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import pytest

from funsies.core.digest import Digest, content_digest, digest
from funsies.core.errors import Error, decode_error
from funsies.core.graph import TaskKind, output_digest
from funsies.run.decision import Decision, Publish
from funsies.store.memory import MemoryStore
from funsies.store.rows import (
    Claim,
    Completion,
    Definitions,
    InputRow,
    OperationRow,
    OperationState,
    OutputRow,
    QueueName,
    StoredResult,
    TaskRow,
    Wanted,
)

QUEUE = QueueName("default@3.11")


@dataclass
class Clock:
    """Time that passes when a test says so."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def milliseconds(self) -> int:
        return round(self.seconds * 1000)

    def pass_seconds(self, seconds: float) -> None:
        self.seconds += seconds


@dataclass
class Workshop:
    """A store, and short ways to define, request and look at operations by name."""

    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.graph = MemoryStore(clock=self.clock.milliseconds)
        self.rows: dict[str, OperationRow] = {}

    def define(
        self,
        name: str,
        *needs: str,
        strict: bool = True,
        dynamic: bool = False,
        task_name: str | None = None,
    ) -> Digest:
        """Define an operation with one output that needs the outputs of others."""
        task = digest("task", name)
        kind = TaskKind.DYNAMIC if dynamic else TaskKind.PYTHON
        inputs = tuple(self._input(number, each) for number, each in enumerate(needs))
        operation = digest("operation", task, [each.artefact for each in inputs])
        row = OperationRow(
            digest=operation,
            task=task,
            task_name=task_name or name,
            strict=strict,
            dynamic=dynamic,
            inputs=inputs,
            outputs=(output_digest(operation, "out"),),
        )
        outputs = (OutputRow("out", "blob", "bytes"),)
        task_row = TaskRow(task, "", kind, name, strict, outputs, b"payload", b"{}")
        self.graph.define(Definitions(tasks=(task_row,), operations=(row,)))
        self.rows[name] = row
        return operation

    def _input(self, number: int, name: str) -> InputRow:
        row = self.rows[name]
        return InputRow(f"i{number}", row.outputs[0], row.digest, 0, None, "blob")

    def request(self, *names: str, lost_limit: int = 3) -> None:
        """Ask for operations, leaves first."""
        wanted = [
            Wanted(self.rows[name].digest, QUEUE, 0, content_digest(b"{}"), lost_limit)
            for name in names
        ]
        answer = self.graph.request(self.graph.new_generation(), wanted)
        assert not answer.needs

    def state(self, name: str) -> OperationState:
        return self.graph.states([self.rows[name].digest])[0]

    def value(self, name: str) -> bytes | None:
        return self.graph.contents([self.state(name).results[0].content])[0]

    def error(self, name: str) -> Error:
        result = self.state(name).results[0]
        data = self.graph.contents([result.content])[0]
        assert not result.ok
        assert data is not None
        return decode_error(data)


def publish(claim: Claim, value: bytes, **fields: object) -> Publish:
    """Publish a small value."""
    content = content_digest(value)
    result = StoredResult(ok=True, content=content, large=False, size_bytes=len(value))
    full = {"contents": ((content, value),), **fields}
    return Publish(Completion(claim.operation.digest, claim.fence, (result,), **full))


class ScriptedEvaluator:
    """Evaluates by asking a function of the test, and remembers what it was given."""

    def __init__(self, act: Callable[[Claim], Decision]) -> None:
        self.act = act
        self.claims: list[Claim] = []

    @property
    def names(self) -> Sequence[str]:
        return [claim.operation.task_name for claim in self.claims]

    def evaluate(self, claim: Claim) -> Decision:
        self.claims.append(claim)
        return self.act(claim)


@pytest.fixture
def workshop() -> Workshop:
    return Workshop()


@pytest.fixture
def scripted() -> Callable[[Callable[[Claim], Decision]], ScriptedEvaluator]:
    """Make an evaluator from a function."""
    return ScriptedEvaluator


@pytest.fixture
def publishing() -> Callable[..., Publish]:
    """Make the decision to publish a small value."""
    return publish


@pytest.fixture
def queue() -> QueueName:
    return QUEUE
