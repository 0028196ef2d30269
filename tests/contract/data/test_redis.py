"""Faults of a Redis server that holds values: found, reported, healed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis

from funsies.core.digest import Digest, content_digest
from funsies.core.errors import (
    DataCorruptedError,
    DataMissingError,
    NoServerError,
    ServerError,
)
from funsies.store.data import CHUNK_BYTES, RedisDataStore, is_good, room

DATA = bytes(range(256)) * 8192  # two chunks


@pytest.fixture
def client(redis_url: str) -> Iterator[redis.Redis]:
    with redis.Redis.from_url(redis_url) as made:
        yield made


@pytest.fixture
def store(redis_url: str) -> Iterator[RedisDataStore]:
    made = RedisDataStore(redis_url)
    yield made
    made.close()


def key_of(digest: Digest) -> bytes:
    return b"{funsies}:b:" + digest


def flip_a_bit(client: redis.Redis, key: bytes) -> None:
    chunk = bytearray(client.hget(key, "1"))
    chunk[17] ^= 4
    client.hset(key, "1", bytes(chunk))


def cut_off(client: redis.Redis, key: bytes) -> None:
    client.hset(key, "1", client.hget(key, "1")[:-1])


def swap_chunks(client: redis.Redis, key: bytes) -> None:
    first, second = client.hget(key, "0"), client.hget(key, "1")
    client.hset(key, mapping={"0": second[:-1] + b"!", "1": first})


def change_size(client: redis.Redis, key: bytes) -> None:
    client.hset(key, "size", len(DATA) - 5)


DAMAGES = [flip_a_bit, cut_off, swap_chunks, change_size]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_before_the_end_is_read(store, client, damage):
    digest, size_bytes = store.write([DATA])
    damage(client, key_of(digest))
    with store.open(digest) as source, pytest.raises(DataCorruptedError, match=digest.hex()):
        source.read(size_bytes)


@pytest.mark.parametrize("as_chunks", [list, iter])
@pytest.mark.parametrize("damage", DAMAGES)
def test_storing_a_value_again_heals_damage(store, client, damage, as_chunks):
    digest, _ = store.write([DATA])
    damage(client, key_of(digest))
    store.write(as_chunks([DATA]))
    assert store.open(digest).read() == DATA


def test_a_key_that_holds_something_else_is_missing_and_healed(store, client):
    digest, _ = store.write([DATA])
    other, _ = store.write([b"other"])
    client.delete(key_of(digest))
    client.set(key_of(digest), "text")
    assert store.missing([digest, other]) == {digest}
    with pytest.raises(DataCorruptedError):
        store.open(digest)
    store.write([DATA])
    assert is_good(store, digest)


@pytest.mark.parametrize("field", ["chunks", "size"])
@pytest.mark.parametrize("value", [b"", b"\xa0", b"1x"])
def test_numbers_that_cannot_be_read_are_damage(store, client, field, value):
    digest, _ = store.write([DATA])
    client.hset(key_of(digest), field, value)
    with pytest.raises(DataCorruptedError):
        store.open(digest)
    store.write([DATA])
    assert is_good(store, digest)


def test_a_lost_chunk_is_missing_data_to_lookers_and_readers(store, client):
    digest, _ = store.write([DATA])
    client.hdel(key_of(digest), "1")
    assert store.missing([digest]) == {digest}
    with store.open(digest) as source, pytest.raises(DataMissingError):
        source.read()
    store.write([DATA])
    assert is_good(store, digest)


def test_a_value_deleted_while_it_is_read_is_missing_data(store, client):
    digest, _ = store.write([DATA])
    with store.open(digest) as source:
        source.read(1)
        store.delete(digest)
        with pytest.raises(DataMissingError):
            source.read()


def test_a_good_value_is_not_sent_again(store, client):
    store.write([DATA])
    before = client.info("stats")["total_net_input_bytes"]
    store.write([DATA])
    assert client.info("stats")["total_net_input_bytes"] - before < 10_000


def test_a_value_stays_for_ever_and_leaves_nothing_beside_it(store, client):
    digest, _ = store.write([DATA])
    store.write(iter([DATA]))
    assert client.keys("*") == [key_of(digest)]
    assert client.ttl(key_of(digest)) == -1


def test_namespaces_are_apart(store, redis_url):
    digest, _ = store.write([DATA])
    assert RedisDataStore(redis_url, namespace="other").missing([digest]) == {digest}


def test_a_source_that_fails_leaves_no_upload(store, client):
    def source() -> Iterator[bytes]:
        yield DATA
        assert len(client.keys("*")) == 1
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        store.write(source())
    assert client.keys("*") == []


def test_the_upload_of_a_killed_writer_expires(
    redis_url: str, client, killed_writer: Callable[[str], None]
):
    killed_writer(redis_url)
    (upload,) = client.keys("*")
    assert 60 < client.ttl(upload) <= 120


def test_an_upload_has_its_end_from_its_first_byte_on(store, client):
    """Its writer may be killed between any two messages."""
    database = client.get_connection_kwargs()["db"]  # a worker of another test may just leave
    with client.monitor() as monitor:
        store.write([DATA])
        client.echo("over")
        said = [each for each in _until_over(monitor) if each["db"] == database]
    sent = [each["command"].split()[0] for each in said if each["client_type"] != "lua"]
    assert sent.count("EVAL") == 3  # two chunks and the commit: each is one act
    assert "HSET" not in sent


def _until_over(monitor: Any) -> Iterator[dict[str, str]]:
    while (said := monitor.next_command())["command"] != "ECHO over":
        yield said


def test_an_upload_that_expired_half_way_is_sent_again_if_it_can_be_read_again(store, client):
    class Source:
        """What pauses for too long the first time that it is sent."""

        reads = 0

        def __iter__(self) -> Iterator[bytes]:
            self.reads += 1
            yield DATA
            if self.reads == 2:  # the first is to see whether the store has it
                client.delete(*client.keys("*"))
            yield DATA

    digest, size_bytes = store.write(Source())
    assert store.open(digest).read() == DATA + DATA
    assert size_bytes == 2 * len(DATA)
    assert client.keys("*") == [key_of(digest)]


def test_an_upload_that_expired_half_way_is_an_error_and_not_half_a_value(store, client):
    def source() -> Iterator[bytes]:
        yield DATA
        client.delete(*client.keys("*"))  # as if its time had run out
        yield DATA

    with pytest.raises(ServerError, match="expired because its source paused"):
        store.write(source())
    assert client.keys("*") == []


def test_an_upload_that_was_committed_but_not_answered_counts(store, client):
    """The client library sends a command again when the answer is lost."""
    store.write([DATA])
    send = store._client.eval

    def send_twice(*arguments: Any) -> Any:
        send(*arguments)
        return send(*arguments)

    store._client.eval = send_twice
    digest, _ = store.write(iter([DATA, b"more"]))
    assert store.open(digest).read() == DATA + b"more"


# -- the server


def test_a_full_server_is_a_clear_error_leaves_nothing_and_work_resumes(own_redis_server):
    store = RedisDataStore(own_redis_server.url)
    kept, _ = store.write([b"small"])
    with redis.Redis.from_url(own_redis_server.url) as client:
        client.config_set("maxmemory", client.info("memory")["used_memory"] + 8 * CHUNK_BYTES)
        with pytest.raises(ServerError, match=r"is full; .*maxmemory") as caught:
            store.write(os.urandom(CHUNK_BYTES) for _ in range(30))
        assert len(str(caught.value)) < 400
        assert client.keys("*") == [key_of(kept)]
    digest, _ = store.write([DATA])
    assert is_good(store, digest)


def test_a_value_that_the_machine_of_the_server_has_no_memory_for_is_a_clear_error(
    own_redis_server, monkeypatch
):
    store = RedisDataStore(own_redis_server.url)
    kept, _ = store.write([b"small"])
    monkeypatch.setattr(room, "MOST_USED", 0.0001)
    with pytest.raises(ServerError, match=r"is full: .* on disk \(file:///"):
        store.write(bytes(CHUNK_BYTES) for _ in range(room.CHUNKS_BETWEEN_LOOKS))
    with redis.Redis.from_url(own_redis_server.url) as client:
        assert client.keys("*") == [key_of(kept)]


def test_no_server_is_said_so(tmp_path):
    store = RedisDataStore(f"unix://{tmp_path}/s?password=hunter2", max_outage_seconds=0)
    for act in (store.open, store.delete, store.size_bytes, lambda each: store.missing([each])):
        with pytest.raises(NoServerError, match="no server answers at unix:///") as caught:
            act(content_digest(b""))
        assert "hunter2" not in f"{caught.value!r} {caught.value.__cause__!r}"
    with pytest.raises(NoServerError):
        store.write([DATA])


def test_a_wrong_password_is_said_so_and_not_shown(make_redis_server):
    server = make_redis_server("--requirepass", "right")
    for url in (f"{server.url}?password=hunter2", server.url):
        with pytest.raises(ServerError, match="password") as caught:
            RedisDataStore(url).size_bytes(content_digest(b""))
        assert "hunter2" not in f"{caught.value!r} {caught.value.__cause__!r}"
    assert (
        RedisDataStore(f"{server.url}?password=right").size_bytes(content_digest(b"")) is None
    )


def test_values_survive_a_power_cut_of_the_server_once_they_are_flushed(own_redis_server):
    store = RedisDataStore(own_redis_server.url)
    with redis.Redis.from_url(own_redis_server.url) as client:
        client.config_set("appendfsync", "always")
    digest, _ = store.write([DATA])
    own_redis_server.restart()
    assert store.open(digest).read() == DATA


FORK_WHILE_READING = """
import os, sys
from funsies.store.data import open_data_store

DATA = bytes(range(256)) * 8192
store = open_data_store(sys.argv[1])
digest, _ = store.write([DATA])
with store.open(digest) as source:
    head = source.read(1)
    child = os.fork()
    if child == 0:
        is_right = all(store.open(digest).read() == DATA for _ in range(20))
        store.close()
        os._exit(0 if is_right else 1)
    is_right = all(store.open(digest).read() == DATA for _ in range(20))
    print(is_right, head + source.read() == DATA, os.waitpid(child, 0)[1])
"""


def test_a_connection_is_not_shared_with_a_forked_process(redis_url: str, start_python):
    output, _ = start_python(FORK_WHILE_READING, redis_url).communicate()
    assert output == "True True 0\n"
