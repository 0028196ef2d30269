"""What may happen to the stores, as a state machine that does it to both of them.

They are driven side by side, with the same clock, by clients that ask, cancel, reset and watch,
by workers that publish, park, delegate and die between any two calls, and by sweepers. Messages
are sent twice, bytes are lost. After each act all states are compared and the invariants are
checked; at the end everything is driven to rest, and every result is compared with what a plain
evaluation of the graph gives.
"""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
)

from funsies.core.digest import Digest, content_digest
from funsies.store.memory import MemoryStore
from funsies.store.redis import RedisStore
from funsies.store.rows import (
    Claim,
    Completion,
    Generation,
    QueueName,
    Setback,
    Verdict,
)

from .coming_to_rest import check_leaks, check_results, drive
from .conftest import KEYS
from .sample_graphs import ERROR, Spec, graphs
from .side_by_side import CANCELLED, CYCLE, LEASE_MS, QUEUES, Bench, Worker

CHARGED = (Setback.NOTHING, Setback.FAILURE, Setback.LOSS)
MOST_UNSWEPT_MS = 3000
"""Workers sweep more often than this; else time on the server would wait for them."""


def somebody_works(machine: Machine) -> bool:
    return any(worker.claim for worker in machine.workers)


class Machine(RuleBasedStateMachine):
    """What clients, workers and sweepers do to the stores."""

    url = ""

    @initialize(
        specs=graphs(),
        claims=st.integers(0, 3),
        most=st.integers(1, 4),
        leaves=st.integers(0, 8),
    )
    def start(self, specs: list[Spec], claims: int, most: int = 1, leaves: int = 0) -> None:
        """A graph is asked for, and some workers have begun.

        It has leaves besides, which are known to be short, so that several are claimed at once.
        """
        specs = [*specs, *(Spec(each % 5, True, ((-1, 0),), None) for each in range(leaves))]
        self.now = [1_700_000_000_000]
        clock = lambda: self.now[0]  # noqa: E731 - one line says it
        self.set_by = 0
        redis = RedisStore(
            self.url,
            keys=KEYS,
            clock=lambda: self.now[0] + self.set_by,
            steady=lambda: self.now[0] / 1000,
        )
        redis._connections.call("FLUSHDB")
        self.bench = Bench(MemoryStore(clock=clock), redis, specs, self.now, most)
        self.bench.define()
        for name in {row.task_name for row in self.bench.rows}:
            self.bench.memory._tables.counters[name]["executed"] += 1
            redis._connections.call("HINCRBY", redis._keys.counters, b"x" + name.encode(), 1)
        self.sweeper = Worker("sweeper")
        self.bench.sweep(self.sweeper)
        self.workers = [self.bench.hire() for _ in range(3)]
        self.ghosts: list[Worker] = []
        self.generations: list[Generation] = []
        self.withdrawn: set[Generation] = set()
        self.execute(list(range(len(specs))), QUEUES[0], 0, careless=False)
        for worker in self.workers[:claims]:
            self.bench.work(worker, QUEUES[0])

    which = st.integers(0, 15)
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
        generation = bench.memory.new_generation()  # on a server it goes by the clock
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
        self.withdrawn.add(generation)
        self.bench.both("cancel", generation, self._rows(chosen), error)
        self.bench.both("cancel", generation, self._rows(chosen), error)

    @rule(chosen=some)
    def reset(self, chosen: list[int]) -> None:
        self.bench.both("reset", self._rows(chosen))

    @rule(chosen=some)
    def watch(self, chosen: list[int]) -> None:
        self.bench.both("watch", "client", self._rows(chosen))

    # -- workers

    @rule(
        number=worker,
        queue=queue,
        twice=st.booleans(),
        hold=st.booleans(),
        keep=st.booleans(),
    )
    def work(
        self,
        number: int,
        queue: QueueName,
        twice: bool,
        hold: bool = False,
        keep: bool = False,
    ) -> None:
        """A worker publishes, and claims; what it has claimed before it keeps, or forgets."""
        self.bench.work(self.workers[number], queue, twice=twice, hold=hold, keep=keep)

    @rule(number=worker, queue=queue, times=st.integers(2, 6))
    def work_a_lot(self, number: int, queue: QueueName, times: int) -> None:
        for _ in range(times):
            self.bench.work(self.workers[number], queue)

    @rule(number=worker, queue=queue)
    def forget_and_claim(self, number: int, queue: QueueName) -> None:
        """A horse dies; its successor claims under the same slot."""
        worker = self.workers[number]
        worker.held, worker.ahead = [], []
        self.bench.step(worker, queue)

    @precondition(somebody_works)
    @rule(number=worker)
    def vanish(self, number: int) -> None:
        """A worker is cut off, and goes on; another one comes."""
        worker, _ = self._busy(number)
        self.ghosts.append(worker)
        self.workers[self.workers.index(worker)] = self.bench.hire()

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
    @rule(
        number=worker,
        delay_ms=st.sampled_from([0, 500]),
        setback=st.sampled_from(CHARGED),
    )
    def release(self, number: int, delay_ms: int, setback: Setback) -> None:
        worker, claim = self._busy(number)
        worker.begin_next()
        arguments = (worker.slot, claim.operation.digest, claim.fence)
        options = {"delay_ms": delay_ms, "setback": setback}
        verdict = self.bench.both("release", *arguments, **options)
        assert self.bench.both("release", *arguments, **options) == verdict

    @precondition(somebody_works)
    @rule(number=worker, is_right=st.booleans())
    def put_back(self, number: int, is_right: bool) -> None:
        """A worker keeps what it runs and what is done, if it still has it; it asks twice."""
        worker, claim = self._busy(number)
        keeps = [claim.fence, *(done.fence for _, done in worker.held)]
        fence = claim.fence if is_right else self.bench.fence()
        options = {"keeps": keeps, "while_holding": fence}
        holds = {lease.fence for lease in self.bench.memory.leases()}
        self.bench.both("put_back", worker.slot, **options)
        assert self.bench.both("put_back", worker.slot, **options) in {(), (QUEUES[0],), QUEUES}
        left = {lease.fence for lease in self.bench.memory.leases()}
        ahead = {each.fence for each in worker.ahead} & holds
        assert not ahead & left if is_right and fence in holds else ahead <= left
        if is_right and fence in holds:
            worker.ahead = []

    @precondition(somebody_works)
    @rule(number=worker)
    def park(self, number: int) -> None:
        worker, claim = self._busy(number)
        arguments = (worker.slot, claim.operation.digest, claim.fence)
        verdict = self.bench.both("park", *arguments)
        assert self.bench.both("park", *arguments) == verdict
        if verdict is not Verdict.IDLE:
            worker.begin_next()

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
            worker.begin_next()

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
        if self.now[0] - (self.bench.memory._tables.swept_ms or 0) > MOST_UNSWEPT_MS:
            self.bench.sweep(self.sweeper)

    @rule(milliseconds=st.sampled_from([-3_600_000, -30_000, 30_000, 3_600_000]))
    def clock_is_set(self, milliseconds: int) -> None:
        """The server's, which is noticed by the next sweep."""
        self.set_by += milliseconds
        self.bench.sweep(self.sweeper)

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
            self.bench.check_cancelled(self.withdrawn)

    def teardown(self) -> None:
        if hasattr(self, "bench"):
            drive(self.bench)
            check_results(self.bench)
            check_leaks(self.bench)
            self.bench.redis.close()
