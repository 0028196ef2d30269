"""A directory of files as one stream of bytes: a tar archive that is canonical and plain.

Names are sorted, and of times, owners and modes only one thing is kept: whether a file may be
run as a program. So directories with the same files have the same bytes, which any ``tar`` can
read. Directories are written only if they are empty; the others are known by their files.
"""

from __future__ import annotations

import io
import stat
import tarfile
from collections.abc import Iterator, Mapping
from typing import IO, Final

import msgspec

from .errors import EncodingError, FileNameError
from .file_names import validate_file_name

_FORMAT: Final = tarfile.GNU_FORMAT
_READ_BYTES: Final = 1 << 20

_NOT_FILES: Final = "these bytes are not a directory of files"

END: Final = bytes(2 * tarfile.BLOCKSIZE)
"""What comes after the last file."""


class Member(msgspec.Struct, frozen=True):
    """A file in an archive, or an empty directory.

    Attributes:
        name: path below the directory.
        size_bytes: of the content.
        executable: True if it may be run as a program.
        is_directory: True for an empty directory.
    """

    name: str
    size_bytes: int = 0
    executable: bool = False
    is_directory: bool = False


def header(member: Member) -> bytes:
    """What comes before the content."""
    info = tarfile.TarInfo(member.name)
    info.size = member.size_bytes
    info.mode = 0o755 if member.executable or member.is_directory else 0o644
    info.type = tarfile.DIRTYPE if member.is_directory else tarfile.REGTYPE
    return info.tobuf(_FORMAT, "utf-8", "strict")


def padding(size_bytes: int) -> bytes:
    """What comes after the content."""
    return bytes(-size_bytes % tarfile.BLOCKSIZE)


def members(source: IO[bytes]) -> Iterator[tuple[Member, Iterator[bytes]]]:
    """Read an archive as a stream, to its end and in flat memory.

    Args:
        source: a stream; what its reads raise comes through as it is.

    Yields:
        Each member with its content in pieces, to be read before the next is asked for.

    Raises:
        EncodingError: if it is not such an archive: damaged, or with names that lead out of
            the directory, or with something that is neither a file nor a directory.
    """
    while (member := _next_member(source)) is not None:
        content = _pieces(source, member.size_bytes)
        yield member, content
        for _ in content:  # what was not looked at
            pass
        _exactly(source, len(padding(member.size_bytes)))
    while source.read(_READ_BYTES):  # a verified stream is good when its end was read
        pass


def _next_member(source: IO[bytes]) -> Member | None:
    """Read a header; None at the end."""
    block = _exactly(source, tarfile.BLOCKSIZE)
    if not any(block):
        return None
    info = _parsed(block)
    if info.type == tarfile.GNUTYPE_LONGNAME:
        name = b"".join(_pieces(source, info.size)).rstrip(b"\0/")
        _exactly(source, len(padding(info.size)))
        info = _parsed(_exactly(source, tarfile.BLOCKSIZE))
        info.name = name.decode(errors="surrogateescape")
    return _checked(info)


def _parsed(block: bytes) -> tarfile.TarInfo:
    try:
        return tarfile.TarInfo.frombuf(block, "utf-8", "surrogateescape")
    except tarfile.TarError as problem:
        raise EncodingError(f"{_NOT_FILES}: {problem}") from problem


def _checked(info: tarfile.TarInfo) -> Member:
    if not info.isreg() and not info.isdir():
        raise EncodingError(f"{_NOT_FILES}: {info.name!r} is neither a file nor a directory")
    try:
        validate_file_name(info.name)
    except FileNameError as problem:
        raise EncodingError(f"{_NOT_FILES}: {problem}") from None
    size_bytes = 0 if info.isdir() else info.size
    return Member(info.name, size_bytes, bool(info.mode & stat.S_IXUSR), info.isdir())


def _pieces(source: IO[bytes], size_bytes: int) -> Iterator[bytes]:
    while size_bytes > 0:
        piece = source.read(min(size_bytes, _READ_BYTES))
        if not piece:
            raise EncodingError(f"{_NOT_FILES}: they are cut off")
        size_bytes -= len(piece)
        yield piece


def _exactly(source: IO[bytes], size_bytes: int) -> bytes:
    return b"".join(_pieces(source, size_bytes))


def pack(files: Mapping[str, bytes]) -> bytes:
    """Write files that are in memory.

    >>> unpacked(pack({"b": b"2", "a/c": b"1"}))
    {'a/c': b'1', 'b': b'2'}
    """
    pieces: list[bytes] = []
    for name in sorted(files):
        data = files[name]
        pieces += (header(Member(name, len(data))), data, padding(len(data)))
    return b"".join([*pieces, END])


def unpacked(data: bytes) -> dict[str, bytes]:
    """Read files into memory.

    Raises:
        EncodingError: if the bytes are not such an archive.
    """
    return {
        member.name: b"".join(content)
        for member, content in members(io.BytesIO(data))
        if not member.is_directory
    }
