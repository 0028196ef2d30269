"""The store in memory and the store on a server give the same answers, whatever happens.

Both are driven side by side, with the same clock, by clients that ask, cancel, reset and watch,
by workers that publish, park, delegate and die between any two calls, and by sweepers. Messages
are sent twice, bytes are lost. After each act all states are compared and the invariants are
checked; at the end everything is driven to rest, and every result is compared with what a plain
evaluation of the graph gives.
"""

from __future__ import annotations

import itertools
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from funsies.core.digest import Digest, content_digest
from funsies.core.trace import trace_key
from funsies.store.memory import MemoryStore
from funsies.store.redis import RedisStore
from funsies.store.rows import (
    Claim,
    Completion,
    ConstantRow,
    Definitions,
    Fence,
    Generation,
    InputRow,
    OperationRow,
    QueueName,
    Result,
    RunReport,
    Status,
    Verdict,
    Wanted,
)

LEASE_MS = 1000
LOST_LIMIT = 2
QUEUES = (QueueName("a@3.11"), QueueName("b@3.11"))
OPTIONS = content_digest(b"options")
REPORT = RunReport(b"delegated", b"printed", 1)
ERROR, LOST, CYCLE, CANCELLED = b"E", b"lost", b"cycle", b"cancelled"
CONSTANTS = (b"c0", b"c1")
KEEPSAKES = (*CONSTANTS, LOST, CYCLE, CANCELLED)


@dataclass(frozen=True)
class Spec:
    """One operation of a random graph.

    Attributes:
        task: what it computes; operations with the same task and contents share a trace.
        strict: whether errors pass it by.
        inputs: (producer, output) or (-1 - constant, 0).
        target: operation to which it delegates, if it is dynamic.
    """

    task: int
    strict: bool
    inputs: tuple[tuple[int, int], ...]
    target: int | None


OUTPUTS = (1, 1, 2, 2, 1)
"""Number of outputs by task; task 3 fails in its second output, task 4 fails."""


def compute(task: int, inputs: list[bytes]) -> list[bytes]:
    """What an operation makes of its inputs: few different values, so that contents meet."""
    if task == 4:
        return [ERROR]
    number = (task + sum(sum(data) for data in inputs)) % 3
    made = [b"v%d" % ((number + index) % 3) for index in range(OUTPUTS[task])]
    return [made[0], ERROR] if task == 3 else made


@st.composite
def graphs(draw: st.DrawFn) -> list[Spec]:
    """Small graphs; one operation in five is dynamic, and may lead in a circle."""
    specs: list[Spec] = []
    size = draw(st.integers(3, 8))
    for _ in range(size):
        sources = [(i, o) for i, spec in enumerate(specs) for o in range(outputs_of(spec))]
        sources += [(-1, 0), (-2, 0)]
        inputs = draw(st.lists(st.sampled_from(sources), min_size=1, max_size=3))
        is_dynamic = draw(st.integers(0, 4)) == 4
        target = draw(st.integers(0, size - 1)) if is_dynamic else None
        task, strict = draw(st.sampled_from([0, 1, 2, 0, 1, 3, 4])), draw(st.booleans())
        specs.append(Spec(task, strict, tuple(inputs), target))
    return specs


def outputs_of(spec: Spec) -> int:
    return 1 if spec.target is not None else OUTPUTS[spec.task]


@dataclass
class Worker:
    """A worker as it sees itself.

    Attributes:
        slot: under which it claims.
        sequence: number of its last message.
        claim: what it is running.
    """

    slot: str
    sequence: int = 0
    claim: Claim | None = None


@dataclass
class Bench:
    """Both stores, a random graph, and what runs it."""

    memory: MemoryStore
    redis: RedisStore
    specs: list[Spec]
    now: list[int]
    rows: list[OperationRow] = field(default_factory=list)
    commits: Counter[Digest] = field(default_factory=Counter)
    starts: Counter[Digest] = field(default_factory=Counter)
    was_pending: set[Digest] = field(default_factory=set)
    numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    # -- both stores

    def both(self, method: str, *arguments: Any, **options: Any) -> Any:
        """Call both stores; the answers must be the same."""
        expected = getattr(self.memory, method)(*arguments, **options)
        actual = getattr(self.redis, method)(*arguments, **options)
        if method == "pending":
            expected, actual = set(expected), set(actual)
        assert actual == expected, f"{method}{arguments}{options}"
        self._note_starts()
        return expected

    def _note_starts(self) -> None:
        states = self.memory.states([row.digest for row in self.rows])
        pending = {
            row.digest
            for row, state in zip(self.rows, states, strict=True)
            if state.status.is_pending
        }
        self.starts.update(pending - self.was_pending)
        self.was_pending = pending

    def compare(self) -> None:
        """All states, counters and leases agree, and fit together."""
        digests = [row.digest for row in self.rows]
        states = self.both("states", digests)
        counts = self.both("counts")
        leases = self.both("leases")
        queues = self.both("queues")
        blocked = self.both("pending", 1000)
        stuck = self.both("is_stuck")
        self.both("records", digests)
        by_status = Counter(state.status for state in states)
        for status in Status:
            if status is not Status.IDLE:
                counted = sum(getattr(count, status.value) for count in counts.values())
                assert counted == by_status[status]
        running = {
            d for d, s in zip(digests, states, strict=True) if s.status is Status.RUNNING
        }
        assert sorted(lease.operation for lease in leases) == sorted(running)
        assert sum(queues.values()) == by_status[Status.READY]
        waiting = (Status.WAITING, Status.DELEGATED)
        assert blocked == {
            d for d, s in zip(digests, states, strict=True) if s.status in waiting
        }
        for digest, state in zip(digests, states, strict=True):
            assert bool(state.results) == state.status.is_finished
            assert self.commits[digest] <= self.starts[digest]
            self.both("waiting_on", digest)
            assert state.missing == self.entries(digest), "counted as often as registered"
        if stuck:
            assert self.cycle() is not None, "no lost wake-up: only cycles stand still"

    def entries(self, operation: Digest) -> int:
        """Number of entries of a waiting operation in the lists of its producers."""
        tables = self.memory._tables
        cell = tables.look(operation)
        lists = [*tables.waiters.values(), *(waiters for _, waiters in tables.cascades)]
        found = sum(waiters.count((operation, cell.epoch)) for waiters in lists)
        return found if cell.status is Status.WAITING else 0

    # -- the graph

    def define(self) -> None:
        for number, spec in enumerate(self.specs):
            self.rows.append(self._row(number, spec))
        constants = tuple(self._constant(data) for data in CONSTANTS)
        contents = tuple((content_digest(data), data) for data in KEEPSAKES)
        definitions = Definitions((), tuple(self.rows), constants, contents)
        self.both("define", definitions)

    def _constant(self, data: bytes) -> ConstantRow:
        content = content_digest(data)
        return ConstantRow(content_digest(b"constant" + data), content, "json", False, 2)

    def _row(self, number: int, spec: Spec) -> OperationRow:
        inputs = [self._input(f"i{place}", *source) for place, source in enumerate(spec.inputs)]
        digest = content_digest(f"operation {number}".encode())
        outputs = [content_digest(digest + bytes([i])) for i in range(outputs_of(spec))]
        task = content_digest(f"task {spec.task} {spec.strict} {spec.target}".encode())
        dynamic = spec.target is not None
        name = f"task {spec.task}"
        return OperationRow(
            digest, task, name, spec.strict, dynamic, tuple(inputs), tuple(outputs)
        )

    def _input(self, name: str, producer: int, index: int) -> InputRow:
        if producer < 0:
            row = self._constant(CONSTANTS[-1 - producer])
            return InputRow(name, row.artefact, None, 0, row.content, "json")
        made = self.rows[producer]
        return InputRow(name, made.outputs[index], made.digest, index, None, "json")

    def number(self, digest: Digest) -> int:
        return next(i for i, row in enumerate(self.rows) if row.digest == digest)

    def cone(self, target: int) -> list[int]:
        """An operation and what it is made from, leaves first."""
        below: dict[int, None] = {}
        for producer, _ in self.specs[target].inputs:
            if producer >= 0:
                below.update(dict.fromkeys(self.cone(producer)))
        return [*below, target]

    # -- clients

    def wanted(self, numbers: list[int], queue: QueueName, priority: int) -> list[Wanted]:
        return [
            Wanted(self.rows[number].digest, queue, priority, OPTIONS, LOST_LIMIT)
            for number in numbers
        ]

    def ask(self, generation: Generation, numbers: list[int]) -> None:
        """Ask until nothing else is needed first."""
        wanted = numbers
        for _ in range(20):
            answer = self.both("request", generation, self.wanted(wanted, QUEUES[0], 0))
            if not answer.needs:
                return
            first = [each for need in answer.needs for each in self.cone(self.number(need))]
            wanted = [*dict.fromkeys(first), *wanted]
        raise AssertionError("a request never ends to need something")

    # -- workers

    def fence(self) -> Fence:
        return Fence(next(self.numbers).to_bytes(16, "big"))

    def step(
        self,
        worker: Worker,
        queue: QueueName,
        completion: Completion | None = None,
        *,
        claim: bool = True,
        twice: bool = False,
    ) -> Verdict | None:
        worker.sequence += 1
        options = {
            "lease_ms": LEASE_MS,
            "fence": self.fence(),
            "completion": completion,
            "claim": claim,
        }
        held = {lease.fence for lease in self.memory.leases()}
        answer = self.both("step", worker.slot, worker.sequence, queue, **options)
        if completion:
            assert (answer.verdict is Verdict.FENCED) == (completion.fence not in held)
        if twice:
            assert self.both("step", worker.slot, worker.sequence, queue, **options) == answer
        if completion and answer.verdict is Verdict.OK:
            self.commits[completion.operation] += 1
        if answer.verdict is not Verdict.BYTES:
            worker.claim = answer.claim
        return answer.verdict

    def values(self, claim: Claim) -> list[bytes] | None:
        """Bytes of the inputs; None if the worker has to get the producers run again."""
        found: list[bytes] = []
        for item, result in zip(claim.operation.inputs, claim.inputs, strict=True):
            if result is None:
                return None
            data = claim.contents.get(result.content)
            if data is None:
                assert item.producer is not None
                self.both("invalidate", item.producer, item.index, result.content)
                return None
            found.append(data)
        return found

    def outcome(self, claim: Claim, values: list[bytes]) -> Completion:
        """What an honest worker publishes."""
        key = self.key(claim)
        if claim.trace and claim.trace.key == key:
            return Completion(
                claim.operation.digest,
                claim.fence,
                claim.trace.results,
                trace_key=key,
                linked=True,
            )
        made = compute(self.specs[self.number(claim.operation.digest)].task, values)
        return self.completion(claim, made, key)

    def key(self, claim: Claim) -> Digest:
        inputs = [
            (item.name, result.ok, result.content)
            for item, result in zip(claim.operation.inputs, claim.inputs, strict=True)
            if result
        ]
        return trace_key(claim.operation.task, inputs)

    def completion(
        self, claim: Claim, made: list[bytes], key: Digest | None, *, volatile: bool = False
    ) -> Completion:
        results = tuple(
            Result(data.startswith(b"v"), content_digest(data), False, len(data))
            for data in made
        )
        contents = tuple((content_digest(data), data) for data in made)
        return Completion(
            claim.operation.digest,
            claim.fence,
            results,
            contents,
            volatile=volatile,
            record=b"record",
            trace_key=key,
            busy_ms=1,
        )

    def work(self, worker: Worker, queue: QueueName, *, twice: bool = False) -> None:
        """Do what an honest worker does with its claim, and take the next."""
        claim = worker.claim
        if claim is None:
            self.step(worker, queue, twice=twice)
            return
        values = self.values(claim)
        spec = self.specs[self.number(claim.operation.digest)]
        if values is None:
            self.park(worker, claim)
        elif spec.target is not None:
            self.delegate(worker, claim, spec.target)
        else:
            verdict = self.step(worker, queue, self.outcome(claim, values), twice=twice)
            if verdict is Verdict.BYTES:  # of the trace: lost since the claim
                completion = self.outcome(replace(claim, trace=None), values)
                verdict = self.step(worker, queue, completion)
            assert verdict in (Verdict.OK, Verdict.FENCED)

    def park(self, worker: Worker, claim: Claim) -> None:
        """Ask for the inputs and wait for them."""
        producers = [item.producer for item in claim.operation.inputs if item.producer]
        cones = (self.cone(self.number(each)) for each in producers)
        self.ask(claim.generation, [*dict.fromkeys(each for cone in cones for each in cone)])
        verdict = self.both("park", worker.slot, claim.operation.digest, claim.fence)
        assert verdict is not Verdict.IDLE
        worker.claim = None

    def delegate(self, worker: Worker, claim: Claim, target: int) -> None:
        self.ask(claim.generation, self.cone(target))
        digest = self.rows[target].digest
        arguments = (worker.slot, claim.operation.digest, claim.fence, digest, 0)
        verdict = self.both("delegate", *arguments, report=REPORT)
        assert self.both("delegate", *arguments, report=REPORT) == verdict, "safe to repeat"
        assert verdict is not Verdict.IDLE
        worker.claim = None

    # -- upkeep

    def sweep(self, sweeper: Worker) -> bool:
        """Sweep, and end what was lost too often; True if anything was done."""
        fences = [self.fence() for _ in range(2)]
        options = {"fences": fences, "lease_ms": LEASE_MS, "limit": 5}
        answer = self.both("sweep", "sweeper", **options)
        for expired in answer.exhausted:
            row = self.rows[self.number(expired.operation)]
            error = Result(False, content_digest(LOST), False, len(LOST))
            results = (error,) * len(row.outputs)
            completion = Completion(row.digest, expired.fence, results, volatile=True)
            sweeper.slot = f"publisher {next(self.numbers)}"
            self.step(sweeper, QUEUES[0], completion, claim=False)
        return bool(answer.requeued or answer.exhausted or answer.promoted or answer.more)

    def cycle(self) -> Digest | None:
        """An operation that waits for itself, through others."""
        for start in (row.digest for row in self.rows):
            seen, todo = set(), list(self.memory.waiting_on(start))
            while todo:
                each = todo.pop()
                if each == start:
                    return start
                if each not in seen:
                    seen.add(each)
                    todo += self.memory.waiting_on(each)
        return None

    def drive(self) -> None:
        """Run honest workers and sweepers until nothing is left to do."""
        workers = [Worker(f"last {next(self.numbers)}") for _ in QUEUES]
        sweeper = Worker("sweeper")
        for _ in range(400):
            self.now[0] += LEASE_MS // 4
            busy = self.sweep(sweeper)
            for worker, queue in zip(workers, QUEUES, strict=True):
                self.work(worker, queue)
                busy = busy or worker.claim is not None
            if self.both("is_stuck"):
                assert self.both("recount", sorted(self.was_pending)) == 0
                cycle = self.cycle()
                assert cycle is not None
                assert self.both("fail_waiting", cycle, content_digest(CYCLE))
                busy = True
            if not busy and not self.both("leases") and not self.was_pending:
                return
        raise AssertionError("it never comes to rest")

    # -- what must be true in the end

    def check_results(self) -> None:
        """After a last execution, every result is that of a plain evaluation."""
        self.ask(self.both("new_generation"), list(range(len(self.specs))))
        self.drive()
        self.compare()
        states = self.both("states", [row.digest for row in self.rows])
        for number, state in enumerate(states):
            expected = self.evaluate(number, ())
            assert state.status.is_finished
            stored = self.both("contents", [result.content for result in state.results])
            assert None not in stored
            if expected is not None:
                assert not state.volatile
                made = [result.content for result in state.results]
                assert made == [content_digest(data) for data in expected]

    def evaluate(self, number: int, above: tuple[int, ...]) -> list[bytes] | None:
        """Values of an operation, by recursion; None if it goes in a circle."""
        if number in above:
            return None
        spec, inputs = self.specs[number], []
        for producer, index in spec.inputs:
            if producer < 0:
                inputs.append(CONSTANTS[-1 - producer])
                continue
            made = self.evaluate(producer, (*above, number))
            if made is None:
                return None
            inputs.append(made[index])
        if spec.strict and ERROR in inputs:
            return [ERROR] * outputs_of(spec)
        if spec.target is None:
            return compute(spec.task, inputs)
        made = self.evaluate(spec.target, (*above, number))
        return made and made[:1]

    def check_leaks(self) -> None:
        """At rest, nothing is left but definitions, results, traces and counters."""
        tables = self.memory._tables
        assert not any((tables.leases, tables.waiters, tables.cascades, tables.watchers))
        assert not any((tables.ready, tables.heaps, tables.delayed, tables.blocked))
        families = Counter(
            key[len(b"{funsies}:") :][:1] for key in self.redis._connections.call("KEYS", "*")
        )
        for family in (b"w", b"W", b"X", b"L", b"x", b"q", b"Z", b"B"):
            assert families[family] == 0, family


def somebody_works(machine: Machine) -> bool:
    return any(worker.claim for worker in machine.workers)


class Machine(RuleBasedStateMachine):
    """What clients, workers and sweepers do to the stores."""

    url = ""

    @initialize(specs=graphs(), claims=st.integers(0, 3))
    def start(self, specs: list[Spec], claims: int) -> None:
        """A graph is asked for, and some workers have begun."""
        self.now = [1_700_000_000_000]
        clock = lambda: self.now[0]  # noqa: E731 - one line says it
        redis = RedisStore(self.url, clock=clock, max_outage_seconds=5)
        redis._connections.call("FLUSHDB")
        self.bench = Bench(MemoryStore(clock=clock), redis, specs, self.now)
        self.bench.define()
        self.workers = [Worker(f"worker {number}") for number in range(3)]
        self.ghosts: list[Worker] = []
        self.sweeper = Worker("sweeper")
        self.generations: list[Generation] = []
        self.execute(list(range(len(specs))), QUEUES[0], 0, careless=False)
        for worker in self.workers[:claims]:
            self.bench.work(worker, QUEUES[0])

    which = st.integers(0, 7)
    some = st.lists(which, min_size=1, max_size=3)
    worker = st.integers(0, 2)
    queue = st.sampled_from([QUEUES[0], QUEUES[0], QUEUES[0], QUEUES[1]])

    def _rows(self, numbers: list[int]) -> list[Digest]:
        rows = self.bench.rows
        return [rows[number % len(rows)].digest for number in numbers]

    def _busy(self, number: int) -> tuple[Worker, Claim]:
        busy = [worker for worker in self.workers if worker.claim]
        worker = busy[number % len(busy)]
        assert worker.claim is not None
        return worker, worker.claim

    # -- clients

    @rule(
        chosen=st.lists(which, min_size=1, max_size=8),
        queue=queue,
        priority=st.integers(-1, 1),
        careless=st.booleans(),
    )
    def execute(
        self, chosen: list[int], queue: QueueName, priority: int, careless: bool
    ) -> None:
        """A client asks for cones, or, carelessly, for single operations; it asks twice."""
        bench = self.bench
        generation = bench.both("new_generation")
        self.generations.append(generation)
        numbers = [number % len(bench.rows) for number in chosen]
        if not careless:
            numbers = [*dict.fromkeys(each for n in numbers for each in bench.cone(n))]
        wanted = bench.wanted(numbers, queue, priority)
        bench.both("request", generation, wanted)
        bench.both("request", generation, wanted)

    @rule(chosen=some, back=st.integers(1, 3))
    def ask_again(self, chosen: list[int], back: int) -> None:
        """An old request is repeated: by a slow client, or by a dynamic operation."""
        numbers = [number % len(self.bench.rows) for number in chosen]
        wanted = self.bench.wanted(numbers, QUEUES[1], 1)
        generation = self.generations[-min(back, len(self.generations))]
        self.bench.both("request", generation, wanted)

    @rule(chosen=st.lists(which, min_size=1, max_size=8), back=st.integers(1, 3))
    def cancel(self, chosen: list[int], back: int) -> None:
        generation = self.generations[-min(back, len(self.generations))]
        error = content_digest(CANCELLED)
        self.bench.both("cancel", generation, self._rows(chosen), error)
        self.bench.both("cancel", generation, self._rows(chosen), error)

    @rule(chosen=some)
    def reset(self, chosen: list[int]) -> None:
        self.bench.both("reset", self._rows(chosen))

    @rule(chosen=some)
    def watch(self, chosen: list[int]) -> None:
        self.bench.both("watch", "client", self._rows(chosen))

    # -- workers

    @rule(number=worker, queue=queue, twice=st.booleans())
    def work(self, number: int, queue: QueueName, twice: bool) -> None:
        self.bench.work(self.workers[number], queue, twice=twice)

    @rule(number=worker, queue=queue, times=st.integers(2, 6))
    def work_a_lot(self, number: int, queue: QueueName, times: int) -> None:
        for _ in range(times):
            self.bench.work(self.workers[number], queue)

    @rule(number=worker, queue=queue)
    def forget_and_claim(self, number: int, queue: QueueName) -> None:
        """A horse dies; its successor claims under the same slot."""
        self.bench.step(self.workers[number], queue)

    @precondition(somebody_works)
    @rule(number=worker)
    def vanish(self, number: int) -> None:
        """A worker is cut off, and goes on; another one comes."""
        worker, _ = self._busy(number)
        self.ghosts.append(worker)
        successor = Worker(f"worker {next(self.bench.numbers)}")
        self.workers[self.workers.index(worker)] = successor

    @precondition(lambda self: self.ghosts)
    @rule(number=worker)
    def come_back(self, number: int) -> None:
        """A worker that was cut off publishes late."""
        ghost = self.ghosts.pop(number % len(self.ghosts))
        assert ghost.claim is not None
        made = [ERROR] * len(ghost.claim.operation.outputs)
        sent = self.bench.completion(ghost.claim, made, None, volatile=True)
        self.bench.step(ghost, QUEUES[0], sent, claim=False)

    @precondition(somebody_works)
    @rule(number=worker, queue=queue, claim=st.booleans())
    def run_out_of_memory(self, number: int, queue: QueueName, claim: bool) -> None:
        worker, held = self._busy(number)
        made = [ERROR] * len(held.operation.outputs)
        sent = self.bench.completion(held, made, self.bench.key(held), volatile=True)
        self.bench.step(worker, queue, sent, claim=claim, twice=True)

    @precondition(somebody_works)
    @rule(number=worker, queue=queue)
    def publish_without_bytes(self, number: int, queue: QueueName) -> None:
        worker, claim = self._busy(number)
        made = [b"never stored"] * len(claim.operation.outputs)
        results = self.bench.completion(claim, made, None).results
        sent = Completion(claim.operation.digest, claim.fence, results)
        verdict = self.bench.step(worker, queue, sent, twice=True)
        assert verdict in (Verdict.BYTES, Verdict.FENCED)

    @precondition(somebody_works)
    @rule(number=worker, delay_ms=st.sampled_from([0, 500]), back=st.booleans())
    def release(self, number: int, delay_ms: int, back: bool) -> None:
        worker, claim = self._busy(number)
        worker.claim = None
        arguments = (worker.slot, claim.operation.digest, claim.fence)
        options = {"delay_ms": delay_ms, "give_attempt_back": back}
        verdict = self.bench.both("release", *arguments, **options)
        assert self.bench.both("release", *arguments, **options) == verdict

    @precondition(somebody_works)
    @rule(number=worker)
    def park(self, number: int) -> None:
        worker, claim = self._busy(number)
        arguments = (worker.slot, claim.operation.digest, claim.fence)
        verdict = self.bench.both("park", *arguments)
        assert self.bench.both("park", *arguments) == verdict
        if verdict is not Verdict.IDLE:
            worker.claim = None

    @precondition(somebody_works)
    @rule(number=worker)
    def delegate_unasked(self, number: int) -> None:
        """A delegation to what nobody asked for is refused."""
        worker, claim = self._busy(number)
        spec = self.bench.specs[self.bench.number(claim.operation.digest)]
        if spec.target is None:
            return
        arguments = (worker.slot, claim.operation.digest, claim.fence)
        right = self.bench.rows[spec.target].digest
        if self.bench.both("delegate", *arguments, right, 0) is not Verdict.IDLE:
            worker.claim = None

    @precondition(somebody_works)
    @rule(number=worker)
    def renew(self, number: int) -> None:
        worker, claim = self._busy(number)
        self.bench.both("renew", worker.slot, claim.fence, lease_ms=LEASE_MS)

    # -- what goes wrong, and upkeep

    @rule(number=which, index=st.integers(0, 1), other=st.booleans())
    def invalidate(self, number: int, index: int, other: bool) -> None:
        operation = self._rows([number])[0]
        results = self.bench.both("states", [operation])[0].results
        if index < len(results):
            content = content_digest(b"other") if other else results[index].content
            done = self.bench.both("invalidate", operation, index, content)
            assert done is not other

    @rule(value=st.sampled_from([b"v0", b"v1", b"v2", ERROR]))
    def lose_bytes(self, value: bytes) -> None:
        content = content_digest(value)
        self.bench.memory._tables.contents.pop(content, None)
        redis = self.bench.redis
        redis._connections.call("HDEL", redis._keys.contents, content)

    @rule(milliseconds=st.sampled_from([1, 300, 450, 900, 3000]))
    def time_goes_by(self, milliseconds: int) -> None:
        self.now[0] += milliseconds

    @rule(times=st.integers(1, 5))
    def sweep(self, times: int) -> None:
        for _ in range(times):
            self.now[0] += 400
            self.bench.sweep(self.sweeper)

    @rule(times=st.integers(1, 5))
    def sweeper_dies(self, times: int) -> None:
        """Before it publishes what it was told; first it asks again, and is told the same."""
        for _ in range(times):
            self.now[0] += 400
            options = {"fences": [self.bench.fence()], "lease_ms": LEASE_MS}
            answer = self.bench.both("sweep", "sweeper", **options)
            again = self.bench.both("sweep", "sweeper", **options)
            assert again.exhausted[: len(answer.exhausted)] == answer.exhausted

    @precondition(lambda self: self.bench.memory.is_stuck())
    @rule()
    def audit(self) -> None:
        assert self.bench.both("recount", sorted(self.bench.was_pending)) == 0
        cycle = self.bench.cycle()
        if cycle is not None:
            assert self.bench.both("fail_waiting", cycle, content_digest(CYCLE))

    @invariant()
    def agree(self) -> None:
        if hasattr(self, "bench"):
            self.bench.compare()

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            self.bench.drive()
            self.bench.check_results()
            self.bench.check_leaks()
            self.bench.redis.close()


def _settings(examples: int, steps: int) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )


def test_both_stores_agree_and_come_to_rest(redis_url: str) -> None:
    """Whatever happens, each request ends, once, with the right result, and nothing is left."""
    Machine.url = redis_url
    run_state_machine_as_test(Machine, settings=_settings(50, 30))


@pytest.mark.slow
@pytest.mark.timeout(3600)
def test_both_stores_agree_for_long(redis_url: str) -> None:
    """The same with many more examples; FUNSIES_EXAMPLES says how many."""
    Machine.url = redis_url
    examples = int(os.environ.get("FUNSIES_EXAMPLES", "1000"))
    run_state_machine_as_test(Machine, settings=_settings(examples, 40))
