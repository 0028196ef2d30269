"""What a comparison reads of the store: each thing once, and many at a time."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, cast

from msgspec.structs import replace

from funsies.core.archive import members
from funsies.core.digest import Digest
from funsies.core.encoding import PICKLE, to_preview
from funsies.core.errors import DataCorruptedError, DataMissingError, EncodingError
from funsies.core.pieces import Piece, decode_pieces
from funsies.core.python_plan import PYTHON
from funsies.store.batches import batches
from funsies.store.connect import Backend
from funsies.store.execution_record import ExecutionRecord, decode_record
from funsies.store.ports import GraphReader, GraphStore
from funsies.store.rows import InputRow, OperationRow, OperationState


class _Shared:
    """A graph whose definitions, records and states are asked for once."""

    def __init__(self, graph: GraphReader) -> None:
        self._graph = graph
        self._rows: dict[Digest, OperationRow | None] = {}
        self._records: dict[Digest, bytes | None] = {}
        self._states: dict[Digest, OperationState] = {}

    def __getattr__(self, name: str) -> Any:
        return getattr(self._graph, name)

    def operations(self, digests: Sequence[Digest]) -> list[OperationRow | None]:
        unknown = [each for each in digests if each not in self._rows]
        if unknown:
            self._rows |= zip(unknown, self._graph.operations(unknown), strict=True)
        return [self._rows[each] for each in digests]

    def records(self, digests: Sequence[Digest]) -> list[bytes | None]:
        unknown = [each for each in digests if each not in self._records]
        if unknown:
            self._records |= zip(unknown, self._graph.records(unknown), strict=True)
        return [self._records[each] for each in digests]

    def states(self, digests: Sequence[Digest]) -> list[OperationState]:
        unknown = [each for each in digests if each not in self._states]
        if unknown:
            self._states |= zip(unknown, self._graph.states(unknown), strict=True)
        return [self._states[each] for each in digests]


def sharing(backend: Backend) -> Backend:
    """The same, for one question that reads several graphs."""
    return replace(backend, graph=cast("GraphStore", _Shared(backend.graph)))


MOST_SHOWN_BYTES: Final = 100_000
"""Larger values in the data store are not read."""

_MOST_LARGE: Final = 100


class StoreView:
    """What is stored of tasks and values, as far as somebody has asked for it.

    Args:
        backend: where it is stored.
    """

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._ingredients: dict[Digest, Mapping[str, Any]] = {}
        self._pieces: dict[str, list[Piece] | None] = {}

    def ingredients(self, task: Digest) -> Mapping[str, Any]:
        """What went into the address of a task; nothing if it is not known any more."""
        if task not in self._ingredients:
            row = self._backend.graph.task(task, PYTHON)
            self._ingredients[task] = {} if row is None else _parsed(row.ingredients)
        return self._ingredients[task]

    def pieces(self, task: Digest) -> list[Piece] | None:
        """The pieces of the code of a task; None if they are not known."""
        address = self.ingredients(task).get("code")
        if not isinstance(address, str):
            return None
        if address not in self._pieces:
            self._pieces[address] = self._read_pieces(address)
        return self._pieces[address]

    def _read_pieces(self, address: str) -> list[Piece] | None:
        try:
            digest = Digest(bytes.fromhex(address))
            data = self._backend.graph.contents([digest])[0]
            return None if data is None else decode_pieces(data)
        except (EncodingError, ValueError):
            return None

    def texts(self, addresses: Iterable[bytes]) -> dict[bytes, str]:
        """Texts of pieces by their addresses, as far as they are there."""
        wanted = [Digest(each) for each in dict.fromkeys(addresses) if each]
        contents = self.contents(wanted)
        return {each: data.decode("utf-8", "replace") for each, data in contents.items()}

    def contents(self, addresses: Sequence[Digest]) -> dict[Digest, bytes]:
        """Small values by the addresses of their contents, as far as they are there."""
        found: dict[Digest, bytes] = {}
        for batch in batches(addresses):
            pairs = zip(batch, self._backend.graph.contents(batch), strict=True)
            found |= {each: data for each, data in pairs if data is not None}
        return found

    def values(self, given: Sequence[InputRow]) -> dict[Digest, bytes]:
        """Given values by the addresses of their contents, but for those that are too long."""
        small = [each.content for each in given if each.content and not each.large]
        large = [each.content for each in given if each.content and each.large]
        found = self.contents(small)
        for each in dict.fromkeys(large[:_MOST_LARGE]):
            size_bytes = self._backend.data.size_bytes(each)
            if size_bytes is not None and size_bytes <= MOST_SHOWN_BYTES:
                with suppress(DataMissingError, DataCorruptedError):
                    found[each] = bytes(self._backend.data.load(each))
        return found

    def states(self, operations: Iterable[Digest]) -> dict[Digest, OperationState]:
        """States of operations."""
        found: dict[Digest, OperationState] = {}
        for batch in batches(list(dict.fromkeys(operations))):
            found |= zip(batch, self._backend.graph.states(batch), strict=True)
        return found

    def records(self, operations: Iterable[Digest]) -> dict[Digest, ExecutionRecord]:
        """How operations were run last, as far as that is known."""
        found: dict[Digest, ExecutionRecord] = {}
        for batch in batches(list(dict.fromkeys(operations))):
            records = map(decode_record, self._backend.graph.records(batch))
            pairs = zip(batch, records, strict=True)
            found |= {each: record for each, record in pairs if record is not None}
        return found


def _parsed(data: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(data)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


MOST_BYTES: Final = 20_000
"""Of a longer value, this much is compared."""


def value_text(row: InputRow | None, contents: Mapping[Digest, bytes]) -> str | None:
    """A given value as a text; None if there is none, or if it is not text.

    Args:
        row: the input.
        contents: small values that were read.
    """
    if row is None or row.content is None:
        return None
    data = contents.get(row.content)
    if data is None or row.wire == PICKLE:
        return None
    return _text(data, row.wire)


def _text(data: bytes, wire: str) -> str | None:
    whole = "\n".join(_names(data)).encode() if wire == "files" else to_preview(wire, data)
    try:
        text = whole[:MOST_BYTES].decode()
    except UnicodeDecodeError:
        return None
    return None if "\0" in text else text


def _names(data: bytes) -> list[str]:
    """The names in an archive of files."""
    return [member.name for member, _ in members(io.BytesIO(data))]
