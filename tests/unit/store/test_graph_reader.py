"""The reader of the stored graph: in pages, by level, and one word for what is not there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import pytest

from funsies.core.digest import Digest, content_digest
from funsies.core.errors import UnknownHashError
from funsies.store.batches import BATCH
from funsies.store.connect import open_backend
from funsies.store.graph_reader import (
    known_artefact,
    known_step,
    known_steps,
    known_task,
    read_levels,
)
from funsies.store.ports import GraphStore

NOTHING = content_digest(b"nothing of this address was ever stored")


def named(number: int) -> Digest:
    return content_digest(str(number).encode())


def test_a_wide_level_is_read_in_pages() -> None:
    """No question is longer than the server bears."""
    root, wide = named(0), [named(each) for each in range(1, 2 * BATCH + 2)]
    pages: list[int] = []

    def read(page: Sequence[Digest]) -> list[Digest]:
        pages.append(len(page))
        return wide if root in page else [root]

    assert read_levels([root, root], read) == [root, *wide]
    assert pages == [1, BATCH, BATCH, 1]


@pytest.mark.parametrize(("levels", "read"), [(0, 0), (1, 1), (3, 3), (None, 9)])
def test_so_many_levels_are_read_as_are_asked_for(levels: int | None, read: int) -> None:
    asked: list[Digest] = []

    def below(page: Sequence[Digest]) -> Iterator[Digest]:
        asked.extend(page)
        return (named(each + 1) for each in range(8) if named(each) in page)

    read_levels([named(0)], below, levels=levels)
    assert asked == [named(each) for each in range(read)]


@pytest.mark.parametrize(
    ("what", "look"),
    [
        ("step", known_step),
        ("step", lambda graph, digest: known_steps(graph, [digest])),
        ("task", known_task),
        ("artefact", known_artefact),
    ],
)
def test_what_is_not_stored_is_named_with_what_to_do(
    what: str, look: Callable[[GraphStore, Digest], object]
) -> None:
    graph = open_backend("memory://").graph
    with pytest.raises(
        UnknownHashError, match=f"no {what} {NOTHING.hex()[:10]}.* execute the pro"
    ):
        look(graph, NOTHING)
