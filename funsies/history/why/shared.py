"""A view of a store that remembers what it has read: runs share most of their steps."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, cast

from funsies.core.digest import Digest
from funsies.store.connect import Backend
from funsies.store.rows import OperationRow, OperationState

if TYPE_CHECKING:
    from funsies.store.ports import GraphStore


class _Shared:
    """A graph whose definitions, records and states are asked for once."""

    def __init__(self, graph: GraphStore) -> None:
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
