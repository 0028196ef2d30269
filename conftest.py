"""What is made once for all tests: bytecode, and a folder for all workers of pytest-xdist."""

from __future__ import annotations

import compileall
import gc
import os
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

PACKAGES = ("funsies", "funsies_mypy")
MUST_NOT_WRITE = sys.dont_write_bytecode


def pytest_configure(config: pytest.Config) -> None:
    """Compile funsies, once for all processes.

    Containers often set ``PYTHONDONTWRITEBYTECODE``. Each of the thousands of processes would
    then compile funsies anew, which is half of what they do.
    """
    if not hasattr(config, "workerinput"):
        for package in PACKAGES:
            compileall.compile_dir(Path(__file__).with_name(package), quiet=1)


def pytest_sessionstart() -> None:
    """Let each worker of pytest-xdist find the test files as another one has rewritten them."""
    sys.dont_write_bytecode = False


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Look for garbage neither while the thousands of tests are made, nor ever after in them.

    That would be a third of the time that it takes to find them.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


def pytest_collection_finish() -> None:
    """From now on programs are imported that tests edit faster than bytecode could notice."""
    sys.dont_write_bytecode = MUST_NOT_WRITE


@pytest.fixture(scope="session")
def shared_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of this run of pytest, the same one for all workers of pytest-xdist."""
    own = tmp_path_factory.getbasetemp()
    folder = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "shared"
    folder.mkdir(exist_ok=True)
    return folder
