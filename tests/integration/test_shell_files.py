"""What shell steps hand to each other: programs, and files that are no paths."""

from __future__ import annotations

import gzip
import io
import os
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import IO, Any

import pytest

import funsies as f
from funsies.core.errors import UnsupportedTypeError, WiringError
from funsies.store.connect import INLINE_BYTES

PROGRAM = "#!/bin/sh\necho it runs\n"


@pytest.mark.usefixtures("session")
@pytest.mark.parametrize("padding", [0, 2 * INLINE_BYTES])
def test_a_program_that_a_step_makes_runs_in_the_next(padding: int) -> None:
    made = f.shell(
        "cat text > program; chmod +x program; cp text data",
        inp={"text": PROGRAM + "#" * padding},
        out=["program", "data"],
    )
    ran = f.shell("./bin/p", inp={"bin/p": made.out["program"]})
    refused = f.shell("./bin/p", inp={"bin/p": made.out["data"]})
    f.execute(ran, refused)
    assert f.take(ran.stdout) == b"it runs\n"
    assert f.take(refused.stdout, strict=False).failure().exit_code == 126
    assert f.take(made.out["program"]) == f.take(made.out["data"])


@pytest.mark.usefixtures("session")
def test_a_step_that_only_changes_a_mode_is_not_taken_for_one_that_changes_nothing() -> None:
    """Early cutoff looks at whether a file may be run."""
    asked = "test -x p && echo yes || echo no"
    answers = []
    for mode in ("-x", "+x", "-x"):
        made = f.shell(f"cp text p; chmod {mode} p", inp={"text": PROGRAM}, out=["p"])
        answer = f.shell(asked, inp={"p": made.out["p"]})
        f.execute(answer)
        answers.append(f.take(answer.stdout))
    assert answers == [b"no\n", b"yes\n", b"no\n"]


@pytest.mark.usefixtures("session")
def test_a_program_comes_from_a_file_and_goes_to_a_file(tmp_path: Path) -> None:
    program, target = tmp_path / "program", tmp_path / "target"
    program.write_text(PROGRAM)
    text = f.put_file(program)
    program.chmod(0o755)
    assert f.put_file(program) != text
    step = f.shell("./p; cp p q", inp={"p": f.put_file(program)}, out=["q"])
    f.execute(step)
    assert f.take(step.stdout) == b"it runs\n"
    for artefact, runs in [(step.out["q"], True), (f.put_file(program), True), (text, False)]:
        f.takeout(artefact, target)
        assert os.access(target, os.X_OK) is runs
        assert target.read_text() == PROGRAM


@dataclass(frozen=True)
class Place:
    path: Path


@pytest.mark.parametrize("path", [Path("a.txt"), PurePosixPath("a.txt")])
def test_a_path_is_not_the_content_of_a_file(path: PurePosixPath) -> None:
    with pytest.raises(WiringError, match=r"use put_file\('a.txt'\), or str\(path\)"):
        f.shell("cat x", inp={"x": path})


@pytest.fixture
def archive(tmp_path: Path) -> Path:
    path = tmp_path / "files.zip"
    with zipfile.ZipFile(path, "w") as target:
        target.writestr("a.txt", "some text")
    return path


@pytest.mark.parametrize(
    "opened",
    [
        lambda path: path.open("rb"),
        lambda path: path.open(encoding="latin-1"),
        gzip.open,
        zipfile.ZipFile,
        lambda _: tempfile.NamedTemporaryFile(),  # noqa: SIM115
        lambda _: tempfile.SpooledTemporaryFile(),  # noqa: SIM115
        lambda _: io.BytesIO(),
    ],
)
def test_an_open_file_is_no_content_and_the_message_names_what_is(
    archive: Path, opened: Callable[[Path], IO[Any]]
) -> None:
    """Not its path: that is refused, too."""
    with opened(archive) as file:
        for give in (
            lambda: f.shell("cat x", inp={"x": file}),
            lambda: f.reduce(len, file),
            lambda: f.put(file),
        ):
            with pytest.raises(UnsupportedTypeError, match=r"put_file\(its name\)"):
                give()


@pytest.mark.parametrize("given", [b"bytes", io.BytesIO(b"bytes"), {"a": b"bytes"}, None, 3])
@pytest.mark.usefixtures("session")
def test_what_is_put_is_named_by_a_path(given: Any) -> None:
    for put in (f.put_file, f.put_dir):
        with pytest.raises(WiringError, match="takes a path, not a value of type"):
            put(given)


def test_nor_is_an_artefact_of_a_path() -> None:
    def find() -> Path:
        return Path("a.txt")

    for artefact in (f.put(Path("a.txt")), f.reduce(find)):
        with pytest.raises(WiringError, match="artefact of a path"):
            f.shell("cat x", inp={"x": artefact})


@pytest.mark.usefixtures("session")
def test_paths_inside_other_values_are_values() -> None:
    values = {"list": [Path("a")], "dict": {"a": Path("b")}, "class": Place(Path("c"))}
    step = f.shell("cat list dict class", inp=values)
    f.execute(step)
    assert f.take(step.stdout) == b'["a"]{"a":"b"}{"path":"c"}'
