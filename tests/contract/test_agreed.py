"""Where large values are: clients and workers go by what the server says now."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from funsies.core.errors import DataStoreError
from funsies.store.agreed import AgreedDataStore
from funsies.store.data.address import ensure_identity, identity_of
from funsies.store.redis import RedisStore
from funsies.store.server_notes import IN_SERVER, place_at, replace_place


@pytest.fixture
def graph(redis_url: str) -> Iterator[RedisStore]:
    with closing(RedisStore(redis_url)) as store:
        yield store


def test_after_a_server_was_emptied_all_agree_on_what_it_is_told_then(
    graph: RedisStore, redis_url: str, tmp_path: Path
) -> None:
    """A worker and a client may have been there before, and know the former place."""
    replace_place(graph.named, place_at(f"file://{tmp_path}/first", redis_url))
    worker, client = (AgreedDataStore(graph.named, redis_url, None) for _ in range(2))
    with closing(worker), closing(client):
        lost, _ = worker.write([b"before"])
        assert client.open(lost).read() == b"before"
        graph.clear()
        kept, _ = worker.write([b"after"])
        with closing(AgreedDataStore(graph.named, redis_url, None)) as late:
            assert late.open(kept).read() == b"after"
        assert client.missing([kept]) == set()
        assert client.open(kept).read() == b"after"
        assert not client.place(kept, tmp_path / "file", may_link=True)


def test_a_worker_that_was_told_a_place_refuses_another_one_that_the_server_is_told(
    graph: RedisStore, redis_url: str, tmp_path: Path
) -> None:
    worker = AgreedDataStore(graph.named, redis_url, f"file://{tmp_path}/first")
    other = AgreedDataStore(graph.named, redis_url, None)
    with closing(worker), closing(other):
        worker.write([b"before"])
        graph.clear()
        other.write([b"after"])
        with pytest.raises(DataStoreError, match=r"in the server itself.*shutdown --all"):
            worker.write([b"lost, where nobody looks"])


@pytest.mark.parametrize("record", [b"", b'{"url": "fi', b'{"url": "\xff"}', b"[1]"])
def test_a_record_that_is_damaged_is_an_error_with_a_remedy_that_works(
    graph: RedisStore, redis_url: str, tmp_path: Path, record: bytes
) -> None:
    place = f"file://{tmp_path}/data"
    with closing(AgreedDataStore(graph.named, redis_url, place)) as store:
        kept, _ = store.write([b"value"])
    graph.named.save("server", {"data": record})
    with closing(AgreedDataStore(graph.named, redis_url, None)) as store:
        with pytest.raises(DataStoreError, match=r"damaged.*FUNSIES_DATA"):
            store.open(kept)
        with closing(AgreedDataStore(graph.named, redis_url, place)) as told:
            told.settle()
        assert store.open(kept).read() == b"value"


def test_the_server_itself_may_be_named_in_another_way(
    graph: RedisStore, redis_url: str, tmp_path: Path
) -> None:
    """Else who has only the first of its names would look for another server."""
    (tmp_path / "link").symlink_to(urlsplit(redis_url).path)
    other_name = redis_url.replace(urlsplit(redis_url).path, f"{tmp_path}/link")
    assert place_at(other_name, redis_url) == place_at(redis_url, redis_url) == IN_SERVER
    with closing(AgreedDataStore(graph.named, redis_url, other_name)) as store:
        assert store.agree() == IN_SERVER


def test_a_directory_has_a_number_also_where_the_file_system_has_no_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_link(*_: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", no_link)
    url = f"file://{tmp_path}/data"
    number = ensure_identity(url)
    assert number
    assert identity_of(url) == number == ensure_identity(url)
    assert [each.name for each in (tmp_path / "data").iterdir()] == ["store-id"]
