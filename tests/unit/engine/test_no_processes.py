"""A machine that has no room for more processes for a while."""

from __future__ import annotations

import errno
import os
from typing import NoReturn

import pytest

from funsies.config.server import Server
from funsies.engine.backoff import FREE_CHILDREN
from funsies.engine.supervision.supervisor import Supervisor
from funsies.engine.timing import Timing
from funsies.store.memory import MemoryStore
from funsies.store.rows import QueueName

QUEUE = QueueName("default")


def no_more() -> NoReturn:
    raise OSError(errno.EAGAIN, os.strerror(errno.EAGAIN))


def test_a_worker_that_cannot_fork_pauses_and_does_not_die(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(os, "fork", no_more)
    supervisor = Supervisor(Server("memory://"), MemoryStore(), "worker", Timing())
    for _ in range(FREE_CHILDREN):
        assert not supervisor.drain(QUEUE, lambda: None)
        assert not supervisor.backoff.holds(QUEUE)
    assert not supervisor.drain(QUEUE, lambda: None)
    assert supervisor.backoff.holds(QUEUE)
    assert "cannot start its work-horse: [Errno 11]" in caplog.text
