"""The two stores side by side: what is done to one is done to the other."""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from msgspec.structs import replace

from funsies.core.digest import Digest, content_digest, trace_key
from funsies.core.graph import constant_digest
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
    OperationState,
    QueueName,
    RunReport,
    Setback,
    Status,
    StepMessage,
    StoredResult,
    Verdict,
    Wanted,
)

from .sample_graphs import CONSTANTS, Spec, compute, outputs_of

LEASE_MS = 1000
LOST_LIMIT = 2
QUEUES = (QueueName("a@3.11"), QueueName("b@3.11"))
OPTIONS = content_digest(b"options")
REPORT = RunReport(b"delegated", b"printed", 1)
LOST, CYCLE, CANCELLED = b"lost", b"cycle", b"cancelled"
KEEPSAKES = (*CONSTANTS, LOST, CYCLE, CANCELLED)


@dataclass
class Worker:
    """A worker as it sees itself.

    Attributes:
        slot: under which it claims.
        sequence: number of its last message.
        claim: what it is running.
        ahead: what it has claimed as well, and not begun.
        held: what it has done, and not published yet; with its claim.
    """

    slot: str
    sequence: int = 0
    claim: Claim | None = None
    ahead: list[Claim] = field(default_factory=list)
    held: list[tuple[Claim, Completion]] = field(default_factory=list)

    def begin_next(self) -> None:
        self.claim = self.ahead.pop(0) if self.ahead else None


@dataclass
class Bench:
    """Both stores, a random graph, and what runs it."""

    memory: MemoryStore
    redis: RedisStore
    specs: list[Spec]
    now: list[int]
    most: int = 1
    rows: list[OperationRow] = field(default_factory=list)
    commits: Counter[Digest] = field(default_factory=Counter)
    starts: Counter[Digest] = field(default_factory=Counter)
    was_pending: set[Digest] = field(default_factory=set)
    was_wanted: dict[Digest, set[Generation]] = field(default_factory=dict)
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

    def check_cancelled(self, withdrawn: set[Generation]) -> None:
        """What was wanted by a request that nobody has withdrawn is not cancelled."""
        cells = {row.digest: self.memory._tables.look(row.digest) for row in self.rows}
        for digest, wanted in self.was_wanted.items():
            results = cells[digest].results
            if results and results[0].content == content_digest(CANCELLED):
                assert wanted <= withdrawn
        self.was_wanted = {
            digest: set(cell.wanted_by)
            for digest, cell in cells.items()
            if cell.status.is_pending
        }

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
        artefact = constant_digest("json", content, executable=False)
        return ConstantRow(artefact, content, "json", False, len(data))

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
            size = row.size_bytes
            return InputRow(name, row.artefact, None, 0, row.content, "json", False, size)
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

    def hire(self) -> Worker:
        """A worker under a slot of its own: nobody else numbers messages there."""
        return Worker(f"worker {next(self.numbers)}")

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
        keep: bool = False,
    ) -> Verdict | None:
        """Send what is held and what is done now, and begin what is kept or claimed."""
        worker.sequence += 1
        done = [each for _, each in worker.held]
        message = StepMessage(
            worker.slot,
            worker.sequence,
            queue,
            lease_ms=LEASE_MS,
            fence=self.fence(),
            completions=done if completion is None else [*done, completion],
            claims=self.most if claim else 0,
            keeps=[each.fence for each in worker.ahead] if keep else [],
        )
        holds = {lease.fence for lease in self.memory.leases()}
        answer = self.both("step", message)
        if twice:
            assert self.both("step", message) == answer
        for each, verdict in zip(message.completions, answer.verdicts, strict=True):
            assert (verdict is Verdict.FENCED) == (each.fence not in holds)
            self.commits[each.operation] += verdict is Verdict.OK
        refused = Verdict.BYTES in answer.verdicts
        assert not (refused and answer.claims)
        pairs = zip(worker.held, answer.verdicts, strict=False)
        worker.ahead += [held for (held, _), said in pairs if said is Verdict.BYTES]
        worker.held = []
        if answer.verdicts[-1:] != (Verdict.BYTES,):
            if claim and not refused:
                worker.ahead = [*(worker.ahead if keep else []), *answer.claims]
            worker.begin_next()
        return answer.verdicts[-1] if completion else None

    def values(self, claim: Claim) -> list[bytes] | None:
        """Bytes of the inputs; None if the worker has to get the producers run again."""
        found: list[bytes] = []
        for item, result in zip(claim.operation.inputs, claim.inputs, strict=True):
            if result is None:
                return None
            data = claim.contents.get(result.content)
            if data is None:
                data = self.both("contents", [result.content])[0]
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
            (item.name, result.ok, result.executable, result.content)
            for item, result in zip(claim.operation.inputs, claim.inputs, strict=True)
            if result
        ]
        return trace_key(claim.operation.task, inputs)

    def completion(
        self, claim: Claim, made: list[bytes], key: Digest | None, *, volatile: bool = False
    ) -> Completion:
        results = tuple(
            StoredResult(data.startswith(b"v"), content_digest(data), False, len(data))
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

    def work(
        self,
        worker: Worker,
        queue: QueueName,
        *,
        twice: bool = False,
        hold: bool = False,
        keep: bool = False,
    ) -> None:
        """Do what an honest worker does with its claim, and take the next.

        Args:
            worker: which.
            queue: from which it claims.
            twice: its message is sent twice.
            hold: what it has done is published later, if it has something else to do.
            keep: it claims more, though it has something else to do.
        """
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
        elif hold and worker.ahead:
            worker.held.append((replace(claim, trace=None), self.outcome(claim, values)))
            worker.begin_next()
        else:
            takes_more = keep or not worker.ahead
            completion = self.outcome(claim, values)
            verdict = self.step(
                worker, queue, completion, twice=twice, claim=takes_more, keep=keep
            )
            if verdict is Verdict.BYTES:  # of the trace: lost since the claim
                completion = self.outcome(replace(claim, trace=None), values)
                verdict = self.step(worker, queue, completion, claim=not worker.ahead)
            assert verdict in (Verdict.OK, Verdict.FENCED)

    def park(self, worker: Worker, claim: Claim) -> None:
        """Ask for the inputs and wait for them."""
        producers = [item.producer for item in claim.operation.inputs if item.producer]
        cones = (self.cone(self.number(each)) for each in producers)
        self.ask(claim.generation, [*dict.fromkeys(each for cone in cones for each in cone)])
        verdict = self.both("park", worker.slot, claim.operation.digest, claim.fence)
        assert verdict is not Verdict.IDLE
        worker.begin_next()

    def delegate(self, worker: Worker, claim: Claim, target: int) -> None:
        self.ask(claim.generation, self.cone(target))
        digest = self.rows[target].digest
        arguments = (worker.slot, claim.operation.digest, claim.fence, digest, 0)
        verdict = self.both("delegate", *arguments, report=REPORT)
        assert self.both("delegate", *arguments, report=REPORT) == verdict, "safe to repeat"
        if verdict is Verdict.IDLE:
            # A newer request joined since, for which the target's volatile end does not do: the
            # operation is put back, and the next claim asks in the name of the newer request.
            assert self.state(claim.operation.digest).generation > claim.generation
            self.both("release", *arguments[:3], delay_ms=500, setback=Setback.LOSS)
        worker.begin_next()

    def state(self, operation: Digest) -> OperationState:
        """State of one operation, the same in both stores."""
        (state,) = self.both("states", [operation])
        return state

    # -- upkeep

    def sweep(self, sweeper: Worker) -> bool:
        """Sweep, and end what was lost too often; True if anything was done."""
        fences = [self.fence() for _ in range(2)]
        options = {"fences": fences, "lease_ms": LEASE_MS, "limit": 5}
        answer = self.both("sweep", "sweeper", **options)
        for expired in answer.exhausted:
            row = self.rows[self.number(expired.operation)]
            error = StoredResult(False, content_digest(LOST), False, len(LOST))
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
