"""The same promises on every store: each test with ``bench`` runs in memory and on a server."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import msgspec
import pytest

from funsies.core.digest import Digest, content_digest
from funsies.core.graph import constant_digest
from funsies.core.keyring import Keyring
from funsies.store.memory import MemoryStore
from funsies.store.ports import GraphStore
from funsies.store.redis import RedisStore
from funsies.store.redis.clock_watch import ClockWatch
from funsies.store.rows import (
    Claim,
    Completion,
    ConstantRow,
    Definitions,
    Fence,
    Generation,
    InputRow,
    OperationRow,
    OperationState,
    QueueName,
    RequestAnswer,
    Status,
    StepAnswer,
    StepMessage,
    StoredResult,
    Verdict,
    Wanted,
)

# What differs is to be shown in these, too.
for name in ("side_by_side", "coming_to_rest", "machine"):
    pytest.register_assert_rewrite(f"{__package__}.{name}")

LEASE_MS = 1000
QUEUE = QueueName("default@3.11")
OPTIONS = content_digest(b"options")
KEYS = Keyring((b"a key of the tests",))


def result_of(data: bytes, *, ok: bool = True) -> StoredResult:
    return StoredResult(ok, content_digest(data), False, len(data))


@dataclass
class Slot:
    """A worker: its slot, and the number of its last message."""

    bench: Bench
    name: str
    queue: QueueName = QUEUE
    sequence: int = 0

    def step(self, completion: Completion | None = None, *, claim: bool = True) -> StepAnswer:
        self.sequence += 1
        return self.again(completion, claim=claim, fence=self.bench.fence())

    def again(
        self, completion: Completion | None = None, *, claim: bool = True, fence: Fence
    ) -> StepAnswer:
        """Send the message of this number, perhaps once more."""
        return self.bench.store.step(
            StepMessage(
                self.name,
                self.sequence,
                self.queue,
                lease_ms=LEASE_MS,
                fence=fence,
                completions=[] if completion is None else [completion],
                claims=int(claim),
            )
        )

    def claim(self) -> Claim:
        claim = self.step().claim
        assert claim is not None, "nothing to claim"
        return claim

    def publish(self, claim: Claim, *made: bytes, **more: Any) -> Verdict | None:
        return self.step(completion(claim, *made, **more), claim=False).verdict

    def fail(self, claim: Claim, error: bytes, **more: Any) -> Verdict | None:
        return self.step(failure(claim, error, **more), claim=False).verdict


def completion(claim: Claim, *made: bytes, **more: Any) -> Completion:
    results = tuple(result_of(data) for data in made)
    contents = tuple((content_digest(data), data) for data in made)
    options = {"contents": contents, **more}
    return Completion(claim.operation.digest, claim.fence, results, **options)


def failure(claim: Claim, error: bytes, **more: Any) -> Completion:
    results = (result_of(error, ok=False),) * len(claim.operation.outputs)
    contents = ((content_digest(error), error),)
    return Completion(claim.operation.digest, claim.fence, results, contents, **more)


@dataclass
class Bench:
    """A store with a clock that the test moves, and short ways to say things."""

    store: GraphStore
    now_ms: list[int]
    set_by_ms: list[int] = field(default_factory=lambda: [0])
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def fence(self) -> Fence:
        return Fence(next(self.numbers).to_bytes(16, "big"))

    def slot(self, name: str = "worker", queue: QueueName = QUEUE) -> Slot:
        return Slot(self, name, queue)

    def later(self, milliseconds: int) -> None:
        self.now_ms[0] += milliseconds

    def set_clock(self, milliseconds: int) -> None:
        """Set the server's clock forward, or back; the store in memory has none."""
        self.set_by_ms[0] += milliseconds

    def forget_clock(self) -> None:
        """Have whoever sweeps next be new: it has nothing to compare the clock with."""
        if isinstance(self.store, RedisStore):
            self.store._clock_watch = ClockWatch(self.store._ask_time, self._steady)

    @contextmanager
    def newcomer(self) -> Iterator[None]:
        """Have who sweeps in the block be new; who has swept before goes on after it."""
        assert isinstance(self.store, RedisStore)
        before = self.store._clock_watch
        self.forget_clock()
        yield
        self.store._clock_watch = before

    def _steady(self) -> float:
        return self.now_ms[0] / 1000

    # -- the graph

    def constant(self, data: bytes, *, large: bool = False) -> InputRow:
        """Store a constant, and refer to it."""
        content = content_digest(data)
        artefact = constant_digest("json", content, executable=False)
        row = ConstantRow(artefact, content, "json", large, len(data))
        contents = () if large else ((content, data),)
        self.store.define(Definitions(constants=(row,), contents=contents))
        size = 0 if large else len(data)
        return InputRow("x", artefact, None, 0, content, "json", large, size)

    def operation(
        self,
        name: str,
        *inputs: InputRow | OperationRow,
        strict: bool = True,
        dynamic: bool = False,
        outputs: int = 1,
        task: str | None = None,
    ) -> OperationRow:
        """Define an operation; an operation as input stands for its first output."""
        rows = tuple(as_input(f"i{place:05}", item) for place, item in enumerate(inputs)) or (
            self.constant(name.encode()),
        )
        row = OperationRow(
            digest=content_digest(b"operation" + name.encode()),
            task=content_digest(b"task" + (task or name).encode()),
            task_name=task or name,
            strict=strict,
            dynamic=dynamic,
            inputs=rows,
            outputs=tuple(content_digest(f"{name} {i}".encode()) for i in range(outputs)),
        )
        self.store.define(Definitions(operations=(row,)))
        return row

    def error(self, data: bytes) -> Digest:
        """Store a small error."""
        digest = content_digest(data)
        self.store.define(Definitions(contents=((digest, data),)))
        return digest

    # -- asking

    def request(
        self,
        *rows: OperationRow,
        generation: Generation | None = None,
        queue: QueueName = QUEUE,
        priority: int = 0,
        lost_limit: int = 2,
    ) -> RequestAnswer:
        wanted = [Wanted(row.digest, queue, priority, OPTIONS, lost_limit) for row in rows]
        return self.store.request(generation or self.store.new_generation(), wanted)

    def state(self, row: OperationRow) -> OperationState:
        return self.store.states([row.digest])[0]

    def status(self, row: OperationRow) -> Status:
        return self.state(row).status

    def run(self, row: OperationRow, *made: bytes, **more: Any) -> Claim:
        """Request one operation whose inputs are there, and publish its results."""
        self.request(row)
        worker = self.slot(f"runner {next(self.numbers)}")
        claim = worker.claim()
        assert claim.operation == row
        assert worker.publish(claim, *made, **more) is Verdict.OK
        return claim

    def lose(self, data: bytes) -> None:
        """Make small bytes vanish, as no call can."""
        if isinstance(self.store, MemoryStore):
            del self.store._tables.contents[content_digest(data)]
        else:
            assert isinstance(self.store, RedisStore)
            key = self.store._keys.contents
            self.store._connections.call("HDEL", key, content_digest(data))


def as_input(name: str, item: InputRow | OperationRow, index: int = 0) -> InputRow:
    if isinstance(item, InputRow):
        return msgspec.structs.replace(item, name=name)
    return InputRow(name, item.outputs[index], item.digest, index, None, "json")


@pytest.fixture(params=["memory", "redis"])
def bench(request: pytest.FixtureRequest) -> Bench:
    """Both stores in turn, with a clock that the test moves."""
    return request.getfixturevalue(f"{request.param}_bench")


@pytest.fixture
def memory_bench() -> Bench:
    now_ms = [1_700_000_000_000]
    return Bench(MemoryStore(clock=lambda: now_ms[0]), now_ms)


@pytest.fixture
def redis_bench(redis_url: str) -> Iterator[Bench]:
    """The store on the server of the session."""
    now_ms, set_by_ms = [1_700_000_000_000], [0]
    store = RedisStore(
        redis_url,
        keys=KEYS,
        clock=lambda: now_ms[0] + set_by_ms[0],
        steady=lambda: now_ms[0] / 1000,
    )
    yield Bench(store, now_ms, set_by_ms)
    store.close()


@pytest.fixture
def own_bench(own_redis_server: Any) -> Iterator[Bench]:
    """The store on a server of its own, to be killed and filled; the server's clock."""
    store = RedisStore(own_redis_server.url, keys=KEYS, max_outage_seconds=30)
    yield Bench(store, [0])
    store.close()


@pytest.fixture
def tools() -> Any:
    """The helpers of this file, for tests (which cannot import one another)."""
    return _Tools


class _Tools:
    completion = staticmethod(completion)
    failure = staticmethod(failure)
    result_of = staticmethod(result_of)
    as_input = staticmethod(as_input)
    LEASE_MS = LEASE_MS
    QUEUE = QUEUE
    OPTIONS = OPTIONS
