"""F18: nobody serves the queue. The user is told."""

from __future__ import annotations

import logging
import os
import subprocess

import pytest

import funsies as f
from funsies.client import stalls, waiting
from funsies.core.errors import WaitTimeoutError
from funsies.engine.arming import count_workers
from funsies.engine.starting import note_starting
from funsies.engine.startup_failures import note_startup_failure
from funsies.store.submission import queue_name


def answer() -> int:
    return 42


def served(stage, queue="default"):
    return count_workers(stage.resolved, queue_name(queue))


def run_something(stage):
    with f.Fun(stage.server):
        step = f.reduce(answer)
        f.reset(step)
        f.execute(step)
        f.wait_for(step, timeout=30)


def test_workers_are_counted_by_queue(stage):
    assert served(stage) == 0
    stage.start_worker()
    run_something(stage)
    assert served(stage) == 1
    assert served(stage, "gpu") == 0


def test_a_worker_that_left_is_not_counted(stage, ended):
    worker = stage.start_worker()
    run_something(stage)
    worker.terminate()
    assert ended(worker)
    assert served(stage) == 0


def test_a_worker_that_vanished_is_not_counted_for_long(stage, ended):
    worker = stage.start_worker()
    run_something(stage)
    worker.kill()
    assert ended(worker)
    with stage.redis() as connection:
        keys = [key for key in connection.scan_iter("*rq:worker:*") if b"executions" not in key]
        ends = [connection.pttl(key) for key in keys]
    assert ends
    assert all(0 < end <= 1000 * stage.timing.worker_seconds for end in ends)


def be_impatient(monkeypatch):
    monkeypatch.setattr(stalls, "UNSERVED_SECONDS", 0.1)
    monkeypatch.setattr(waiting, "LOOK_SECONDS", 0.1)


class Told(Exception):
    """Ends the waiting for what is logged."""


class Teller(logging.Handler):
    def emit(self, record):
        raise Told(record.getMessage())


@pytest.fixture
def teller():
    """Have what funsies logs end what is running."""
    teller = Teller()
    logging.getLogger("funsies").addHandler(teller)
    yield
    logging.getLogger("funsies").removeHandler(teller)


@pytest.mark.usefixtures("teller")
def test_waiting_on_a_queue_that_nobody_serves_says_which(stage, monkeypatch):
    be_impatient(monkeypatch)
    with f.Fun(stage.server, f.options(queue="gpu")):
        step = f.reduce(answer)
        f.execute(step)
        with pytest.raises(Told, match=r"'gpu'(.|\n)*funsies worker gpu"):
            f.wait_for(step, timeout=60)


def test_a_short_wait_ends_with_the_queue_that_nobody_serves(stage):
    with f.Fun(stage.server, f.options(queue="gpu")):
        step = f.reduce(answer)
        f.execute(step)
        with pytest.raises(
            WaitTimeoutError, match=r"no worker serves gpu.* funsies worker gpu"
        ):
            f.wait_for(step, timeout=0.1)


def test_waiting_on_a_queue_that_is_served_is_silent(stage, caplog, monkeypatch):
    stage.start_worker()
    run_something(stage)  # the worker is there from now on
    be_impatient(monkeypatch)
    run_something(stage)
    assert caplog.text == ""


def test_workers_that_are_still_starting_are_waited_for(tmp_path, caplog, monkeypatch):
    """Also where it takes them longer than the time after which a queue is mentioned."""
    be_impatient(monkeypatch)
    with f.ManagedFun(directory=tmp_path):
        step = f.reduce(answer)
        f.execute(step)
        f.wait_for(step, timeout=60)
        assert f.take(step) == 42
    assert "no worker serves" not in caplog.text


def test_a_queue_whose_workers_are_starting_is_not_called_deserted(stage, caplog):
    now = [0.0]
    with f.Fun(stage.server, f.options(queue="gpu")) as session:
        f.execute(f.reduce(answer))
        note_startup_failure(stage.resolved, [queue_name("gpu")], "it was broken")
        note_starting(stage.resolved, ["gpu"], os.getpid())
        watch = stalls.UnservedWatch(session, clock=lambda: now[0])
        for _ in range(10):
            now[0] += 2.0
            watch.look()
        assert watch.queues() == []
        assert caplog.text == ""
        note_startup_failure(stage.resolved, [queue_name("gpu")], "it is broken again")
        assert watch.queues() == ["gpu"]
        watch.look()
    assert "no worker serves the queue 'gpu'" in caplog.text
    assert "it is broken again" in caplog.text


def test_workers_that_have_died_without_a_word_are_not_starting_any_more(stage):
    pool = subprocess.Popen(["true"])
    pool.wait()
    with f.Fun(stage.server, f.options(queue="gpu")) as session:
        f.execute(f.reduce(answer))
        note_starting(stage.resolved, ["gpu"], pool.pid)
        assert stalls.UnservedWatch(session).queues() == ["gpu"]


def test_a_server_that_hung_is_not_taken_for_one_without_workers(stage, caplog):
    """The signs of life of its workers have expired meanwhile; they come back."""
    now = [0.0]
    with f.Fun(stage.server, f.options(queue="gpu")) as session:
        f.execute(f.reduce(answer))
        watch = stalls.UnservedWatch(session, clock=lambda: now[0])
        watch.look()
        now[0] += 60.0
        assert watch.queues() == []
        watch.look()
        assert caplog.text == ""
        for _ in range(3):
            now[0] += 2.0
            watch.look()
        assert "no worker serves the queue 'gpu'" in caplog.text
        assert watch.queues() == ["gpu"]
