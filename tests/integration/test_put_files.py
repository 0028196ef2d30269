"""A file is put as it was at one moment, and read no more often than that takes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

import funsies as f
from funsies.client import files
from funsies.core.digest import content_digest
from funsies.session import Session
from funsies.store.data import CHUNK_BYTES, FileChunks

SIZE = 3 * CHUNK_BYTES + 5


class Counted(FileChunks):
    """Counts how often a file was read by way of its chunks."""

    reads = 0

    def __iter__(self) -> Iterator[bytes]:
        Counted.reads += 1
        return super().__iter__()


@pytest.fixture(params=["disk", "memory"])
def session(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Session]:
    """A session whose values are on the disk, or in memory."""
    data = f"file://{tmp_path}/store" if request.param == "disk" else None
    with f.Fun(f.Server("memory://", data)) as session:
        yield session


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "large"
    path.write_bytes(os.urandom(SIZE))
    os.utime(path, (0, 0))  # whatever the clock of the file system tells apart
    return path


def stored_files(place: Path) -> dict[str, int]:
    found = (each for each in (place / "store").rglob("*") if each.is_file())
    return {each.name: each.stat().st_ino for each in found}


def test_a_new_file_is_copied_while_it_is_read_and_a_known_one_is_not_copied(
    tmp_path: Path, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "FileChunks", Counted)
    monkeypatch.setattr(Counted, "reads", 0)
    with f.Fun(f.Server("memory://", f"file://{tmp_path}/store")):
        with monkeypatch.context() as hashes_nothing_else:
            hashes_nothing_else.delattr("funsies.store.data.disk.digest_of")
            first = f.put_file(large)
        kept = stored_files(tmp_path)
        assert (Counted.reads, list(kept)) == (1, [content_digest(large.read_bytes()).hex()])
        assert f.put_file(large).hash == first.hash
        assert (Counted.reads, stored_files(tmp_path)) == (1, kept)
        with large.open("r+b") as file:
            file.write(b"changed")
        assert f.put_file(large).hash != first.hash
        assert (Counted.reads, len(stored_files(tmp_path))) == (2, 2)


def test_what_is_stored_already_under_another_name_is_found(
    session: Session, tmp_path: Path, large: Path
) -> None:
    one = f.put_file(large)
    kept = stored_files(tmp_path) if (tmp_path / "store").exists() else {}
    other = tmp_path / "other"
    other.write_bytes(large.read_bytes())
    assert f.put_file(other).hash == one.hash
    if kept:
        assert stored_files(tmp_path) == kept
    assert f.take(one) == large.read_bytes()


def test_a_file_that_is_changed_while_it_is_put_is_noticed(
    session: Session, large: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Changing(FileChunks):
        def __iter__(self) -> Iterator[bytes]:
            for chunk in super().__iter__():
                with self.path.open("r+b") as file:
                    file.seek(SIZE - 1)
                    file.write(b"?")
                yield chunk

    before = large.read_bytes()
    with monkeypatch.context() as while_it_is_changed:
        while_it_is_changed.setattr(files, "FileChunks", Changing)
        with pytest.raises(OSError, match=r"large was changed while it was read"):
            f.put_file(large)
    assert f.take(f.put_file(large)) == before[:-1] + b"?"
