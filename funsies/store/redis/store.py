"""The store on a Redis or Valkey server: each act is one script."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, cast

from funsies.core.digest import Digest
from funsies.core.durations import steady_seconds
from funsies.core.errors import DataMissingError
from funsies.core.keyring import NO_KEYS, Keyring
from funsies.store.batches import BATCH, batches
from funsies.store.key_names import DEFAULT_NAMESPACE, KeyNames
from funsies.store.ports import PendingStep
from funsies.store.rows import (
    NOTHING_TO_REPORT,
    Completion,
    Definitions,
    Fence,
    Generation,
    OperationState,
    QueueName,
    RequestAnswer,
    RunReport,
    Setback,
    StepAnswer,
    StepMessage,
    StoredResult,
    SweepAnswer,
    Verdict,
    Wanted,
)
from funsies.store.server_connection import CLIENT_ANSWER_SECONDS, refuse_unusable
from funsies.store.server_retry import MAX_OUTAGE_SECONDS

from . import answers
from .calling import ACT_PAGE, SentStep
from .clock_watch import ClockWatch, ServerTime
from .connection import Answer, Argument, Connections
from .named import RedisNamedRecords
from .news import RedisNews
from .packing import pack_result
from .reader import RedisReader, escape
from .repairing import RedisRepair
from .requesting import Requester, definition_calls
from .seal import Seal


class RedisStore(RedisReader):
    """A :class:`~funsies.store.ports.GraphStore` on a server.

    Args:
        url: ``redis://``, ``rediss://`` or ``unix://``; its password is never shown.
        namespace: installations that share a server have different ones.
        keys: with which rows are signed that decide what workers run.
        clock: time in milliseconds; the server's if None.
        steady: seconds by a clock that nobody sets.
        max_outage_seconds: how long a call tries to reach a server that is away.
        answer_seconds: how long it waits for an answer before it asks again.
    """

    def __init__(
        self,
        url: str,
        *,
        namespace: str = DEFAULT_NAMESPACE,
        keys: Keyring = NO_KEYS,
        clock: Callable[[], int] | None = None,
        steady: Callable[[], float] = steady_seconds,
        max_outage_seconds: float = MAX_OUTAGE_SECONDS,
        answer_seconds: float = CLIENT_ANSWER_SECONDS,
    ) -> None:
        connections = Connections(url, max_outage_seconds, answer_seconds)
        names, seal = KeyNames(namespace), Seal(keys)
        super().__init__(connections, names, seal, clock)
        self.named: Final = RedisNamedRecords(connections, names, clock)
        self.news: Final = RedisNews(connections, names, clock)
        self.repair: Final = RedisRepair(connections, names, seal, clock)
        self._clock_watch = ClockWatch(self._ask_time, steady)

    def __repr__(self) -> str:
        """Show the address without its password."""
        return f"RedisStore({self._connections.shown_url!r})"

    # -- writing the graph

    def define(self, definitions: Definitions) -> None:
        """See :meth:`GraphStore.define`."""
        fields = [
            field
            for digest, encoded in definitions.options
            for field in (digest, self._seal.options(digest, encoded))
        ]
        if fields:
            self._call("HSET", self._keys.options, *fields)
        for name, arguments in definition_calls(definitions, self._seal):
            self._run(name, *arguments)

    # -- asking for results

    def new_generation(self) -> Generation:
        """See :meth:`GraphStore.new_generation`."""
        return Generation(answers.integer(self._run("generation")))

    def request(self, generation: Generation, wanted: Sequence[Wanted]) -> RequestAnswer:
        """See :meth:`GraphStore.request`."""
        return Requester(self._run, self.many_inputs()).request(generation, wanted)

    def cancel(
        self, generation: Generation, operations: Sequence[Digest], error: Digest
    ) -> int:
        """See :meth:`GraphStore.cancel`."""
        packed = self._packed_error(error)
        remaining, seen, ended = list(reversed(operations)), 0, 0
        while remaining:
            page = remaining[:ACT_PAGE]
            answer = _found(self._run("cancel", generation, packed, seen, *page), error)
            number, done, seen = cast("list[int]", answer)
            ended += number
            del remaining[:done]
        return ended

    def reset(self, operations: Sequence[Digest]) -> int:
        """See :meth:`GraphStore.reset`."""
        return sum(
            answers.integer(self._run("reset", *page)) for page in batches(operations, ACT_PAGE)
        )

    def watch(self, client: str, operations: Sequence[Digest]) -> list[OperationState]:
        """See :meth:`GraphStore.watch`."""
        states: list[OperationState] = []
        origins = self.origins()
        for page in batches(operations):
            states += self._states_of(page, self._run("watch", client, *page), origins)
        return states

    # -- running operations

    def step(self, message: StepMessage) -> StepAnswer:
        """See :meth:`GraphStore.step`."""
        answer = self._run("step", *_pack_step(message, self._seal))
        return self._stepped(message, answer)

    def send_step(self, message: StepMessage) -> PendingStep:
        """See :meth:`GraphStore.send_step`."""
        packed = _pack_step(message, self._seal)
        again = partial(self._run, "step", *packed)
        return SentStep(self._begin("step", *packed), again, partial(self._stepped, message))

    def _stepped(self, message: StepMessage, answer: Answer) -> StepAnswer:
        answer = self.many_inputs().claimed(message, answer)
        said = answers.stepped(answer, self._seal, self._accept)
        if said.set_aside:
            whole = {claim.operation.digest for claim in said.claims}
            for operation in answers.claimed_operations(answer):
                if operation not in whole:
                    self._run("set_aside", operation)
        return said

    def release(
        self,
        slot: str,
        operation: Digest,
        fence: Fence,
        *,
        delay_ms: int = 0,
        setback: Setback,
    ) -> Verdict:
        """See :meth:`GraphStore.release`."""
        return answers.verdict(self._run("release", slot, operation, fence, delay_ms, setback))

    def put_back(
        self, slot: str, *, keeps: Sequence[Fence], while_holding: Fence | None = None
    ) -> tuple[QueueName, ...]:
        """See :meth:`GraphStore.put_back`."""
        answer = self._run("put_back", slot, b"".join(keeps), while_holding or b"")
        return tuple(sorted(answers.queue_names(answer)))

    def delegate(
        self,
        slot: str,
        operation: Digest,
        fence: Fence,
        target: Digest,
        index: int,
        *,
        report: RunReport = NOTHING_TO_REPORT,
    ) -> Verdict:
        """See :meth:`GraphStore.delegate`."""
        delegation = self._seal.delegation(operation, target, index)
        told = (report.record, report.log, report.busy_ms, delegation)
        return answers.verdict(
            self._run("delegate", slot, operation, fence, target, index, *told)
        )

    def park(
        self,
        slot: str,
        operation: Digest,
        fence: Fence,
        *,
        setback: Setback = Setback.NOTHING,
    ) -> Verdict:
        """See :meth:`GraphStore.park`."""
        answer = self._run("park", slot, operation, fence, setback)
        if answer == b"many":
            return self.many_inputs().park(slot, operation, fence, setback)
        return answers.verdict(answer)

    def renew(self, slot: str, fence: Fence, *, lease_ms: int) -> bool:
        """See :meth:`GraphStore.renew`."""
        return self._run("renew", slot, fence, lease_ms) == 1

    def invalidate(self, operation: Digest, index: int, content: Digest) -> bool:
        """See :meth:`GraphStore.invalidate`."""
        return self._run("invalidate", operation, index, content) == 1

    # -- upkeep

    def sweep(
        self, sweeper: str, *, fences: Sequence[Fence], lease_ms: int, limit: int = 100
    ) -> SweepAnswer:
        """See :meth:`GraphStore.sweep`."""
        vouched_ms = self._clock_watch.look()
        answer = self._run("sweep", sweeper, lease_ms, limit, vouched_ms, *fences)
        return answers.swept(answer)

    def _ask_time(
        self, add_ms: int | None = None, instead_of_ms: int | None = None
    ) -> ServerTime:
        asked = ("" if number is None else number for number in (add_ms, instead_of_ms))
        return ServerTime(*cast("list[int]", self._run("clock", *asked)))

    def fail_waiting(self, operation: Digest, error: Digest) -> bool:
        """See :meth:`GraphStore.fail_waiting`."""
        packed = self._packed_error(error)
        return _found(self._run("fail_waiting", operation, packed), error) == 1

    def _packed_error(self, error: Digest) -> bytes:
        """The result that a stored error is."""
        data = self.contents([error])[0]
        if data is None:
            raise _not_stored(error)
        packed = pack_result(
            StoredResult(ok=False, content=error, large=False, size_bytes=len(data))
        )
        return self._seal.result(error, 0, packed)

    def recount(self, operations: Sequence[Digest]) -> int:
        """See :meth:`GraphStore.recount`."""
        repaired = 0
        for page in batches(operations, ACT_PAGE):
            number, *many = cast("list[Answer]", self._run("recount", *page))
            repaired += answers.integer(number)
            repaired += sum(map(self.many_inputs().recount, answers.each(many, Digest)))
        return repaired

    # -- life

    def check(self) -> None:
        """See :meth:`GraphStore.check`."""
        answer = self._connections.call("INFO", max_outage_seconds=0)
        refuse_unusable(cast("bytes", answer).decode(), self._connections.shown_url)

    def clear(self) -> None:
        """See :meth:`GraphStore.clear`."""
        pattern, cursor = escape(self._keys.prefix) + b"*", b"0"
        while True:
            answer = self._connections.call("SCAN", cursor, "MATCH", pattern, "COUNT", BATCH)
            cursor, keys = cast("tuple[bytes, list[bytes]]", answer)
            if keys:
                self._connections.call("UNLINK", *keys)
            if cursor == b"0":
                return

    def close(self) -> None:
        """See :meth:`GraphStore.close`."""
        self._connections.close()


def _found(answer: Answer, error: Digest) -> Answer:
    if answer is None:
        raise _not_stored(error)
    return answer


def _not_stored(error: Digest) -> DataMissingError:
    return DataMissingError(f"the error {error.hex()} is not stored: define it first")


def _pack_step(message: StepMessage, seal: Seal) -> list[Argument]:
    return [
        message.slot,
        message.sequence,
        message.queue,
        message.lease_ms,
        message.fence,
        message.claims,
        b"".join(message.keeps),
        len(message.completions),
        *(field for each in message.completions for field in _pack_completion(each, seal)),
    ]


def _pack_completion(completion: Completion, seal: Seal) -> tuple[Argument, ...]:
    packed = list(map(pack_result, completion.results))
    key, operation = completion.trace_key, completion.operation
    return (
        completion.operation,
        completion.fence,
        int(completion.volatile),
        int(completion.linked),
        completion.busy_ms,
        b"" if key is None else seal.trace(key, b"".join(packed)),
        completion.record,
        completion.log,
        b"".join(seal.result(operation, *each) for each in enumerate(packed)),
        len(completion.contents),
        *(field for item in completion.contents for field in item),
    )
