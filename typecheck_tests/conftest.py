"""mypy reads funsies and the libraries once, and each test goes on from there."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from funsies.local.daemons import exclusive
from typecheck_tests.test_cases import PLAIN, Reports, basedpyright, mypy
from typecheck_tests.test_plugin import ALSO_WITHOUT

WITHOUT_PLUGIN = [*PLAIN, *ALSO_WITHOUT]

BeginCache = Callable[..., Path]

READ_ONCE = """\
import attrs, funsies, jaxtyping, msgspec, numpy, pandas, pandera.pandas, pandera.typing
import polars, pyarrow, pydantic, scipy, xarray
"""


@pytest.fixture(scope="session")
def begin_cache(shared_folder: Path) -> Iterator[BeginCache]:
    """Begin a cache of mypy with the plugin: ``begin_cache(folder)`` gives the folder.

    The cache, in ``folder / "cache"``, is a copy: what one test has mypy remember is nothing
    to another one.
    """
    begun: list[Path] = []

    def begin(folder: Path) -> Path:
        first = shared_folder / "mypy"
        with exclusive(first.with_suffix(".lock")):
            if not (first / "read").exists():
                _read(first)
        begun.append(folder / "cache")
        shutil.copytree(first / "cache", begun[-1])
        return folder

    yield begin
    for copy in begun:
        shutil.rmtree(copy, ignore_errors=True)  # tens of megabytes, that pytest would keep


def _read(folder: Path) -> None:
    folder.mkdir(exist_ok=True)  # a run that failed may have left it
    script = folder / "read_once.py"
    script.write_text(READ_ONCE)
    mypy([script], folder, plugin="funsies_mypy")
    (folder / "read").touch()


@pytest.fixture(scope="session")
def plain_reports(shared_folder: Path) -> Reports:
    """What one run of mypy without any plugin says of all cases that are tried without."""
    return _said_once(shared_folder / "mypy-plain", lambda place: mypy(WITHOUT_PLUGIN, place))


@pytest.fixture(scope="session")
def pyright_reports(shared_folder: Path) -> Reports:
    """What one run of basedpyright, as it is set up for most editors, says of them."""

    def run(place: Path) -> Reports:
        return basedpyright(WITHOUT_PLUGIN, place, mode="standard")

    return _said_once(shared_folder / "pyright-standard", run)


def _said_once(folder: Path, run: Callable[[Path], Reports]) -> Reports:
    """The reports of a run that the first worker of pytest-xdist makes for all of them."""
    told = folder / "reports.json"
    with exclusive(folder.with_suffix(".lock")):
        if not told.exists():
            folder.mkdir(exist_ok=True)  # a run that failed may have left it
            reports = run(folder)
            told.write_text(json.dumps([[*place, each] for place, each in reports.items()]))
            shutil.rmtree(folder / "cache", ignore_errors=True)
    return {(file, line): texts for file, line, texts in json.loads(told.read_text())}
