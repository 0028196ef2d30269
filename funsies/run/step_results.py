"""What a step made, put where it belongs: small bytes beside the graph, large in the store."""

from __future__ import annotations

import dataclasses
import resource
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TypeAlias

from returns.pipeline import is_successful
from returns.result import Failure, Result

from funsies.core.digest import Digest, content_digest, trace_key
from funsies.core.encoding import Encoded, Pieces
from funsies.core.errors import Error, encode_error
from funsies.store.connect import INLINE_BYTES, Backend
from funsies.store.data import ArchiveChunks, FileChunks, is_executable
from funsies.store.rows import Claim, Completion, StoredResult

from .execution import HOST
from .orphans import is_subreaper

Made: TypeAlias = Encoded | Path | ArchiveChunks
"""The bytes of a value, a stream of them, a file that holds them, or files that are a value."""


class ResultWriter:
    """Collects the results of one claimed operation.

    Attributes:
        errors: those among the results.
        log: what the step printed, as far as it is no result.
        children: what processes used that were started for the step, and only for it.
    """

    def __init__(self, backend: Backend, claim: Claim, worker: str) -> None:
        self._backend = backend
        self._claim = claim
        self._worker = worker
        self._results: list[StoredResult] = []
        self._contents: dict[Digest, bytes] = {}
        self.errors: list[Error] = []
        self.log: bytes = b""
        self.children: list[resource.struct_rusage] = []

    @property
    def size_bytes(self) -> int:
        """Size of the values among the results."""
        return sum(each.size_bytes for each in self._results if each.ok)

    @property
    def is_whole(self) -> bool:
        """True if there is a result for each output of the operation."""
        return len(self._results) == len(self._claim.operation.outputs)

    def add_all(
        self, outcomes: Iterable[Result[Encoded, Error]] | Iterable[Result[Made, Error]]
    ) -> None:
        """Add the outcome of each output: bytes, a file or files that hold them, or an error.

        Raises:
            ServerError: if the data store is full.
        """
        for outcome in outcomes:
            if is_successful(outcome):
                self._add_value(outcome.unwrap())
            else:
                self._add_error(self._located(outcome.failure()))

    def fail(self, error: Error) -> None:
        """Let every output be an error."""
        self.add_all([Failure(error)] * len(self._claim.operation.outputs))

    def completion(
        self,
        *,
        record: bytes,
        volatile: bool = False,
        trace_key: Digest | None = None,
        busy_ms: int = 0,
    ) -> Completion:
        """What is to be published."""
        infrastructure = any(error.is_infrastructure for error in self.errors)
        return Completion(
            operation=self._claim.operation.digest,
            fence=self._claim.fence,
            results=tuple(self._results),
            contents=tuple(self._contents.items()),
            volatile=volatile or self._claim.volatile or infrastructure,
            record=record,
            trace_key=trace_key,
            log=self.log,
            busy_ms=busy_ms,
        )

    def _add_value(self, value: Made) -> None:
        if isinstance(value, bytes) and len(value) <= INLINE_BYTES:
            self._add_small(value, ok=True)
            return
        executable = isinstance(value, Path) and is_executable(value)
        chunks = [value] if isinstance(value, bytes) else _stream(value)
        if _size_bytes(value) > INLINE_BYTES:
            digest, size_bytes = self._backend.data.write(chunks)
            self._results.append(StoredResult(True, digest, True, size_bytes, executable))
        else:
            self._add_small(b"".join(chunks), ok=True, executable=executable)

    def _add_error(self, error: Error) -> None:
        self.errors.append(error)
        self._add_small(encode_error(error), ok=False)

    def _add_small(self, data: bytes, *, ok: bool, executable: bool = False) -> None:
        digest = content_digest(data)
        self._contents[digest] = data
        self._results.append(StoredResult(ok, digest, False, len(data), executable))

    def _located(self, error: Error) -> Error:
        """Name the operation that failed, where, and when, unless it came from another one."""
        if error.source is not None:
            return error
        return dataclasses.replace(
            error,
            volatile=error.volatile or self._claim.volatile,
            failed_at=round(time.time(), 3),
            source=self._claim.operation.digest.hex(),
            task=self._claim.operation.task_name,
            host=HOST,
            worker=self._worker,
            attempts=self._claim.attempt,
        )


def _stream(value: Path | ArchiveChunks | Pieces) -> Iterable[bytes]:
    if not isinstance(value, Path):
        return value
    # Elsewhere a child that the step has left in the background may go on writing to the file.
    return FileChunks(value, is_given_up=is_subreaper())


def _size_bytes(value: Made) -> int:
    if isinstance(value, Path):
        return value.stat().st_size
    return value.size_bytes if isinstance(value, (ArchiveChunks, Pieces)) else len(value)


def trace_key_of(claim: Claim) -> Digest | None:
    """Trace key of a claim; None if it must leave no trace."""
    if claim.volatile or claim.operation.dynamic:
        return None
    return trace_key(
        claim.operation.task,
        [
            (row.name, result.ok, result.executable, result.content)
            for row, result in zip(claim.operation.inputs, claim.inputs, strict=True)
            if result is not None
        ],
    )


def is_traced(backend: Backend, claim: Claim) -> bool:
    """True if a trace says what the results are, and their bytes are there."""
    if claim.trace is None or claim.trace.key != trace_key_of(claim):
        return False
    if len(claim.trace.results) != len(claim.operation.outputs):
        return False  # it is damaged, or was made by a damaged task
    large = [result.content for result in claim.trace.results if result.large]
    return not large or not backend.data.missing(large)
