"""What is kept from step to step: one watcher and what is around the directory of a step."""

from __future__ import annotations

import errno
import gc
import os
import signal
import socket
import sys
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import NoReturn

import pytest

from funsies.core.shell_plan import ShellPlan
from funsies.local.daemons import wait_until
from funsies.run.orphans import WATCHER_NAME
from funsies.run.shell import processes, workspace
from funsies.run.shell.step import run_shell
from funsies.run.shell.workspace import close_workspaces

from ..conftest import values_of


@pytest.fixture
def place(tmp_path: Path, monkeypatch):
    """The directory for temporary files of the steps of a test, and of no other."""
    made = tmp_path / "place"
    made.mkdir()
    close_workspaces()
    monkeypatch.setattr(workspace.tempfile, "tempdir", str(made))
    # Files of what is printed would stand beside the directory in which a slow command runs.
    monkeypatch.setattr(processes, "SHOWN_AFTER_SECONDS", 3600.0)
    yield made
    close_workspaces()
    assert list(made.iterdir()) == []


def run(*commands: str, **how):
    with run_shell(ShellPlan(commands, **how), {}) as outcome:
        return values_of(outcome)


def watchers(place: Path) -> list[int]:
    """The processes that watch what is in a directory."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().decode().split("\0")
        except OSError:  # it has ended
            continue
        if WATCHER_NAME in words and words[-2].startswith(f"{place}/"):
            found.append(int(path.parent.name))
    return found


linux = pytest.mark.skipif(sys.platform != "linux", reason="processes are looked up in /proc")


@linux
def test_steps_that_follow_each_other_share_a_watcher_that_is_no_child(place: Path) -> None:
    first = run("pwd; touch here ../there; mkdir -p a/b; echo x > a/b/c")
    (watcher,) = watchers(place)
    second = run("pwd; ls -A . ..")
    assert second["stdout:0"].decode().splitlines()[1:] == [".:", "", "..:", "work"]
    assert second["stdout:0"].startswith(first["stdout:0"])
    assert watchers(place) == [watcher]
    with pytest.raises(ChildProcessError):
        os.waitpid(watcher, os.WNOHANG)
    close_workspaces()
    assert wait_until(lambda: not watchers(place), 10)


@linux
def test_a_watcher_that_was_killed_has_a_successor(place: Path) -> None:
    run("true")
    (watcher,) = watchers(place)
    os.kill(watcher, signal.SIGKILL)
    assert wait_until(lambda: not watchers(place), 10)
    assert run("echo fine")["stdout:0"] == b"fine\n"
    (successor,) = watchers(place)
    assert successor != watcher


@pytest.mark.parametrize(
    "harm",
    [
        "rm -rf ..",
        "rm -rf ../work; ln -s {outside} ../work",
        "rm -rf ../work; echo x > ../work",
        "mkdir -p d/e; chmod 0 d",
        "cd ..; mv $PWD $PWD-moved; ln -s {outside} $PWD",
    ],
)
def test_what_a_step_does_to_what_is_around_it_harms_neither_others_nor_the_next(
    place: Path, tmp_path: Path, harm: str
) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    outside.chmod(0o750)
    run("true")
    run(harm.format(outside=outside), check=False)
    assert run("ls -A; echo fine")["stdout:0"] == b"fine\n"
    assert [each.name for each in outside.iterdir()] == ["kept"]
    assert outside.stat().st_mode & 0o777 == 0o750
    for moved in place.glob("*-moved"):  # nobody can know it any more
        moved.rmdir()


FRESH = """
import sys
from funsies.core.shell_plan import ShellPlan
from funsies.run.orphans import become_subreaper
from funsies.run.shell import processes
from funsies.run.shell.step import run_shell
from funsies.run.shell.workspace import close_workspaces

processes.SHOWN_AFTER_SECONDS = 3600.0  # however long it takes, it is not put into files
become_subreaper()
for text in sys.argv[1:]:
    with run_shell(ShellPlan((text, "ls -A . .. | tr '\\n' ' '; stat -c %a .")), {}) as outcome:
        print(outcome.outputs[3].value.decode().strip())
close_workspaces()
"""


@linux
def test_each_step_of_a_worker_finds_its_directory_fresh(
    place: Path, start_python, monkeypatch
) -> None:
    """That of one which has left nothing serves the next one, unless it is another one now."""
    monkeypatch.setenv("TMPDIR", str(place))
    fresh = ".:  ..: work 755"
    before = ["true", "touch a", "chmod 500 .", "mkdir ../b", "rm -rf ../work; mkdir ../work"]
    texts = [each for harm in before for each in (harm, "true")]
    output, errors = start_python(FRESH, *texts).communicate()
    lines = output.splitlines()
    assert lines[1::2] == [fresh] * len(before), errors
    assert lines[0] == fresh


def test_the_register_has_room_for_the_commands_of_a_long_step(tmp_path: Path) -> None:
    watcher = workspace.Watcher(tmp_path / "none")
    for _ in range(12):
        watcher.make_room()
        os.write(watcher.register, b"4194304\n" * 1000)
    watcher.forget()
    assert watcher.registered_bytes == 0
    watcher.dismiss()


def test_a_watcher_that_cannot_be_made_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_more() -> NoReturn:
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    monkeypatch.setattr(os, "pipe", no_more)
    with no_complaints(), pytest.raises(OSError, match="Too many open files"):
        workspace.Watcher(tmp_path / "none")


def test_who_does_not_wait_for_a_watcher_leaves_nothing_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, no_complaints():
        patch.setattr(socket.socket, "recv", interrupted, raising=False)
        with pytest.raises(KeyboardInterrupt):
            workspace.Watcher(tmp_path / "none").dismiss()


@contextmanager
def no_complaints() -> Iterator[None]:
    """Python complains where something is forgotten while it is open."""
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            yield
        finally:
            gc.collect()
            assert said == []


FORKED = """
import os, sys, time
from funsies.core.shell_plan import ShellPlan
from funsies.run.shell import processes
from funsies.run.shell.step import run_shell

processes.SHOWN_AFTER_SECONDS = 3600.0  # however long it takes, it is not put into files

def run(text):
    with run_shell(ShellPlan((text,)), {}) as outcome:
        return outcome.outputs[0].value.decode().strip()

own = run("pwd")
if os.fork() == 0:
    print(own != run("pwd"), flush=True)
    sys.stdin.read()
    os._exit(0)
os.wait()
"""


def test_a_fork_has_a_workspace_of_its_own_and_does_not_hold_that_of_its_parent(
    place: Path, start_python, monkeypatch
) -> None:
    monkeypatch.setenv("TMPDIR", str(place))
    parent = start_python(FORKED)
    assert parent.stdout.readline() == "True\n"
    both = {each.name for each in place.iterdir()}
    assert len(both) == 2
    parent.kill()
    assert wait_until(lambda: len(list(place.iterdir())) == 1, 10)
    parent.communicate()
    assert wait_until(lambda: not list(place.iterdir()), 10)


def test_the_end_of_a_program_leaves_nothing(place: Path, start_python, monkeypatch) -> None:
    monkeypatch.setenv("TMPDIR", str(place))
    program = start_python(FORKED.partition("if os.fork")[0] + "print(own)")
    output, errors = program.communicate()
    assert output.startswith(str(place)), errors
    assert wait_until(lambda: not list(place.iterdir()), 10)


def test_an_old_kernel_tells_of_the_end_of_commands_by_a_thread(
    place: Path, monkeypatch
) -> None:
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    values = run("echo a; exit 3", "kill -SEGV $$", "sleep 0.01", check=False)
    assert [values[f"returncode:{index}"] for index in range(3)] == [3, -signal.SIGSEGV, 0]


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # of Popen
def test_an_interrupted_start_leaves_no_command(
    place: Path, tmp_path: Path, monkeypatch
) -> None:
    """An exception may come when a command has started and nobody knows it yet."""

    class Interruption(BaseException):
        pass

    def interrupt(*_, **__):
        raise Interruption

    monkeypatch.setattr("funsies.run.shell.command.ExitNotice", interrupt)
    fifo = tmp_path / "fifo"
    os.mkfifo(fifo)
    reader = os.open(fifo, os.O_RDONLY | os.O_NONBLOCK)
    with closing(os.fdopen(reader, "rb")), pytest.raises(Interruption):
        run(f"exec 3> '{fifo}'; sleep 1000")
    assert list(place.iterdir()) == []
    with pytest.raises(OSError, match="No such device or address"):
        os.open(fifo, os.O_WRONLY | os.O_NONBLOCK)
