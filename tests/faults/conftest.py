"""Fixtures of several files."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing

import pytest

import funsies as f
from funsies.config import ResolvedServer
from funsies.store.redis import RedisStore
from tests.conftest import QUICK

from .forging import OURS, Site


@pytest.fixture
def site(stage) -> Iterator[Site]:
    stage.resolved = ResolvedServer(stage.url, keys=OURS)
    stage.timing = QUICK  # a damaged lease may have to run out
    stage.start_worker()
    with closing(RedisStore(stage.url)) as store, closing(stage.redis()) as connection:
        yield Site(stage.resolved, connection, store)


@pytest.fixture
def inside(site) -> Iterator[Site]:
    with f.Fun(site.server):
        yield site
