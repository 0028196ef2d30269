"""Values as files in a directory, named after their content digest.

``<directory>/ab/cd/abcd...`` holds the bytes of the value ``abcd...`` and nothing else, so
``sha256sum`` can check it. A file is written in ``<directory>/tmp``, flushed to the disk,
and renamed: other processes see all of it or none.

On NFS the same holds if the directory is on one mount: renames are atomic on the server,
``fsync`` and ``close`` wait for it, and opening a file looks at the server, not at the
cache. What does not hold there: a dead writer's file is told by its age alone if the
mount has no locks.
"""

from __future__ import annotations

import errno
import hashlib
import io
import mmap
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import zip_longest
from pathlib import Path
from typing import BinaryIO, Final

from funsies.core.digest import Digest
from funsies.core.errors import ServerError

from .chunks import FileChunks, chunks_of, rechunk
from .files import (
    FileHash,
    digests_in,
    disk_errors,
    identity,
    look_again,
    make_directory,
    open_or_none,
    sync_directory,
)
from .sharing import LINK_BYTES, clone_to, digest_of, link_read_only
from .temporary import STALE_SECONDS, TemporaryFile, fresh_name, remove_stale
from .verify import (
    corrupted,
    find_stored,
    is_good,
    is_in_memory,
    missing,
    read_whole,
    verified_reader,
)

MAP_BYTES: Final = 1 << 20
"""Smaller files are read into memory: a map of a file has its price, too."""


class DiskDataStore:
    """A data store in a directory, which may be shared by machines.

    May be used from several threads, and after a fork. Only the owner can read it.

    Args:
        directory: made if it does not exist.
        stale_seconds: temporary files of dead writers are removed when they are older.

    Raises:
        ServerError: if the directory cannot be made or used.
    """

    def __init__(
        self, directory: str | os.PathLike[str], *, stale_seconds: float = STALE_SECONDS
    ) -> None:
        self._directory = Path(directory).absolute()
        self._temporary = self._directory / "tmp"
        self._disk_errors = partial(disk_errors, self._directory)
        with self._disk_errors():
            self._directory.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._temporary.mkdir(mode=0o700, exist_ok=True)
            remove_stale(self._temporary, older_than_seconds=stale_seconds)

    def __repr__(self) -> str:
        return f"<DiskDataStore: {self._directory}>"

    def write(self, chunks: Iterable[bytes]) -> tuple[Digest, int]:
        """Store a stream; whole, and safely on the disk, or not at all.

        Raises:
            ServerError: if the disk is full or cannot be written.
        """
        if isinstance(chunks, FileChunks) and chunks.is_given_up:
            linked = TemporaryFile.linked(chunks.path, self._temporary)
            if linked is not None:
                return self._keep(linked)
        if is_in_memory(chunks) or (isinstance(chunks, FileChunks) and chunks.is_new):
            return self._write_at_once(chunks)
        return self._stored(chunks) or self._written(chunks)

    def _stored(self, chunks: Iterable[bytes]) -> tuple[Digest, int] | None:
        """Look whether a value is there, and good; a file is compared with what is stored."""
        if not isinstance(chunks, FileChunks):
            return find_stored(self, chunks)
        digest = digest_of(chunks.path)
        size_bytes = self.size_bytes(digest)
        if size_bytes is None or not self._holds(digest, chunks.path):
            return None
        return digest, size_bytes

    def _write_at_once(self, chunks: Iterable[bytes]) -> tuple[Digest, int]:
        """Write and hash in one go, although the store may have the value already.

        To know that, the value would have to be hashed before; then what is written would
        have to be hashed again, since others may change it meanwhile.
        """
        try:
            return self._written(chunks)
        except ServerError:  # a full disk is no fault if nothing has to be written
            if (stored := self._stored(chunks)) is None:
                raise
            return stored

    def _written(self, chunks: Iterable[bytes]) -> tuple[Digest, int]:
        with self._disk_errors():
            file = TemporaryFile.made_in(self._temporary)
        return self._keep(file, chunks)

    def _keep(self, file: TemporaryFile, chunks: Iterable[bytes] = ()) -> tuple[Digest, int]:
        """Hash a file once while it reaches the disk, with what it is filled, and name it."""
        try:
            if isinstance(chunks, FileChunks) and file.clone_from(chunks.path):
                chunks = ()
            with self._disk_errors():
                hashed = FileHash(file.path)
            with hashed:
                hashed.follow(file.size_bytes)
                for chunk in rechunk(chunks):  # the source's own errors are not the disk's
                    with self._disk_errors():
                        file.write(chunk)
                    hashed.follow(len(chunk))
                with self._disk_errors():
                    file.sync()
            with self._disk_errors():
                if not self._holds(hashed.digest, file.path):
                    self._rename(file, self._path(hashed.digest))
        finally:
            file.discard()
        return hashed.digest, hashed.size_bytes

    def _holds(self, digest: Digest, same: Path) -> bool:
        """Whether a value is there, byte for byte what a file is that has its digest."""
        file = self._open_file(digest)
        if file is None:
            return False
        with suppress(OSError), file, same.open("rb") as other:
            pairs = zip_longest(chunks_of(file), chunks_of(other))
            return all(mine == others for mine, others in pairs)
        return False

    def _rename(self, file: TemporaryFile, path: Path) -> None:
        make_directory(path.parent.parent)
        make_directory(path.parent)
        self._make_way(path)
        file.rename(path)
        sync_directory(path.parent)

    def _make_way(self, path: Path) -> None:
        """Set a directory aside that is in the place of a value: no file takes its place."""
        if path.is_dir() and not path.is_symlink():
            path.rename(path.with_name(f"{path.name}.aside-{os.urandom(4).hex()}"))

    def place(self, digest: Digest, path: Path, *, may_link: bool) -> bool:
        """Make a value a new file without copying its bytes, and verify them there.

        Raises:
            DataMissingError: if there is no such value.
            DataCorruptedError: if the bytes do not match the digest; then there is no file.
        """
        file = self._open_file(digest)
        if file is None:
            raise missing(digest, str(self._directory))
        with file:
            may_link = may_link and os.fstat(file.fileno()).st_size >= LINK_BYTES
            is_there = clone_to(file.fileno(), path) or (
                may_link and link_read_only(self._path(digest), path)
            )
        if is_there and digest_of(path) != digest:
            path.unlink()
            raise corrupted(digest)
        return is_there

    def open(self, digest: Digest) -> BinaryIO:
        """Read a value as a stream, verified and in flat memory.

        Raises:
            DataMissingError: if there is no such value.
            DataCorruptedError: by reads, if the bytes do not match the digest.
            ServerError: here or by reads, if the disk cannot be read.
        """
        file = self._open_file(digest)
        if file is None:
            raise missing(digest, str(self._directory))
        size_bytes = os.fstat(file.fileno()).st_size
        return verified_reader(digest, size_bytes, self._chunks(file, digest), file.close)

    def load(self, digest: Digest) -> memoryview:
        """Read a value whole; a large one is a map of its file, private to the caller.

        It is verified by being read, not through the map: what the disk has lost is an error
        then, and not the end of the process.

        Raises:
            DataMissingError: if there is no such value.
            DataCorruptedError: if the bytes do not match the digest.
            ServerError: if the disk cannot be read.
        """
        file = self._open_file(digest)
        if file is None:
            raise missing(digest, str(self._directory))
        with file:
            size_bytes = os.fstat(file.fileno()).st_size
            if size_bytes >= MAP_BYTES:
                with self._reading(digest):
                    found = hashlib.file_digest(file, "sha256").digest()
                if found != digest:
                    raise corrupted(digest)
                with suppress(OSError):  # not every file system maps files
                    return memoryview(
                        mmap.mmap(file.fileno(), size_bytes, access=mmap.ACCESS_COPY)
                    )
                file.seek(0)
            source = verified_reader(digest, size_bytes, self._chunks(file, digest))
            return read_whole(source, size_bytes)

    def _chunks(self, file: io.FileIO, digest: Digest) -> Iterator[bytes]:
        with self._reading(digest):
            yield from chunks_of(file)

    @contextmanager
    def _reading(self, digest: Digest) -> Iterator[None]:
        """Tell what is wrong with a value that cannot be read."""
        with self._disk_errors():
            try:
                yield
            except OSError as problem:
                if problem.errno == errno.ESTALE:  # NFS: it was deleted meanwhile
                    raise missing(digest, str(self._directory)) from problem
                if problem.errno == errno.EIO:  # the disk has lost it
                    raise corrupted(digest) from problem
                raise

    def _open_file(self, digest: Digest) -> io.FileIO | None:
        """Open the file of a value; None if there is none, or something that is not a file."""
        path = self._path(digest)
        with self._disk_errors():
            descriptor = open_or_none(path)
            if descriptor is None:
                look_again(path.parent)
                descriptor = open_or_none(path)
        return None if descriptor is None else io.FileIO(descriptor, "rb")

    def missing(self, digests: Collection[Digest]) -> set[Digest]:
        """Those of the values that are not there, without reading them."""
        return {digest for digest in digests if self.size_bytes(digest) is None}

    def size_bytes(self, digest: Digest) -> int | None:
        """Number of bytes; None if it is not there."""
        file = self._open_file(digest)
        if file is None:
            return None
        with file:
            return os.fstat(file.fileno()).st_size

    def delete(self, digest: Digest) -> None:
        """Remove a value; nothing happens if it is not there."""
        with self._disk_errors():
            self._make_way(self._path(digest))
            self._path(digest).unlink(missing_ok=True)

    def discard_bad(self, digest: Digest) -> bool:
        """Remove a damaged value, or what is in its place; return whether there was any.

        Only what was looked at is removed: a file that was renamed there meanwhile stays.
        """
        with self._disk_errors():
            seen = identity(self._path(digest))
        if seen is None or is_good(self, digest):
            return False
        with self._disk_errors():
            return self._remove_if(self._path(digest), seen)

    def _remove_if(self, path: Path, seen: tuple[int, int]) -> bool:
        """Remove a file if it is still the one that was seen."""
        if path.is_dir() and not path.is_symlink():
            self._make_way(path)
            return True
        aside = self._temporary / fresh_name()
        try:
            path.rename(aside)
        except FileNotFoundError:
            return False
        is_seen = identity(aside) == seen
        if not is_seen:
            with suppress(FileExistsError):
                os.link(aside, path, follow_symlinks=False)
        aside.unlink(missing_ok=True)
        return is_seen

    def digests(self) -> Iterator[Digest]:
        """All values that are there, good or bad, in no order."""
        return digests_in(self._directory)

    def close(self) -> None:
        """Nothing is open between calls."""

    def _path(self, digest: Digest) -> Path:
        name = digest.hex()
        return self._directory / name[:2] / name[2:4] / name
