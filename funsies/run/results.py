"""What a step made, put where it belongs: small bytes beside the graph, large in the store."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from returns.pipeline import is_successful
from returns.result import Result

from funsies.core.digest import Digest, content_digest
from funsies.core.errors import Error, encode_error
from funsies.store.connect import INLINE_BYTES, Backend
from funsies.store.data import FileChunks
from funsies.store.rows import Result as StoredResult

MAX_ERROR_BYTES: Final = 1024 * 1024


class ResultWriter:
    """Collects the results of one operation.

    Attributes:
        results: by output.
        contents: small bytes, to be published with the results.
        errors: those among the results.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self.results: list[StoredResult] = []
        self.contents: dict[Digest, bytes] = {}
        self.errors: list[Error] = []

    def add_all(self, outcomes: Iterable[Result[bytes | Path, Error]]) -> None:
        """Add the outcome of each output: bytes, a file that holds them, or an error."""
        for outcome in outcomes:
            if is_successful(outcome):
                self._add_value(outcome.unwrap())
            else:
                self.add_error(outcome.failure())

    def _add_value(self, value: bytes | Path) -> None:
        if isinstance(value, Path):
            size = value.stat().st_size
            if size > INLINE_BYTES:
                self._add_large(FileChunks(value))
                return
            value = value.read_bytes()
        if len(value) > INLINE_BYTES:
            self._add_large([value])
        else:
            self._add_small(value, ok=True)

    def _add_large(self, chunks: Iterable[bytes]) -> None:
        digest, size_bytes = self._backend.data.write(chunks)
        self.results.append(StoredResult(True, digest, True, size_bytes))

    def _add_small(self, data: bytes, *, ok: bool) -> None:
        digest = content_digest(data)
        self.contents[digest] = data
        self.results.append(StoredResult(ok, digest, False, len(data)))

    def add_error(self, error: Error) -> None:
        """Add an error in the place of a value."""
        self.errors.append(error)
        self._add_small(encode_error(error), ok=False)


def sourced(error: Error, operation: Digest, task: str) -> Error:
    """Name the operation that failed, unless the error came from another one."""
    if error.source is not None:
        return error
    return dataclasses.replace(error, source=operation.hex(), task=task)
