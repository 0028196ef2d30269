"""Helpers to run shell steps, and to know for sure that no process is left."""

from __future__ import annotations

import asyncio
import io
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace

import pytest

import funsies
from funsies.core.errors import Error
from funsies.core.shell_plan import Interpreter, ShellPlan, interpreter_words
from funsies.run.shell import processes
from funsies.run.shell.input_files import InputFile
from funsies.run.shell.outcome import ProducedValue, ShellOutcome
from funsies.run.shell.step import run_shell
from funsies.store.data import ArchiveChunks

from .lab import Lab

ROOT = Path(funsies.__file__).parents[1]


@pytest.fixture(autouse=True)
def event_loops_of_a_fresh_process() -> None:
    """Other tests have called ``asyncio.run``, after which a thread has no loop of its own."""
    if sys.version_info < (3, 14):  # since then, it has none before either
        asyncio.set_event_loop_policy(None)


class LifeLine:
    """A FIFO that tells when all processes that opened it for writing are dead.

    A command takes hold of it by ``exec 3>FIFO``; its children inherit it.
    """

    def __init__(self, path: Path) -> None:
        os.mkfifo(path)
        self.path = path
        self._reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        # As long as this end is open, reads wait for the first writer instead of ending.
        self._own_writer = os.open(path, os.O_WRONLY)
        os.set_blocking(self._reader, True)

    def read_line(self) -> str:
        """Wait for a line that a process writes."""
        line = b""
        while not line.endswith(b"\n"):
            line += os.read(self._reader, 1)
        return line.decode().strip()

    def wait_until_released(self) -> None:
        """Wait until no process holds it any more."""
        os.close(self._own_writer)
        self._own_writer = -1
        while os.read(self._reader, 100):
            pass

    def close(self) -> None:
        os.close(self._reader)
        if self._own_writer >= 0:
            os.close(self._own_writer)


@pytest.fixture
def life_line(tmp_path: Path) -> Iterator[LifeLine]:
    made = LifeLine(tmp_path / "life line")
    yield made
    made.close()


@pytest.fixture
def over_when_ready(life_line: LifeLine, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """A time limit in seconds, for commands; it is over as soon as the life line says "ready".

    However long a machine takes to start a shell, it has done what a test wants it to do.
    """
    timeout_seconds, passed_seconds = 3600, [0]

    def wait_for_word() -> None:
        if life_line.read_line() == "ready":
            passed_seconds.append(timeout_seconds)

    def monotonic() -> float:
        return time.monotonic() + passed_seconds[-1]

    monkeypatch.setattr(processes, "time", SimpleNamespace(monotonic=monotonic))
    monkeypatch.setattr(processes, "LONGEST_WAIT_SECONDS", 0.01)
    thread = threading.Thread(target=wait_for_word, daemon=True)
    thread.start()
    yield timeout_seconds
    thread.join(30)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """Where steps make their directories; empty when they have cleaned up."""
    made = tmp_path / "scratch"
    made.mkdir()
    return made


Values = dict[str, bytes | int | Error]


@pytest.fixture
def run(scratch: Path) -> Callable[..., Values]:
    """Run commands; give the values by name, with the content of files in their place."""

    def run_commands(*commands: str, **how: object) -> Values:
        return run_plan(scratch, *commands, **how)[0]

    return run_commands


@pytest.fixture
def run_volatile(scratch: Path) -> Callable[..., tuple[Values, bool]]:
    """The same, and whether the outcome must not be remembered."""

    def run_commands(*commands: str, **how: object) -> tuple[Values, bool]:
        return run_plan(scratch, *commands, **how)

    return run_commands


def run_plan(
    scratch: Path,
    *commands: str,
    inp: Mapping[str, bytes] | None = None,
    out: tuple[str, ...] = (),
    env: Mapping[str, str] | None = None,
    check: bool = True,
    interpreter: Interpreter | None = None,
    **limits: object,
) -> tuple[Values, bool]:
    words = interpreter_words(interpreter, check=check)
    plan = ShellPlan(commands, out, tuple(sorted((env or {}).items())), check, words)
    inputs = {name: input_file(data) for name, data in (inp or {}).items()}
    with run_shell(plan, inputs, directory=scratch, **limits) as outcome:
        values = values_of(outcome)
    assert list(scratch.iterdir()) == []
    return values, outcome.volatile


def input_file(data: bytes) -> InputFile:
    return InputFile(lambda: io.BytesIO(data))


def values_of(outcome: ShellOutcome) -> Values:
    return {each.name: _content(each.value) for each in outcome.outputs}


def _content(value: ProducedValue) -> bytes | int | Error:
    if isinstance(value, ArchiveChunks):
        return b"".join(value)
    return value.read_bytes() if isinstance(value, Path) else value


@pytest.fixture
def start_python() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Run Python code in a process of its own, with pipes, that is gone after the test."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: object) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *map(str, arguments)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


@pytest.fixture
def horse(tmp_path: Path) -> Lab:
    """A lab whose process is funsies' own, as a work-horse is."""
    return Lab(tmp_path, owns_process=True)
