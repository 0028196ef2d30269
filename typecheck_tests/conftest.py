"""mypy reads funsies and the libraries once, and each test goes on from there."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from funsies.local.locks import exclusive
from typecheck_tests.test_cases import mypy

BeginCache = Callable[..., Path]

READ_ONCE = """\
import attrs, funsies, jaxtyping, msgspec, numpy, pandas, pandera.pandas, pandera.typing
import polars, pyarrow, pydantic, scipy, xarray
"""


@pytest.fixture(scope="session")
def begin_cache(shared_folder: Path) -> Iterator[BeginCache]:
    """Begin a cache of mypy: ``begin_cache(folder, plugin="funsies_mypy")`` gives the folder.

    The cache, in ``folder / "cache"``, is a copy: what one test has mypy remember is nothing
    to another one. A cache is good for one setting of ``plugins`` only.
    """
    begun: list[Path] = []

    def begin(folder: Path, *, plugin: str = "funsies_mypy") -> Path:
        first = shared_folder / f"mypy-{plugin or 'plain'}"
        with exclusive(first.with_suffix(".lock")):
            if not first.exists():
                _read(first, plugin)
        begun.append(folder / "cache")
        shutil.copytree(first / "cache", begun[-1])
        return folder

    yield begin
    for copy in begun:
        shutil.rmtree(copy, ignore_errors=True)  # tens of megabytes, that pytest would keep


def _read(folder: Path, plugin: str) -> None:
    folder.mkdir()
    script = folder / "read_once.py"
    script.write_text(READ_ONCE)
    mypy([script], folder, plugin=plugin)
