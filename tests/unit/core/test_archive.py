"""Archives: the files come back as they were, equal directories are equal bytes."""

from __future__ import annotations

import io
import tarfile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from funsies.core.archive import END, Member, header, members, pack, padding, unpacked
from funsies.core.encoding import Files, encoding_of
from funsies.core.errors import EncodingError, FileNameError
from funsies.core.file_names import validate_file_name


def is_usable(name: str) -> bool:
    try:
        validate_file_name(name)
    except FileNameError:
        return False
    return True


NAMES = st.text(min_size=1, max_size=300).filter(is_usable) | st.sampled_from(
    ["a" * 100, "é" * 127, "d/" * 390 + "x", "-", "new\nline", ".hidden", "a b", "@LongLink"]
)
CONTENTS = st.binary(max_size=20) | st.sampled_from([b"\0" * 512, b"x" * 513, b"y" * 10_240])


@given(st.dictionaries(NAMES, CONTENTS, max_size=6))
def test_files_come_back_as_they_were(files: dict[str, bytes]) -> None:
    data = pack(files)
    assert unpacked(data) == files
    assert len(data) % 512 == 0
    assert pack(dict(reversed(files.items()))) == data


@given(st.dictionaries(NAMES, CONTENTS, min_size=1, max_size=3))
def test_any_tar_can_read_it(files: dict[str, bytes]) -> None:
    with tarfile.open(fileobj=io.BytesIO(pack(files))) as archive:
        found = {each.name: archive.extractfile(each).read() for each in archive}  # type: ignore[union-attr]
        assert found == files
        assert {(each.mtime, each.uid, each.uname, each.mode) for each in archive} == {
            (0, 0, "", 0o644)
        }


@pytest.mark.parametrize("name", ["a", "d/" * 120 + "deep"])
def test_programs_and_empty_directories_are_kept(name: str) -> None:
    program = Member(name, 3, executable=True)
    empty = Member(f"{name}-empty", is_directory=True)
    data = header(program) + b"run" + padding(3) + header(empty) + END
    read = [(member, b"".join(content)) for member, content in members(io.BytesIO(data))]
    assert [member.name for member, _ in read] == [name, f"{name}-empty"]
    assert read[0][1] == b"run"
    assert read[0][0].executable
    assert read[1][0].is_directory
    assert unpacked(data) == {name: b"run"}


def test_what_is_not_read_is_skipped() -> None:
    data = pack({"a": b"x" * 3000, "b": b"y"})
    assert [member.name for member, _ in members(io.BytesIO(data))] == ["a", "b"]


def foreign(name: str, kind: bytes = tarfile.REGTYPE) -> bytes:
    info = tarfile.TarInfo(name)
    info.type = kind
    info.linkname = "/etc/passwd"
    return info.tobuf(tarfile.GNU_FORMAT) + END


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"no archive",
        pack({"a": b"x"})[:700],
        pack({"a" * 200: b"x"})[:700],
        pack({"a": b"x"})[:512],
        b"z" * 1024,
        foreign("../x"),
        foreign("/etc/x"),
        foreign("a/../../x"),
        foreign("link", tarfile.SYMTYPE),
        foreign("link", tarfile.LNKTYPE),
        foreign("fifo", tarfile.FIFOTYPE),
        foreign("device", tarfile.CHRTYPE),
    ],
)
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(EncodingError, match="not a directory of files"):
        unpacked(data)


@pytest.mark.parametrize(
    "value", [{"../x": b""}, {"a": "text"}, {"a": b"", "a/b": b""}, {"": b""}, [], {3: b""}]
)
def test_what_is_no_directory_cannot_be_stored_as_one(value: object) -> None:
    with pytest.raises(EncodingError):
        encoding_of(Files).encode(value)
