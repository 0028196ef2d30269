"""Fixtures: projects, workers elsewhere, and the ways to run a case."""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.acceptance.commands import Loaded
from tests.conftest import RedisServer

from .cases import Case, outcomes
from .projects import Pool, Project, clean_environment

ROOT = Path(__file__).parents[3]

INSTALLING_SECONDS = 600
"""Limit of tests that may have to wait for an index of packages, on whatever network."""


def pytest_collection_modifyitems(items: list[pytest.Function]) -> None:
    for item in items:  # of the whole session
        values = item.callspec.params.values() if hasattr(item, "callspec") else ()
        ways = {each for each in values if isinstance(each, str)}
        if "installed" in ways or INSTALLED & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.timeout(INSTALLING_SECONDS))


INSTALLED = {"installed_python", "installed_pool"}


@pytest.fixture(scope="session")
def pool(redis_server, tmp_path_factory) -> Iterator[Pool]:
    """Two workers, for all tests of the session: they meet many projects, as real ones do."""
    made = Pool(tmp_path_factory.mktemp("elsewhere"), redis_server.fresh_url())
    made.start("--workers", "2")
    yield made
    made.stop()


@pytest.fixture(scope="session")
def installed_python(shared_folder) -> Path:
    """An environment that has funsies as users have it, with the newest dependencies."""
    shared = shared_folder / "installed"
    python = shared / "bin" / "python"
    with shared.with_suffix(".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (shared / "ready").exists():
            subprocess.run([sys.executable, "-m", "venv", str(shared)], check=True)
            libraries = ["attrs", "jaxtyping", "joblib", "numpy", "pandas", "pandera", "polars"]
            libraries += ["pyarrow", "pydantic", "scipy", "xarray"]
            install = [str(python), "-m", "pip", "install", "--quiet"]
            subprocess.run([*install, str(ROOT), *libraries], check=True, capture_output=True)
            (shared / "ready").touch()
    return python


@pytest.fixture(scope="session")
def installed_pool(redis_server, installed_python, tmp_path_factory) -> Iterator[Pool]:
    """Workers of an environment that has funsies as users have it."""
    place = tmp_path_factory.mktemp("elsewhere")
    made = Pool(place, redis_server.fresh_url(), installed_python)
    made.start("--workers", "2")
    yield made
    made.stop()


@pytest.fixture(scope="session")
def loaded() -> Iterator[Loaded]:
    """Runs scripts in processes that need not load funsies."""
    made = Loaded(clean_environment())
    yield made
    made.close()


@pytest.fixture
def make_project(loaded) -> Iterator[Callable[..., Project]]:
    """Make an empty project: ``make_project(pool.url)``."""
    places: list[Path] = []

    def make(server: str | None = None, python: Path = Path(sys.executable)) -> Project:
        places.append(Path(tempfile.mkdtemp(prefix="ft")).resolve())
        return Project(places[-1], server, python, loaded)

    yield make
    for place in places:
        shutil.rmtree(place, ignore_errors=True)


@pytest.fixture
def project(make_project, pool) -> Project:
    """A project whose programs use the pool."""
    return make_project(pool.url)


@pytest.fixture
def solo(make_project) -> Iterator[Project]:
    """A project with a server of its own, if its user starts one."""
    made = make_project()
    yield made
    if (made.place / ".funsies").exists():
        made.funsies("shutdown", "--all", "--force")


@pytest.fixture
def outcome(request, make_project) -> Callable[[Case, str], dict[str, str]]:
    """Run a case one way; give what its calls came to."""

    def outcome(case: Case, way: str) -> dict[str, str]:
        for library in case.needs:
            pytest.importorskip(library)
        runner = {
            "plain": _plain,
            "memory": _memory,
            "pool": _pool,
            "moved": _moved,
            "installed": _installed,
        }[way]
        project = make_project().write_files(case.project())
        if case.starts_processes:
            project.loaded = None
        return runner(request, project)

    return outcome


def _plain(request, project: Project) -> dict[str, str]:
    return outcomes("\n".join(project.run("main.py", "plain").lines))


def _memory(request, project: Project) -> dict[str, str]:
    project.server = "memory://"
    return outcomes("\n".join(project.run_loaded("main.py", "steps").lines))


def _pool(request, project: Project) -> dict[str, str]:
    return _by_workers(request.getfixturevalue("pool"), project)


def _installed(request, project: Project) -> dict[str, str]:
    return _by_workers(request.getfixturevalue("installed_pool"), project)


def _by_workers(pool: Pool, project: Project) -> dict[str, str]:
    project.server, project.python = pool.url, pool.python
    done = project.run_loaded("main.py", "steps")
    if done.code:
        pool.restart()
    return outcomes("\n".join(done.lines))


def _moved(request, project: Project) -> dict[str, str]:
    """Execute, hide the project, work, and look at the results."""
    server: RedisServer = request.getfixturevalue("redis_server")
    project.server = server.fresh_url()
    assert project.run("main.py", "submit").code == 0
    away = project.place.with_name(project.place.name + "-away")
    project.place.rename(away)
    try:
        _work_off(request.getfixturevalue("tmp_path"), project.server)
    finally:
        away.rename(project.place)
    return outcomes("\n".join(project.run("main.py", "take").lines))


def _work_off(place: Path, url: str) -> None:
    worker = Pool(place, url)
    worker.start("--burst")
    worker.wait()
