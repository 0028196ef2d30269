"""Records under a name."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from funsies.store.memory import MemoryStore
from funsies.store.ports import GraphStore
from funsies.store.redis import RedisStore


@pytest.fixture(params=["memory", "redis"])
def graph(request: pytest.FixtureRequest) -> Iterator[GraphStore]:
    store: GraphStore
    if request.param == "memory":
        store = MemoryStore()
    else:
        store = RedisStore(request.getfixturevalue("redis_url"))
    yield store
    store.close()


def test_a_record_is_found_under_its_name_and_kind(graph: GraphStore) -> None:
    graph.named.save("kind", {"name ☂": b"\0data"})
    assert graph.named.get("kind", "name ☂") == b"\0data"
    assert graph.named.get("kind", "other") is None
    assert graph.named.get("other", "name ☂") is None


def test_the_newest_record_of_a_name_wins(graph: GraphStore) -> None:
    graph.named.save("kind", {"a": b"1"})
    graph.named.save("kind", {"b": b"2"})
    graph.named.save("kind", {"a": b"3"})
    assert graph.named.get_all("kind") == {"a": b"3", "b": b"2"}


def test_what_is_kept_first_under_a_name_stays(graph: GraphStore) -> None:
    assert graph.named.setdefault("kind", "a", b"1") == b"1"
    assert graph.named.setdefault("kind", "a", b"2") == b"1"
    assert graph.named.get("kind", "a") == b"1"


def test_many_records_are_kept_and_found_at_once(graph: GraphStore) -> None:
    graph.named.save("kind", {"a": b"1"})
    graph.named.save("kind", {"a": b"2", "name ☂": b"\0"})
    graph.named.save("kind", {})
    assert graph.named.get_many("kind", ["name ☂", "other", "a"]) == [b"\0", None, b"2"]
    assert graph.named.get_many("kind", []) == []


def test_clear_forgets_names(graph: GraphStore) -> None:
    graph.named.save("kind", {"a": b"1"})
    graph.clear()
    assert graph.named.get_all("kind") == {}


def test_records_are_forgotten_by_name_or_all_of_a_kind(graph: GraphStore) -> None:
    for name in ("a", "b", "c"):
        graph.named.save("kind", {name: b"1"})
    graph.named.save("other", {"a": b"2"})
    graph.named.delete("kind", ["a", "nothing"])
    assert sorted(graph.named.names("kind")) == ["b", "c"]
    graph.named.delete("kind", [])
    assert sorted(graph.named.names("kind")) == ["b", "c"]
    graph.named.delete("kind")
    graph.named.delete("kind")
    assert graph.named.names("kind") == []
    assert graph.named.get_all("other") == {"a": b"2"}
