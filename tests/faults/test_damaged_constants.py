"""Constants, tasks and sources that are damaged or gone: executing again mends what it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import funsies as f
from funsies.config import ResolvedServer
from funsies.core.digest import content_digest
from funsies.session import Session

from .damage import put_in_its_place

P = b"{funsies}:"
SMALL, LARGE = b"small", b"large" * 100_000


@f.task
def size(data: bytes) -> int:
    return len(data)


@pytest.fixture(params=["server", "directory"])
def session(request, stage, tmp_path: Path) -> Iterator[Session]:
    place = stage.url if request.param == "server" else f"file://{tmp_path}/data"
    stage.resolved = ResolvedServer(stage.url)
    with f.Fun(f.Server(stage.url, place)) as session:
        f.execute(size(b"first" * 100_000))  # the place of large values is agreed on
        stage.start_worker()
        yield session


def in_directory(tmp_path: Path, data: bytes) -> Path | None:
    name = content_digest(data).hex()
    path = tmp_path / "data" / name[:2] / name[2:4] / name
    return path if path.exists() else None


def flipped(data: bytes) -> bytes:
    return data[:7] + b"?" + data[8:]


def cut(data: bytes) -> bytes:
    return data[:-3]


def emptied(_: bytes) -> bytes:
    return b""


def damage_row(stage, change: Callable[[bytes], bytes]) -> None:
    with stage.redis() as connection:
        connection.hset(P + b"c", content_digest(SMALL), change(SMALL))


def is_right_after_two(step: f.Artefact[int], value: int) -> None:
    """The first may find the damage; the next has mended it."""
    f.execute(step).wait(30)
    f.execute(step).wait(30)
    assert f.take(step) == value


@pytest.mark.parametrize("session", ["server"], indirect=True)
@pytest.mark.parametrize("change", [flipped, cut, emptied])
def test_small_bytes_of_a_constant_are_stored_again(session, stage, change) -> None:
    step = size(SMALL)
    f.execute(step).wait(30)
    f.reset(step)
    damage_row(stage, change)
    is_right_after_two(step, len(SMALL))


KINDS_OF_A_FILE = ["flipped", "cut", "directory", "fifo", "link", "mode", "gone"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("session", "kind"),
    [("server", "gone"), *(("directory", kind) for kind in KINDS_OF_A_FILE)],
    indirect=["session"],
)
def test_large_bytes_of_a_constant_are_stored_again(session, stage, tmp_path, kind) -> None:
    step = size(LARGE)
    f.execute(step).wait(30)
    f.reset(step)
    path = in_directory(tmp_path, LARGE)
    if path is None:
        session.backend.data.delete(content_digest(LARGE))
    else:
        damage_file(path, kind)
    is_right_after_two(step, len(LARGE))


def damage_file(path: Path, kind: str) -> None:
    data = path.read_bytes()
    path.chmod(0o600)
    path.unlink()
    match kind:
        case "flipped":
            path.write_bytes(flipped(data))
        case "cut":
            path.write_bytes(cut(data))
        case "mode":
            path.write_bytes(data)
            path.chmod(0)
        case _:
            put_in_its_place(path, kind)


@pytest.mark.slow
@pytest.mark.parametrize("session", ["server"], indirect=True)
@pytest.mark.parametrize("change", [flipped, cut, emptied])
@pytest.mark.parametrize("key", [b"t*", b"c"])
def test_tasks_and_sources_are_sent_again(session, stage, key, change) -> None:
    del session
    step, shell = size(SMALL), f.shell("echo hello").stdout
    f.execute(step, shell).wait(30)
    f.reset(step, shell)
    with stage.redis() as connection:
        for name in connection.keys(P + key):
            for field, row in connection.hgetall(name).items():
                connection.hset(name, field, change(row))
    stage.workers[0].terminate()
    stage.workers[0].join(30)
    stage.start_worker()
    f.execute(step, shell).wait(30)
    is_right_after_two(step, len(SMALL))
    assert f.take(shell) == b"hello\n"
