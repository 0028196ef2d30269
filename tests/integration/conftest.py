"""Sessions in memory and on a real server, whose steps this process runs itself."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import funsies as f
from funsies.history import step_names
from funsies.session import Session


@pytest.fixture(params=["memory", "redis"])
def server(request: pytest.FixtureRequest) -> f.Server:
    if request.param == "memory":
        return f.Server("memory://")
    return f.Server(request.getfixturevalue("redis_url"))


@pytest.fixture(params=["memory", "workers"])
def place(request: pytest.FixtureRequest) -> f.Server:
    """A server whose steps this process runs, and one with a worker in the background."""
    if request.param == "memory":
        return f.Server("memory://")
    stage = request.getfixturevalue("stage")
    stage.start_worker()
    server: f.Server = stage.server
    return server


@pytest.fixture
def session(server: f.Server) -> Iterator[Session]:
    """Inside ``Fun``: steps are run by this process."""
    with f.Fun(server, f.options(distributed=False)) as opened:
        yield opened


@pytest.fixture
def redis_server_here(redis_url: str) -> f.Server:
    return f.Server(redis_url)


@pytest.fixture
def many(server: f.Server) -> int:
    """A round number; smaller on a real server, so that the tests stay quick."""
    return 5_000 if server.jobs_url == "memory://" else 1_200


@pytest.fixture
def _labels_are_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a thread reads labels, who asks for them waits until it has."""
    monkeypatch.setattr(step_names, "PATIENCE_SECONDS", 60.0)
