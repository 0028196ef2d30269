"""Each data store in turn, and ways to damage what it holds."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from funsies.store.data import DiskDataStore, MemoryDataStore, RedisDataStore
from funsies.store.ports import DataStore

ROOT = Path(__file__).parents[3]

HALF_WRITTEN = """
import sys
from funsies.store.data import open_data_store

def source():
    for _ in range(3):
        yield b"x" * (1 << 20)
    print("half way", flush=True)
    sys.stdin.read()

open_data_store(sys.argv[1]).write(source())
"""


@pytest.fixture(params=["memory", "disk", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[DataStore]:
    made: DataStore
    if request.param == "memory":
        made = MemoryDataStore()
    elif request.param == "disk":
        made = DiskDataStore(tmp_path / "data")
    else:
        made = RedisDataStore(request.getfixturevalue("redis_url"))
    yield made
    made.close()


@pytest.fixture
def start_python() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Run Python code in a process of its own, with pipes, that is gone after the test."""
    started: list[subprocess.Popen[str]] = []

    def start(code: str, *arguments: str) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def killed_writer(start_python: Callable[..., subprocess.Popen[str]]) -> Callable[[str], None]:
    """Have a process write to the store at an address, and kill it half way."""

    def run(url: str) -> None:
        process = start_python(HALF_WRITTEN, url)
        assert process.stdout is not None
        assert process.stdout.readline() == "half way\n"
        process.kill()
        process.wait()

    return run
