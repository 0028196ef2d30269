"""Damaged values are removed; good ones never, also if they are stored at this very moment."""

from __future__ import annotations

from pathlib import Path

import pytest
import redis

from funsies.core.digest import Digest
from funsies.store.data import DiskDataStore, MemoryDataStore, RedisDataStore
from funsies.store.data import disk as disk_module
from funsies.store.data import redis as redis_module
from funsies.store.ports import DataStore

DATA = b"a value" * 1000


def damage(store: DataStore, digest: Digest, tmp_path: Path, url: str) -> None:
    if isinstance(store, MemoryDataStore):
        store._values[digest] = b"damaged"
    elif isinstance(store, DiskDataStore):
        name = digest.hex()
        (tmp_path / "data" / name[:2] / name[2:4] / name).write_bytes(b"damaged")
    else:
        with redis.Redis.from_url(url) as client:
            client.hset(b"{funsies}:b:" + digest, "0", b"damaged")


def test_all_values_are_listed(store: DataStore) -> None:
    stored = {store.write([b"%d" % number])[0] for number in range(30)}
    assert set(store.digests()) == stored


def test_a_good_value_is_kept_and_a_damaged_one_removed(
    store: DataStore, tmp_path: Path, redis_url: str
) -> None:
    digest, _ = store.write([DATA])
    assert not store.discard_bad(digest)
    assert store.open(digest).read() == DATA
    damage(store, digest, tmp_path, redis_url)
    assert store.discard_bad(digest)
    assert store.missing([digest]) == {digest}
    assert list(store.digests()) == []
    assert not store.discard_bad(digest)
    store.write([DATA])
    assert store.open(digest).read() == DATA


@pytest.mark.parametrize("store", ["disk", "redis"], indirect=True)
def test_what_is_stored_while_the_damaged_one_is_read_stays(
    store: DataStore, tmp_path: Path, redis_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    digest, _ = store.write([DATA])
    damage(store, digest, tmp_path, redis_url)
    module = disk_module if isinstance(store, DiskDataStore) else redis_module
    is_good = module.is_good

    def slow(asked: DataStore, value: Digest) -> bool:
        answer = is_good(asked, value)
        monkeypatch.setattr(module, "is_good", is_good)
        another(store, tmp_path, redis_url).write([DATA])
        return answer

    monkeypatch.setattr(module, "is_good", slow)
    assert not store.discard_bad(digest)
    assert store.open(digest).read() == DATA
    assert list(store.digests()) == [digest]


def another(store: DataStore, tmp_path: Path, url: str) -> DataStore:
    """The same store, as another process has it."""
    is_disk = isinstance(store, DiskDataStore)
    return DiskDataStore(tmp_path / "data") if is_disk else RedisDataStore(url)


def test_what_is_no_value_is_not_listed(tmp_path: Path) -> None:
    store = DiskDataStore(tmp_path)
    digest, _ = store.write([DATA])
    directory = tmp_path / digest.hex()[:2] / digest.hex()[2:4]
    (directory / f"{digest.hex()}.aside-1234").mkdir()
    (directory / "notes").write_text("of somebody")
    (tmp_path / "README").write_text("of somebody")
    assert list(store.digests()) == [digest]
