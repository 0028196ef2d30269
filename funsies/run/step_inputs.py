"""The inputs of a claimed operation, with their bytes found and verified."""

from __future__ import annotations

import io
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from returns.result import Failure, Result, Success
from typing_extensions import Buffer

from funsies.core.digest import Digest, content_digest
from funsies.core.encoding import JSON
from funsies.core.errors import (
    DataCorruptedError,
    DataMissingError,
    Error,
    decode_error,
)
from funsies.core.graph import constant_digest
from funsies.store.connect import Backend
from funsies.store.data import CHUNK_BYTES
from funsies.store.rows import Claim, InputRow, StoredResult


class BadBytesError(Exception):
    """The bytes of an input are missing or damaged.

    Attributes:
        input: which input.
        content: address of the bytes.
        problem: what was found.
    """

    def __init__(
        self, row: InputRow, content: Digest, problem: DataMissingError | DataCorruptedError
    ) -> None:
        super().__init__(str(problem))
        self.input = row
        self.content = content
        self.problem = problem


@dataclass(frozen=True, slots=True)
class InputValue:
    """One input: an error, small bytes, or large bytes in the data store.

    Attributes:
        row: its definition.
        error: the error that stands in its place, if there is one.
        small: its bytes, if they are kept beside the graph.
        content: address of its bytes.
        size_bytes: their number.
        executable: True for a file that may be run as a program.
    """

    row: InputRow
    error: Error | None
    small: bytes | None
    content: Digest
    size_bytes: int
    executable: bool = False

    def open(self, backend: Backend) -> BinaryIO:
        """Read the bytes as a stream.

        Raises:
            BadBytesError: if they are missing.
        """
        if self.small is not None:
            return io.BytesIO(self.small)
        try:
            return backend.data.open(self.content)
        except DataMissingError as problem:
            raise BadBytesError(self.row, self.content, problem) from problem

    def place(self, backend: Backend, path: Path, *, may_link: bool) -> bool:
        """Make large bytes a file without copying them; False if that cannot be.

        Raises:
            BadBytesError: if they are missing or damaged.
        """
        try:
            return backend.data.place(self.content, path, may_link=may_link)
        except (DataMissingError, DataCorruptedError) as problem:
            raise BadBytesError(self.row, self.content, problem) from problem

    def read(self, backend: Backend) -> Result[bytes, Error]:
        """Read the bytes whole, or give the error.

        Raises:
            BadBytesError: if they are missing or damaged.
        """
        if self.error is not None:
            return Failure(self.error)
        try:
            with self.open(backend) as stream:
                return Success(stream.read())
        except (DataMissingError, DataCorruptedError) as problem:
            raise BadBytesError(self.row, self.content, problem) from problem

    def load(self, backend: Backend) -> Result[Buffer, Error]:
        """Read the bytes whole, into memory that the value may keep, or give the error.

        Raises:
            BadBytesError: if they are missing or damaged.
        """
        if self.small is not None and self.error is None:
            return Success(self.small)
        if self.error is not None or self.row.wire != JSON:
            return self.read(backend)
        try:
            return Success(backend.data.load(self.content))
        except (DataMissingError, DataCorruptedError) as problem:
            raise BadBytesError(self.row, self.content, problem) from problem

    def verify(self, backend: Backend) -> None:
        """Read the bytes to their end.

        Raises:
            BadBytesError: if they are missing or damaged.
        """
        try:
            with self.open(backend) as stream:
                while stream.read(CHUNK_BYTES):
                    pass
        except (DataMissingError, DataCorruptedError) as problem:
            raise BadBytesError(self.row, self.content, problem) from problem


def _check_constant(row: InputRow, result: StoredResult) -> None:
    """See that a constant is what its address says: its entry in the store is not signed."""
    if constant_digest(row.wire, result.content, executable=result.executable) != row.artefact:
        problem = f"the entry of input {row.name!r} is damaged"
        raise BadBytesError(row, result.content, DataCorruptedError(problem, result.content))


def gather_inputs(backend: Backend, claim: Claim) -> dict[str, InputValue]:
    """Find the bytes of all inputs.

    Raises:
        BadBytesError: if small bytes are missing or damaged; large ones are looked at when
            they are read.
    """
    rows = claim.operation.inputs
    results = [result for result in claim.inputs if result is not None]
    absent = [
        result.content
        for result in results
        if not result.large and result.content not in claim.contents
    ]
    found = claim.contents
    if absent:
        contents = backend.graph.contents(absent)
        found = claim.contents | {
            digest: data
            for digest, data in zip(absent, contents, strict=True)
            if data is not None
        }
    return {
        row.name: _value(row, result, found) for row, result in zip(rows, results, strict=True)
    }


def _value(row: InputRow, result: StoredResult, found: Mapping[Digest, bytes]) -> InputValue:
    if row.producer is None:
        _check_constant(row, result)
    small = None
    if not result.large:
        small = found.get(result.content)
        if small is None:
            problem = DataMissingError(
                f"the bytes of input {row.name!r} are gone", result.content
            )
            raise BadBytesError(row, result.content, problem)
        if content_digest(small) != result.content:
            damaged = DataCorruptedError(
                f"the bytes of input {row.name!r} are damaged", result.content
            )
            raise BadBytesError(row, result.content, damaged)
    error = decode_error(small) if not result.ok and small is not None else None
    return InputValue(row, error, small, result.content, result.size_bytes, result.executable)
