"""Large files are not copied where a link or a clone does, and nobody notices."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

import funsies as f
from funsies.core.errors import ErrorKind
from funsies.run import step_results
from funsies.store.data import disk, sharing, temporary

LINK_BYTES = 1 << 20
LARGE = LINK_BYTES + 7


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A store, steps' directories and a large file in one file system; inside ``Fun``."""
    (tmp_path / "tmp").mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    monkeypatch.setattr(disk, "LINK_BYTES", LINK_BYTES)  # to be fast
    (tmp_path / "large").write_bytes(os.urandom(LINK_BYTES) + b"the end")
    server = f.Server("memory://", f"file://{tmp_path}/store")
    with f.Fun(server, f.options(distributed=False)):
        yield tmp_path


def stored(place: Path) -> list[Path]:
    return [each for each in (place / "store").glob("*/*/*") if each.is_file()]


def test_a_large_input_is_a_read_only_link_and_a_small_or_executable_one_a_copy(
    place: Path,
) -> None:
    large = f.put_file(place / "large")
    (file,) = stored(place)
    step = f.shell("stat -c '%i %a' x; tail -c 7 x", inp={"x": large}, name="linked")
    copied = f.shell(
        "stat -c %i x; echo more >> x", inp={"x": large}, opt=f.options(copy_inputs=True)
    )
    (place / "large").chmod(0o755)
    program = f.shell(
        "stat -c %i x; test -x x; echo >> x", inp={"x": f.put_file(place / "large")}
    )
    f.execute(step, copied, program)
    assert f.take(step.stdout) == b"%d 444\nthe end" % file.stat().st_ino
    assert int(f.take(copied.stdout)) != file.stat().st_ino
    assert int(f.take(program.stdout)) != file.stat().st_ino
    assert file.stat().st_nlink == 1
    assert file.read_bytes() == (place / "large").read_bytes()


@pytest.mark.skipif(os.geteuid() != 0, reason="others than root cannot write to it")
@pytest.mark.parametrize(
    "command", ["echo x >> x", "mv x y; echo x >> y", "echo x >> x; false"]
)
def test_an_input_that_is_changed_in_place_is_removed_and_the_step_is_told(
    place: Path, command: str
) -> None:
    step = f.shell(command, inp={"x": f.put_file(place / "large")})
    f.execute(step)
    error = f.take(step.returncode, strict=False).failure()
    assert error.kind is ErrorKind.CommandFailed
    assert "has changed its input 'x' in place" in error.details
    assert "options(copy_inputs=True)" in error.details
    assert stored(place) == []
    again = f.shell(
        command, inp={"x": f.put_file(place / "large")}, opt=f.options(copy_inputs=True)
    )
    f.execute(again)
    assert [each.read_bytes() for each in stored(place)] == [(place / "large").read_bytes()]


@pytest.mark.parametrize(
    "command",
    ["touch x", "touch -d @7 x", "chmod 755 x; touch x", "mv x y; touch y", "ln x y; touch y"],
)
def test_an_input_that_is_only_touched_is_not_changed(place: Path, command: str) -> None:
    step = f.shell(command, inp={"x": f.put_file(place / "large")}, name="touched")
    f.execute(step)
    assert f.take(step.returncode) == 0
    assert [each.read_bytes() for each in stored(place)] == [(place / "large").read_bytes()]


@pytest.mark.skipif(os.geteuid() != 0, reason="others than root cannot write to it")
def test_an_input_whose_bytes_change_and_not_their_number_is_changed(place: Path) -> None:
    command = "printf Q | dd of=x conv=notrunc bs=1 seek=10"
    step = f.shell(command, inp={"x": f.put_file(place / "large")})
    f.execute(step)
    assert "in place" in f.take(step.returncode, strict=False).failure().details
    assert stored(place) == []


@pytest.mark.parametrize("check", [True, False])
def test_a_step_that_may_not_write_to_a_link_is_run_again_with_a_copy(
    place: Path, check: bool
) -> None:
    command = f"stat -c %h x; echo ran >> {place}/runs; test $(stat -c %h x) = 1 || "
    command += "{ echo 'x: Permission denied' >&2; exit 1; }; echo more >> x; tail -c 5 x"
    step = f.shell(command, inp={"x": f.put_file(place / "large")}, check=check)
    for _ in range(2):
        f.execute(step)
    assert f.take(step.stdout) == b"1\nmore\n"
    assert (place / "runs").read_text() == "ran\nran\n"
    assert [each.stat().st_nlink for each in stored(place)] == [1]


def test_a_failure_that_copies_do_not_prevent_is_that_of_the_step(place: Path) -> None:
    command = f"echo 'other: Permission denied' >&2; echo ran >> {place}/runs; exit 3"
    step = f.shell(command, inp={"x": f.put_file(place / "large")})
    for _ in range(2):
        f.execute(step)
    error = f.take(step.stdout, strict=False).failure()
    assert (error.exit_code, error.is_remembered) == (3, True)
    assert (place / "runs").read_text() == "ran\nran\n"


@pytest.mark.parametrize("command", ["gzip x", "bzip2 x", "xz -0 x", "mv x y; gzip y"])
def test_a_program_that_takes_no_files_with_other_names_gets_a_copy(
    place: Path, command: str
) -> None:
    program = command.split()[-2 if command.startswith("mv") else 0]
    if shutil.which(program) is None:
        pytest.skip(f"no {program} here")
    step = f.shell(command, inp={"x": f.put_file(place / "large")})
    f.execute(step)
    assert f.take(step.returncode) == 0


def _failure(step: f.ShellOutput) -> f.Error:
    f.execute(step)
    return f.take(step.stdout, strict=False).failure()


def test_a_step_that_removes_what_is_kept_beside_it_is_an_error(place: Path) -> None:
    step = f.shell("rm -rf ../shared", inp={"x": f.put_file(place / "large")})
    f.execute(step)
    assert f.take(step.stdout, strict=False).failure().kind is ErrorKind.CommandFailed
    assert [each.read_bytes() for each in stored(place)] == [(place / "large").read_bytes()]


def test_a_large_output_of_a_worker_moves_into_the_store(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There no process of the step is left; here nobody knows."""
    monkeypatch.setattr(step_results, "is_subreaper", lambda: True)
    program = f"head -c {LARGE} /dev/zero > y; chmod +x y; stat -c %i y; ln -s y z"
    step = f.shell(program, out=["y", "z"])
    f.execute(step)
    (file,) = stored(place)
    assert file.stat().st_ino == int(f.take(step.stdout))
    assert file.stat().st_nlink == 1
    f.takeout(step.out["z"], place / "out")
    assert os.access(place / "out", os.X_OK)
    assert f.take(step.out["y"]) == bytes(LARGE)


def test_an_output_to_which_a_process_in_the_background_still_writes_is_copied(
    place: Path,
) -> None:
    """A process of the user's own cannot find one that has left its group."""
    go, done = place / "go", place / "done"
    os.mkfifo(go)
    os.mkfifo(done)
    child = f"exec 3>>y; : > ready; read _ < {go}; echo more >&3; echo done > {done}"
    step = f.shell(
        f"head -c {LARGE} /dev/zero > y; setsid sh -c '{child}' > /dev/null 2>&1 & "
        "until [ -e ready ]; do :; done",
        out=["y"],
    )
    f.execute(step)
    go.write_text("go\n")
    assert done.read_text() == "done\n"
    assert f.take(step.out["y"]) == bytes(LARGE)


def test_an_output_that_others_know_is_copied(place: Path) -> None:
    """A hard link to a file of the user may be written to later."""
    mine = place / "mine"
    mine.write_bytes(bytes(LARGE))
    step = f.shell(f"ln {mine} y", out=["y"])
    f.execute(step)
    with mine.open("r+b") as file:
        file.write(b"changed")
    assert f.take(step.out["y"]) == bytes(LARGE)


def test_an_input_that_becomes_an_output_is_stored_once(place: Path) -> None:
    step = f.shell("mv x y", inp={"x": f.put_file(place / "large")}, out=["y"])
    f.execute(step)
    assert f.take(step.out["y"]) == (place / "large").read_bytes()
    assert len(stored(place)) == 1


def test_a_damaged_file_is_never_linked(place: Path) -> None:
    made = f.shell(f"head -c {LARGE} /dev/zero > y", out=["y"])
    f.execute(made)
    (file,) = stored(place)
    file.write_bytes(b"x" + bytes(LARGE - 1))
    step = f.shell("head -c 1 y | od -An -c", inp={"y": made.out["y"]})
    f.execute(step)
    assert f.take(step.stdout).split() == [b"\\0"]


def test_clones_are_used_where_the_file_system_has_them(
    place: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With a clone that copies: this file system may have none."""
    cloned = []

    def clone(source: int, target: int) -> bool:
        cloned.append(os.sendfile(target, source, 0, 1 << 30))
        return True

    for module in (sharing, temporary):
        monkeypatch.setattr(module, "clone", clone)
    assert disk.clone_to is sharing.clone_to
    step = f.shell(
        "stat -c %h x; echo >> x; cp x y", inp={"x": f.put_file(place / "large")}, out=["y"]
    )
    f.execute(step)
    assert f.take(step.stdout) == b"1\n"
    assert cloned == [LARGE, LARGE, LARGE + 1]
    assert f.take(step.out["y"]) == (place / "large").read_bytes() + b"\n"
