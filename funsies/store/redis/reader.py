"""What only looks: plain commands, and a script for what must be seen at one moment."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final, cast

from funsies.core.digest import DIGEST_BYTES, Digest, short_hash
from funsies.store.batches import BATCH, batches
from funsies.store.key_names import KeyNames
from funsies.store.rows import (
    ArtefactRow,
    Failed,
    Found,
    Generation,
    Lease,
    OperationRow,
    OperationState,
    QueueName,
    StoredResult,
    TaskCounts,
    TaskRow,
)

from . import answers
from .calling import Caller
from .connection import Answer, Connections
from .many_inputs import ManyInputs
from .packing import (
    NOTHING_KEPT,
    Kept,
    cut,
    readable,
    unpack_artefact,
    unpack_operation,
    unpack_result,
    unpack_task,
)
from .pieces import whole
from .seal import Origins, Seal, split
from .soundness import fault_in_definition

_logger: Final = logging.getLogger(__name__)

HEXADECIMAL: Final = re.compile("[0-9a-f]*")


class RedisReader(Caller):
    """The looking half of the store.

    Args:
        connections: to the server.
        keys: of the namespace.
        seal: tells which rows are ours.
        clock: time in milliseconds; the server's if None.
    """

    def __init__(
        self,
        connections: Connections,
        keys: KeyNames,
        seal: Seal,
        clock: Callable[[], int] | None,
    ) -> None:
        super().__init__(connections, keys, clock)
        self._seal = seal

    def options(self, digest: Digest) -> bytes | None:
        """See :meth:`GraphStore.options`."""
        sealed = self._field(self._keys.options, digest)
        if sealed is None or not self._seal.is_options(digest, sealed):
            return None
        return split(sealed)[0]

    def rows_of_states(self, operations: Sequence[Digest]) -> list[bytes]:
        """States as they are kept; empty where there is none."""
        return answers.flat(self._run("inspect", "states", *operations))

    def states(self, operations: Sequence[Digest]) -> list[OperationState]:
        """See :meth:`GraphStore.states`."""
        found: list[OperationState] = []
        origins = self.origins()
        for page in batches(operations):
            answer = self._run("inspect", "states", *page)
            found += self._states_of(page, answer, origins)
        return found

    def _states_of(
        self, operations: Sequence[Digest], answer: Answer, origins: Origins
    ) -> list[OperationState]:
        pairs = zip(operations, map(answers.kept, answers.flat(answer)), strict=True)
        states = dict(pairs)
        if self._seal:
            self._forget_foreign(states, origins)
        return [states[operation].state for operation in operations]

    def _forget_foreign(self, states: dict[Digest, Kept], origins: Origins) -> None:
        """Forget results that are not ours; who has one is idle then."""
        places = [
            (operation, index, sealed)
            for operation, kept in states.items()
            for index, sealed in enumerate(kept.results)
        ]
        for place, is_ours in zip(places, origins.are_ours(places), strict=True):
            if not is_ours:
                self._forget(*place)
                states[place[0]] = NOTHING_KEPT

    def _accept(self, operation: Digest, index: int, sealed: bytes) -> StoredResult | None:
        """Read the result of an output; one that is not ours is forgotten."""
        if self.origins().are_ours([(operation, index, sealed)]) == [True]:
            return unpack_result(sealed)
        self._forget(operation, index, sealed)
        return None

    def _forget(self, operation: Digest, index: int, sealed: bytes) -> None:
        _logger.warning(
            "a result of step %s is not signed with our key: a worker without the right "
            "FUNSIES_KEY made it, or it was changed on the server; it is forgotten, and "
            "execute() computes it again",
            short_hash(operation),
        )
        self._run("invalidate", operation, index, unpack_result(sealed).content)

    def origins(self) -> Origins:
        """See whose results are, while one question is answered."""
        return Origins(self._seal, partial(self._fields, self._keys.delegations))

    def undefined(self, operations: Sequence[Digest]) -> list[Digest]:
        """See :meth:`GraphStore.undefined`."""
        found = zip(operations, self._definitions(operations), strict=True)
        return [each for each, row in found if fault_in_definition(self._seal, each, row)]

    def operations(self, digests: Sequence[Digest]) -> list[OperationRow | None]:
        """See :meth:`GraphStore.operations`."""
        return [
            None if data is None else readable(unpack_operation, digest, data)
            for digest, data in zip(digests, self._definitions(digests), strict=True)
        ]

    def _definitions(self, operations: Sequence[Digest]) -> list[bytes | None]:
        rows = self._fields(self._keys.definitions, operations)
        return [whole(row, self.contents) for row in rows]

    def task(self, digest: Digest, python: str) -> TaskRow | None:
        """See :meth:`GraphStore.task`."""
        key = self._keys.task(digest)
        own, of_all = self._fields(key, (python.encode(), b""))
        data = own or of_all
        if data is None:
            others = answers.flat(self._call("HVALS", key))
            data = others[0] if others else None
        return None if data is None else readable(unpack_task, data)

    def artefact(self, digest: Digest) -> ArtefactRow | None:
        """See :meth:`GraphStore.artefact`."""
        data = self._field(self._keys.artefacts, digest)
        return None if data is None else readable(unpack_artefact, digest, data)

    def consumers(self, operations: Sequence[Digest]) -> tuple[Digest, ...]:
        """See :meth:`GraphStore.consumers`."""
        found: set[Digest] = set()
        for page in batches(operations):
            for packed in answers.flat(self._run("inspect", "consumers", *page)):
                found.update(map(Digest, cut(packed, DIGEST_BYTES)))
        return tuple(sorted(found))

    def contents(self, digests: Sequence[Digest]) -> list[bytes | None]:
        """See :meth:`GraphStore.contents`."""
        return self._fields(self._keys.contents, digests)

    def missing_contents(self, digests: Sequence[Digest]) -> list[Digest]:
        """See :meth:`GraphStore.missing_contents`."""
        found = (self._run("audit", "lacking", *page) for page in batches(digests))
        return [Digest(each) for answer in found for each in answers.flat(answer)]

    def records(self, operations: Sequence[Digest]) -> list[bytes | None]:
        """See :meth:`GraphStore.records`."""
        rows = self._fields(self._keys.states, operations)
        return [None if row is None else answers.kept(row).record for row in rows]

    def log(self, operation: Digest) -> bytes | None:
        """See :meth:`GraphStore.log`."""
        return self._field(self._keys.logs, operation)

    def find(self, prefix: str, limit: int) -> list[Found]:
        """See :meth:`GraphStore.find`."""
        if not HEXADECIMAL.fullmatch(prefix):
            return []
        artefacts = self._matching(self._keys.artefacts, prefix)
        operations = self._matching(self._keys.definitions, prefix)
        found = [Found(digest, False) for digest in artefacts]
        found += [Found(digest, True) for digest in operations]
        return sorted(found, key=lambda each: each.digest)[:limit]

    def all_operations(self) -> list[Digest]:
        """See :meth:`GraphStore.all_operations`."""
        return sorted(self._matching(self._keys.definitions, ""))

    def _matching(self, key: bytes, prefix: str) -> set[Digest]:
        pattern = escape(bytes.fromhex(prefix[: len(prefix) // 2 * 2])) + b"*"
        found: set[Digest] = set()
        cursor = b"0"
        while True:
            command = ("HSCAN", key, cursor, "MATCH", pattern, "COUNT", BATCH)
            answer = self._call(*command)
            cursor, page = cast("tuple[bytes, list[bytes]]", answer)
            found.update(Digest(each) for each in page[::2] if each.hex().startswith(prefix))
            if cursor == b"0":
                return found

    def some_operations(self, place: int, limit: int) -> tuple[list[OperationRow], int]:
        """See :meth:`GraphStore.some_operations`."""
        answer = self._call("HSCAN", self._keys.definitions, place, "COUNT", limit)
        after, page = cast("tuple[bytes, list[bytes]]", answer)
        packed = zip(page[::2], (whole(row, self.contents) for row in page[1::2]), strict=True)
        rows = [readable(unpack_operation, Digest(each), data or b"") for each, data in packed]
        return [row for row in rows if row is not None], int(after)

    def counts(self) -> dict[str, TaskCounts]:
        """See :meth:`GraphStore.counts`."""
        answer = self._call("HGETALL", self._keys.counters)
        return answers.counts(answers.flat(answer))

    def latest_failures(self, limit: int) -> list[Failed]:
        """See :meth:`GraphStore.latest_failures`."""
        entries = answers.flat(self._call("LRANGE", self._keys.failures, 0, limit - 1))
        return answers.failures(entries)

    def queues(self) -> dict[QueueName, int]:
        """See :meth:`GraphStore.queues`."""
        names = sorted(answers.queue_names(self._call("SMEMBERS", self._keys.queues)))
        ready = {name: self._call("ZCARD", self._keys.ready(name)) for name in names}
        return {name: answers.integer(number) for name, number in ready.items() if number}

    def ready(self, queue: QueueName) -> int:
        """See :meth:`GraphStore.ready`."""
        return answers.integer(self._call("ZCARD", self._keys.ready(queue)))

    def last_generation(self) -> Generation:
        """See :meth:`GraphStore.last_generation`."""
        said = cast("bytes | None", self._call("GET", self._keys.generation))
        return Generation(int(readable(float, said or b"0") or 0))

    def leases(self) -> list[Lease]:
        """See :meth:`GraphStore.leases`."""
        rows = answers.rows(self._run("inspect", "leases"))
        found = [lease for row in rows if (lease := readable(answers.lease, row))]
        return sorted(found, key=lambda each: each.slot)

    def waiting_on(self, operation: Digest) -> tuple[Digest, ...]:
        """See :meth:`GraphStore.waiting_on`."""
        answer = self._run("inspect", "waiting", operation)
        found = (
            self.many_inputs().waiting_on(operation)
            if answer is None
            else answers.each(answer, Digest)
        )
        return tuple(sorted(found))

    def many_inputs(self) -> ManyInputs:
        """What deals with steps that have many inputs."""
        entries = partial(self._fields, self._keys.artefacts)
        return ManyInputs(self._run, lambda each: self._definitions([each])[0], entries)

    def pending(self, limit: int) -> list[Digest]:
        """See :meth:`GraphStore.pending`."""
        answer = self._call("SRANDMEMBER", self._keys.blocked, limit)
        return [Digest(each) for each in answers.flat(answer)]

    def is_stuck(self) -> bool:
        """See :meth:`GraphStore.is_stuck`."""
        return self._run("inspect", "stuck") == 1


def escape(data: bytes) -> bytes:
    r"""Quote what a server's patterns take specially.

    >>> escape(b"a*b")
    b'a\\*b'
    """
    return re.sub(rb"([*?\[\]\\^])", rb"\\\1", data)
