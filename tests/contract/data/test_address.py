"""Data stores by address: right ones open, wrong ones say what to write."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

import pytest

from funsies.core.errors import FunsiesError
from funsies.store.data import (
    DiskDataStore,
    MemoryDataStore,
    RedisDataStore,
    open_data_store,
)

SECRET = "hunter2"


@pytest.mark.parametrize(
    "url",
    [
        "redis://localhost:6379/3",
        "redis://localhost",
        "rediss://user:hunter2@example.org:6380",
        "redis://:hunter2@[::1]:6379/0?socket_timeout=3",
        "unix:///run/s?db=2&password=hunter2",
        "unix://user:hunter2@/run/s",
    ],
)
def test_redis_addresses_open_and_their_repr_shows_no_password(url: str):
    store = open_data_store(url)
    assert isinstance(store, RedisDataStore)
    assert SECRET not in repr(store)
    store.close()


def test_a_directory_is_made_with_any_name(tmp_path: Path):
    directory = tmp_path / "a b%20?#é"
    assert isinstance(open_data_store("file://" + quote(str(directory))), DiskDataStore)
    assert directory.is_dir()


def test_memory_is_new_and_empty_each_time():
    store = open_data_store("memory://")
    assert isinstance(store, MemoryDataStore)
    digest, _ = store.write([b"x"])
    assert open_data_store("memory://").missing([digest])


@pytest.mark.parametrize(
    "url", ["", "data", "/data", "http://user:hunter2@host/", "s3://bucket", "memory://x"]
)
def test_other_addresses_are_refused_with_the_forms_that_are_accepted(url: str):
    with pytest.raises(
        FunsiesError, match=r"redis://.*rediss://.*unix:///.*file:///.*memory://"
    ):
        open_data_store(url)


@pytest.mark.parametrize(
    "url",
    [
        "file://data",
        "file:data",
        "file://host/data",
        "file:///data?x=1",
        "file://[data",
        "file:///data%00",
    ],
)
def test_a_directory_needs_an_absolute_path(url: str):
    with pytest.raises(FunsiesError, match="file:///path/to/directory"):
        open_data_store(url)


@pytest.mark.parametrize(
    "url",
    [
        "redis://me:hunter2@host:port/0",
        "redis://me:hun/ter2@host:1/0",
        "redis://me:12/hunter2@host:1/0",
        "redis://:12#hunter2@host:1/0",
        "redis://:12?hunter2@host:1/0",
        "redis://me:hunter2@host:1/database",
        "redis://me:hunter2@host:1/0?socket_timeout=hunter2",
        "redis://me:hunter2@host:1/0?no_such_option=hunter2",
        "unix://hunter2/@/run/s",
        "unix:///",
        "redis://[hunter2@host",
    ],
)
def test_malformed_redis_addresses_are_refused_and_show_no_password(url: str):
    with pytest.raises(FunsiesError) as caught:
        open_data_store(url)
    shown = f"{caught.value} {caught.value.__cause__}"
    assert SECRET not in shown
    assert "ter2" not in shown
    assert caught.value.__suppress_context__ or caught.value.__context__ is None
