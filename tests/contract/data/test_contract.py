"""What every data store promises."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funsies.core.digest import content_digest
from funsies.core.errors import DataMissingError
from funsies.store.data import CHUNK_BYTES, FileChunks, copy_to_file, is_good
from funsies.store.ports import DataStore

ABSENT = content_digest(b"never stored")

# Values are looked up by their digest, so examples that share a store do not disturb another.
shared_store = settings(
    max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def patterned(size_bytes: int) -> bytes:
    return (hashlib.sha256(str(size_bytes).encode()).digest() * (size_bytes // 32 + 1))[
        :size_bytes
    ]


@pytest.mark.parametrize(
    "size_bytes", [0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, 3 * CHUNK_BYTES + 7]
)
def test_reads_what_was_written_at_any_size(store: DataStore, size_bytes: int):
    data = patterned(size_bytes)
    digest, written_bytes = store.write(iter([data]))
    assert (digest, written_bytes) == (content_digest(data), size_bytes)
    assert store.open(digest).read() == data
    assert store.load(digest) == data
    assert store.size_bytes(digest) == size_bytes
    assert store.missing([digest]) == set()


@pytest.mark.parametrize("size_bytes", [100, 3 * CHUNK_BYTES])
def test_what_is_loaded_may_be_written_to_and_nobody_sees_it(store: DataStore, size_bytes: int):
    data = patterned(size_bytes)
    digest, _ = store.write([data])
    mine, other = store.load(digest), store.load(digest)
    mine[:] = bytes(size_bytes)
    assert store.load(digest) == other == data
    store.delete(digest)
    assert other == data
    with pytest.raises(DataMissingError):
        store.load(digest)


@shared_store
@given(pieces=st.lists(st.binary(max_size=200)))
def test_pieces_of_any_size_make_one_value(store: DataStore, pieces: list[bytes]):
    digest, size_bytes = store.write(iter(pieces))
    assert digest == content_digest(b"".join(pieces))
    with store.open(digest) as source:
        assert source.read() == b"".join(pieces)
    assert size_bytes == sum(map(len, pieces))


@shared_store
@given(data=st.binary(min_size=1, max_size=5000), read_bytes=st.integers(1, 6000))
def test_reads_of_any_size_give_the_value(store: DataStore, data: bytes, read_bytes: int):
    digest, _ = store.write([data])
    with store.open(digest) as source:
        assert b"".join(iter(lambda: source.read(read_bytes), b"")) == data
        assert source.read(1) == b""


def test_a_value_that_was_never_stored_is_missing(store: DataStore):
    present, _ = store.write([b"present"])
    assert store.missing([present, ABSENT]) == {ABSENT}
    assert store.missing([]) == set()
    assert store.size_bytes(ABSENT) is None
    with pytest.raises(DataMissingError, match=ABSENT.hex()):
        store.open(ABSENT)


def test_a_value_is_placed_as_a_whole_file_or_not_at_all(store: DataStore, tmp_path: Path):
    for data in (b"small", patterned(17 << 20)):
        digest, _ = store.write([data])
        for number, may_link in enumerate((False, True)):
            path = tmp_path / f"{len(data)}-{number}"
            is_there = store.place(digest, path, may_link=may_link)
            assert path.exists() == is_there
            assert not is_there or path.read_bytes() == data
    path = tmp_path / "absent"
    with suppress(DataMissingError):
        assert not store.place(ABSENT, path, may_link=True)
    assert not path.exists()


def test_many_values_are_looked_for_at_once(store: DataStore):
    present = [store.write([b"%d" % number])[0] for number in range(30)]
    absent = [content_digest(b"absent %d" % number) for number in range(2500)]
    assert store.missing([*absent, *present]) == set(absent)


def test_a_deleted_value_is_gone_and_can_be_stored_again(store: DataStore):
    digest, _ = store.write([b"value"])
    store.delete(digest)
    assert store.missing([digest]) == {digest}
    store.delete(digest)
    store.write([b"value"])
    assert is_good(store, digest)


class SourceFailedError(Exception):
    pass


def test_a_source_that_fails_leaves_nothing_and_its_own_error_comes_through(store: DataStore):
    def source() -> Iterator[bytes]:
        yield patterned(2 * CHUNK_BYTES)
        raise SourceFailedError

    with pytest.raises(SourceFailedError):
        store.write(source())
    assert store.missing([content_digest(patterned(2 * CHUNK_BYTES))])


def test_a_source_that_fails_with_an_os_error_is_not_blamed_on_the_store(
    store: DataStore, tmp_path: Path
):
    with pytest.raises(FileNotFoundError):
        store.write(FileChunks(tmp_path / "no such file"))


def test_a_value_can_be_stored_again_while_it_is_read(store: DataStore):
    data = patterned(3 * CHUNK_BYTES)
    digest, _ = store.write([data])
    with store.open(digest) as source:
        head = source.read(10)
        store.write(iter([data]))
        assert head + source.read() == data


def test_readers_never_see_a_part_of_a_value_that_is_being_written(store: DataStore):
    data = patterned(4 * CHUNK_BYTES)
    digest = content_digest(data)
    is_half_way, may_go_on = threading.Event(), threading.Event()

    def source() -> Iterator[bytes]:
        yield data[: 2 * CHUNK_BYTES]
        is_half_way.set()
        assert may_go_on.wait(30)
        yield data[2 * CHUNK_BYTES :]

    with ThreadPoolExecutor() as pool:
        writer = pool.submit(store.write, source())
        assert is_half_way.wait(30)
        assert store.missing([digest]) == {digest}
        with pytest.raises(DataMissingError):
            store.open(digest)
        may_go_on.set()
        writer.result()
    assert store.open(digest).read() == data


def test_writers_of_the_same_content_do_not_disturb_one_another_nor_readers(store: DataStore):
    data = patterned(3 * CHUNK_BYTES + 1)
    digest, _ = store.write([data])
    start = threading.Barrier(6)

    def write() -> bool:
        start.wait(30)
        return store.write(iter([data])) == (digest, len(data))

    def read() -> bool:
        start.wait(30)
        return all(store.open(digest).read() == data for _ in range(4))

    with ThreadPoolExecutor(6) as pool:
        done = [pool.submit(act) for act in (write, read) * 3]
        assert all(each.result() for each in done)


def test_a_plain_file_goes_in_and_out(store: DataStore, tmp_path: Path):
    data = patterned(2 * CHUNK_BYTES + 5)
    (tmp_path / "in").write_bytes(data)
    digest, size_bytes = store.write(FileChunks(tmp_path / "in"))
    assert size_bytes == len(data)
    with store.open(digest) as source:
        assert copy_to_file(source, tmp_path / "out") == len(data)
    assert (tmp_path / "out").read_bytes() == data


def test_copying_out_never_overwrites_a_file(store: DataStore, tmp_path: Path):
    digest, _ = store.write([b"new"])
    (tmp_path / "out").write_bytes(b"old")
    with store.open(digest) as source, pytest.raises(FileExistsError):
        copy_to_file(source, tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == b"old"
