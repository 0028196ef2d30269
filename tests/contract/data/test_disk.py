"""Faults of a data directory: found, reported, healed; and nothing left behind."""

from __future__ import annotations

import contextlib
import errno
import os
import resource
import signal
import stat
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from funsies.core.digest import Digest, content_digest
from funsies.core.encoding.parts import part, written
from funsies.core.errors import DataCorruptedError, DataMissingError, ServerError
from funsies.store.data import CHUNK_BYTES, DiskDataStore, is_good
from funsies.store.data.temporary import TemporaryFile

DATA = bytes(range(256)) * 8192  # two chunks


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path / "data"


@pytest.fixture
def store(directory: Path) -> DiskDataStore:
    return DiskDataStore(directory)


def file_of(directory: Path, digest: Digest) -> Path:
    (path,) = directory.rglob(digest.hex())
    return path


def files_in(directory: Path) -> list[Path]:
    return [path for path in directory.rglob("*") if path.is_file()]


def flip_first_bit(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[0] ^= 1
    path.write_bytes(data)


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size - 1)


def cut_whole_chunk_off(path: Path) -> None:
    os.truncate(path, CHUNK_BYTES)


def empty(path: Path) -> None:
    os.truncate(path, 0)


def append(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"x")


DAMAGES = [flip_first_bit, cut_off, cut_whole_chunk_off, empty, append]


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_is_found_before_the_end_is_read(
    store: DiskDataStore, directory: Path, damage: Callable[[Path], None]
):
    digest, size_bytes = store.write([DATA])
    damage(file_of(directory, digest))
    with store.open(digest) as source, pytest.raises(DataCorruptedError, match=digest.hex()):
        source.read(size_bytes + 1)
    with store.open(digest) as source:
        for _ in range(2):  # and again: a second read must not look like the end
            with pytest.raises(DataCorruptedError):
                source.read()


@pytest.mark.parametrize("damage", DAMAGES)
@pytest.mark.parametrize("as_chunks", [list, iter])
def test_storing_a_value_again_heals_damage(
    store: DiskDataStore,
    directory: Path,
    damage: Callable[[Path], None],
    as_chunks: Callable[[list[bytes]], list[bytes]],
):
    digest, _ = store.write([DATA])
    damage(file_of(directory, digest))
    store.write(as_chunks([DATA]))
    assert store.open(digest).read() == DATA


def test_a_good_value_is_not_written_again(store: DiskDataStore, directory: Path):
    digest, _ = store.write([DATA])
    before = file_of(directory, digest).stat()
    assert store.write([DATA]) == (digest, len(DATA))
    after = file_of(directory, digest).stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_a_removed_file_is_missing(store: DiskDataStore, directory: Path):
    digest, _ = store.write([DATA])
    file_of(directory, digest).unlink()
    assert store.missing([digest]) == {digest}
    with pytest.raises(DataMissingError):
        store.open(digest)


def put_link_to_good_bytes(path: Path) -> None:
    elsewhere = path.parent / "elsewhere"
    elsewhere.write_bytes(DATA)
    path.symlink_to(elsewhere)


@pytest.mark.parametrize("intruder", [put_link_to_good_bytes, os.mkfifo, Path.mkdir])
def test_what_is_not_a_plain_file_is_not_a_value_and_does_not_hang(
    store: DiskDataStore, directory: Path, intruder: Callable[[Path], None]
):
    digest, _ = store.write([DATA])
    path = file_of(directory, digest)
    path.unlink()
    intruder(path)
    assert store.missing([digest]) == {digest}


def test_only_the_owner_can_read(store: DiskDataStore, directory: Path):
    old_mask = os.umask(0)
    try:
        store.write([DATA])
    finally:
        os.umask(old_mask)
    for path in [directory, *directory.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        assert mode == (0o700 if path.is_dir() else 0o600), path


def test_other_stores_on_the_directory_see_the_value(store: DiskDataStore, directory: Path):
    digest, _ = store.write([DATA])
    assert is_good(DiskDataStore(directory), digest)


def test_a_directory_that_cannot_be_made_is_a_clear_error(tmp_path: Path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(ServerError, match="file/data cannot be used: Not a directory"):
        DiskDataStore(tmp_path / "file" / "data")


# -- a full disk


@contextlib.contextmanager
def largest_file(size_bytes: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size_bytes, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 4 MiB, where this user may mount one."""
    place = tmp_path / "small"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(place)]
    mounted = subprocess.run(command, capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("this user may not mount file systems")
    yield place
    subprocess.run(["umount", str(place)], check=True)


def test_a_full_disk_is_a_clear_error_leaves_nothing_and_work_resumes(small_disk: Path):
    store = DiskDataStore(small_disk / "data")
    kept, _ = store.write([b"small"])
    with pytest.raises(ServerError, match=r"is full .*make room"):
        store.write(b"x" * CHUNK_BYTES for _ in range(20))
    assert [path.name for path in files_in(small_disk)] == [kept.hex()]
    digest, _ = store.write(iter([DATA]))
    assert is_good(store, digest)
    assert is_good(store, kept)


def test_a_limit_on_the_size_of_files_is_a_clear_error_and_leaves_nothing(
    store: DiskDataStore, directory: Path
):
    with largest_file(CHUNK_BYTES), pytest.raises(ServerError, match="is full"):
        store.write([DATA])
    assert files_in(directory) == []


def test_what_is_stored_already_needs_no_room(store: DiskDataStore, directory: Path):
    digest, size_bytes = store.write([DATA])
    with largest_file(CHUNK_BYTES):
        assert store.write([DATA]) == (digest, size_bytes)
    assert [path.name for path in files_in(directory)] == [digest.hex()]


def test_what_is_stored_already_keeps_its_file_unless_that_is_damaged(
    store: DiskDataStore, directory: Path
):
    store.write([DATA])
    (path,) = files_in(directory)
    first = path.stat().st_ino
    store.write([DATA])
    assert path.stat().st_ino == first
    for damaged in (DATA[:-1], DATA + b"x", b"?" + DATA[1:], b""):
        path.chmod(0o600)
        path.write_bytes(damaged)
        store.write([DATA])
        assert path.read_bytes() == DATA


def test_an_array_that_changes_while_it_is_written_has_the_address_of_what_is_stored(
    store: DiskDataStore,
):
    """Other threads of a step may do so; what is found under an address must be just that."""
    numbers = bytearray(8 * CHUNK_BYTES)
    value = written([part(memoryview(numbers))])
    is_over = threading.Event()

    def change() -> None:
        while not is_over.is_set():
            for place in range(0, len(numbers), 4096):
                numbers[place] = (numbers[place] + 1) % 256

    changing = threading.Thread(target=change)
    changing.start()
    try:
        for _ in range(5):
            digest, size_bytes = store.write(value)
            assert is_good(store, digest)
            assert store.size_bytes(digest) == size_bytes
    finally:
        is_over.set()
        changing.join()


@pytest.fixture
def bind_mount() -> Iterator[Callable[[str, Path], None]]:
    """Put a file in the place of another, where this user may."""
    mounted: list[Path] = []

    def mount(source: str, target: Path) -> None:
        command = ["mount", "--bind", source, str(target)]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("this user may not mount files")
        mounted.append(target)

    yield mount
    for target in mounted:
        subprocess.run(["umount", str(target)], check=True)


def test_bytes_that_the_disk_has_lost_are_corrupted_data(
    store: DiskDataStore, directory: Path, bind_mount: Callable[[str, Path], None]
):
    digest, _ = store.write([DATA])
    # The first page of a process's memory is not there: reading it is an input/output error.
    bind_mount(f"/proc/{os.getpid()}/mem", file_of(directory, digest))
    with store.open(digest) as source, pytest.raises(DataCorruptedError) as caught:
        source.read()
    assert isinstance(caught.value.__cause__, OSError)


# -- writers that die


def test_a_writer_killed_half_way_leaves_no_value_and_its_file_is_cleaned_up(
    directory: Path, killed_writer: Callable[[str], None]
):
    killed_writer(f"file://{directory}")
    (left,) = files_in(directory)
    assert left.parent.name == "tmp"
    DiskDataStore(directory)
    assert files_in(directory) == []


def test_cleaning_up_spares_a_writer_that_is_alive_however_old_its_file_is(directory: Path):
    store = DiskDataStore(directory)

    def source() -> Iterator[bytes]:
        yield DATA
        (unfinished,) = files_in(directory)
        os.utime(unfinished, (0, 0))
        DiskDataStore(directory, stale_seconds=0)
        assert files_in(directory) == [unfinished]
        yield b"end"

    digest, _ = store.write(source())
    assert digest == content_digest(DATA + b"end")
    assert is_good(store, digest)


def test_an_old_output_that_becomes_a_value_is_not_taken_for_that_of_a_dead_writer(
    store: DiskDataStore, directory: Path, tmp_path: Path
) -> None:
    """``cp -p`` and ``tar`` make files with the time of others."""
    old = tmp_path / "old"
    old.write_bytes(DATA)
    os.utime(old, (0, 0))
    linked = TemporaryFile.linked(old, directory / "tmp")
    assert linked is not None
    DiskDataStore(directory)  # removes what dead writers have left
    assert linked.path.exists()
    linked.discard()  # as the end of its writer does, but for the name
    os.link(old, linked.path)
    DiskDataStore(directory)
    assert not linked.path.exists(), "its writer is dead"
    assert old.read_bytes() == DATA
    assert store.size_bytes(content_digest(DATA)) is None


def test_what_a_killed_writer_has_left_is_removed_by_who_comes_next(tmp_path):
    """At once, and not what a writer that lives is at."""
    directory = tmp_path / "data"
    DiskDataStore(directory)
    for _ in range(20):
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            file = TemporaryFile.made_in(directory / "tmp")
            file.write(b"half of a value")
            os.write(writer, b"!")
            signal.pause()
        os.read(reader, 1)
        os.close(reader)
        os.close(writer)
        alive = TemporaryFile.made_in(directory / "tmp")
        DiskDataStore(directory)
        assert len(list((directory / "tmp").iterdir())) == 2, "both writers live"
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        DiskDataStore(directory)
        assert list((directory / "tmp").iterdir()) == [alive.path]
        alive.discard()


def test_a_file_of_another_host_is_left_to_its_writer_for_a_day(tmp_path):
    directory = tmp_path / "data"
    DiskDataStore(directory)
    path = directory / "tmp" / f"{'0' * 8}-{'1' * 32}"
    path.touch()
    DiskDataStore(directory)
    assert path.exists()
    os.utime(path, (0, 0))
    DiskDataStore(directory)
    assert not path.exists()


def test_a_file_system_that_maps_no_files_is_read(
    store: DiskDataStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise OSError(errno.ENODEV, "No such device")

    digest, _ = store.write([DATA])
    monkeypatch.setattr("mmap.mmap", refuse)
    loaded = store.load(digest)
    loaded[:1] = b"x"
    assert loaded[1:] == DATA[1:]


def test_what_is_damaged_is_not_loaded(store: DiskDataStore, directory: Path) -> None:
    for data in (DATA, DATA[:100]):
        digest, _ = store.write([data])
        file_of(directory, digest).write_bytes(b"x" + data[1:])
        with pytest.raises(DataCorruptedError):
            store.load(digest)
