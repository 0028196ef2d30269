"""``funsies doctor``: each finding by real trouble, with what to do about it."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import funsies as f
from funsies.cli import doctor as doctor_module
from funsies.cli.exits import Exit
from funsies.cli.main import main
from funsies.config import ResolvedServer, Server
from funsies.core.keyring import Keyring
from funsies.engine.worker import run_worker
from funsies.engine.worker_registry import MOST_LIBRARIES
from funsies.store.connect import INLINE_BYTES, open_backend
from funsies.store.rows import Fence, StepMessage
from funsies.store.submission import queue_name

DIE_WRITING = """
import os, signal, sys
from funsies.store.data import open_data_store

def chunks():
    yield bytes(1 << 21)
    os.kill(os.getpid(), signal.SIGKILL)

open_data_store(sys.argv[1]).write(chunks())
"""


def double(number: int) -> int:
    return 2 * number


@pytest.fixture
def doctor(own_stage, capsys, monkeypatch):
    """Run it, and return its exit code and what it found, by name."""
    monkeypatch.delenv("FUNSIES_DATA", raising=False)

    def doctor(*options):
        code = main(["--jobs", own_stage.url, "doctor", "--json", *options])
        found = json.loads(capsys.readouterr().out)
        assert all(each["remedy"] for each in found if each["level"] != "ok")
        return code, {each["name"]: each for each in found}

    return doctor


def configure(stage, **settings):
    with stage.redis() as connection:
        for name, value in settings.items():
            connection.config_set(name.replace("_", "-"), value)


def start_worker(stage, **options):
    """Start one, and see that it has registered."""
    stage.start_worker(**options)
    with f.Fun(stage.server):
        step = f.reduce(double, 1)
        f.execute(step).wait(30)


def test_all_is_well(own_stage, doctor):
    start_worker(own_stage)
    code, found = doctor()
    assert code == Exit.OK
    assert list(found) == ["server", "data", "workers", "steps"]
    assert found["workers"]["message"].startswith("1 worker,")
    assert found["steps"]["message"] == "steps: 1 done"


def test_without_a_terminal_there_are_no_colours(own_stage, capsys):
    assert main(["--jobs", own_stage.url, "doctor"]) == Exit.OK
    out = capsys.readouterr().out
    assert re.search(r"^ok +server +Valkey \d", out)
    assert "\x1b" not in out


def test_no_server_is_said_in_a_line(tmp_path, capsys):
    assert main(["--jobs", f"unix://{tmp_path}/none", "doctor"]) == Exit.NO_SERVER
    assert len(capsys.readouterr().err.splitlines()) == 1


@pytest.mark.parametrize(
    ("settings", "name"),
    [
        ({"appendonly": "no", "save": ""}, "no-persistence"),
        ({"maxmemory_policy": "allkeys-lru"}, "eviction"),
        ({"maxmemory": "1mb"}, "memory"),
    ],
)
def test_a_server_that_loses_or_refuses_results(own_stage, doctor, settings, name):
    configure(own_stage, **settings)
    code, found = doctor()
    assert code == Exit.NOT_WELL
    bad = [each for each in found if found[each]["level"] != "ok"]
    assert bad[0] == name
    assert set(bad) <= {name, "unseen"}, "a full server runs no new script"


def test_a_queue_that_nobody_serves(own_stage, doctor):
    with f.Fun(own_stage.server):
        f.execute(f.reduce(double, 3, opt=f.options(queue="gpu")))
    start_worker(own_stage)
    code, found = doctor()
    assert code == Exit.NOT_WELL
    assert found["deserted-queue"]["remedy"].endswith("funsies worker gpu")


def test_a_step_of_a_worker_that_is_gone_is_put_back(own_stage, doctor, monkeypatch):
    monkeypatch.setattr(doctor_module, "OVERDUE_MS", 0)
    monkeypatch.setattr(doctor_module, "LEASE_MS", 1)
    with f.Fun(own_stage.server):
        f.execute(f.reduce(double, 3))
    backend = open_backend(own_stage.url)
    gone = backend.graph.step(
        StepMessage("gone", 1, queue_name("default"), lease_ms=1, fence=Fence(b"f" * 16))
    )
    backend.close()
    assert gone.claim is not None
    _, found = doctor()
    assert {"expired-leases", "no-workers"} <= found.keys()
    doctor("--repair")  # as after an outage, the worker has some time for a sign of life
    _, found = doctor("--repair")
    assert "expired-leases" not in found
    assert found["deserted-queue"]["message"].startswith("1 step ready")


def test_a_worker_without_the_key(own_stage, doctor, monkeypatch):
    monkeypatch.setenv("FUNSIES_KEY", "ab" * 32)
    start_worker_of(own_stage, Keyring())
    _, found = doctor()
    assert found["key"]["level"] == "problem"
    assert "it has none" in found["key"]["message"]


def test_a_worker_with_a_key_that_is_not_known_here(own_stage, doctor, monkeypatch):
    monkeypatch.delenv("FUNSIES_KEY", raising=False)
    start_worker_of(own_stage, Keyring((b"a key of the tests",)))
    _, found = doctor()
    assert "FUNSIES_KEY" in found["no-key"]["remedy"]


def start_worker_of(stage, keys):
    stage.resolved = ResolvedServer(stage.url, stage.url, keys)
    stage.start_worker()
    wait_for_a_worker(stage)


def wait_for_a_worker(stage):
    with stage.redis() as connection:
        while not connection.scard("{funsies}:rq:workers"):
            signal.sigtimedwait([signal.SIGUSR1], 0.02)


def work_with(directory, *arguments, **options):
    sys.path.insert(0, directory)
    run_worker(*arguments, **options)


def test_a_worker_with_other_libraries(own_stage, doctor, tmp_path, monkeypatch):
    for where, version in (("there", "1.0"), ("here", "2.0")):
        (tmp_path / where / f"some_library-{version}.dist-info").mkdir(parents=True)
    monkeypatch.syspath_prepend(str(tmp_path / "here"))
    own_stage.start_worker(target=work_with, arguments=(str(tmp_path / "there"),))
    wait_for_a_worker(own_stage)
    code, found = doctor()
    assert code == Exit.NOT_WELL
    assert "some-library 1.0 (here 2.0)" in found["libraries"]["message"]


def test_what_a_worker_says_of_itself_is_bounded(own_stage, tmp_path):
    for number in range(2 * MOST_LIBRARIES):
        (tmp_path / f"library{number:04}-1.0.dist-info").mkdir()
    own_stage.start_worker(target=work_with, arguments=(str(tmp_path),))
    wait_for_a_worker(own_stage)
    with own_stage.redis() as connection:
        (key,) = connection.smembers("{funsies}:rq:workers")
        assert len(connection.hget(key, "funsies")) < 50 * MOST_LIBRARIES


@pytest.fixture
def data(own_stage, tmp_path):
    """A directory of large values."""
    directory = tmp_path / "data"
    with f.Fun(Server(own_stage.url, f"file://{directory}")):
        f.take(f.put(bytes(2 * INLINE_BYTES)))
        (tmp_path / "large").write_bytes(bytes(2 * INLINE_BYTES))
        f.put_file(tmp_path / "large")
    return directory


def hours_ago():
    return time.time() - 7200


def test_temporaries_of_a_writer_that_was_killed_are_removed(data, doctor):
    killed = subprocess.run([sys.executable, "-c", DIE_WRITING, f"file://{data}"], check=False)
    assert killed.returncode == -signal.SIGKILL
    (left,) = (data / "tmp").iterdir()
    os.utime(left, (hours_ago(), hours_ago()))
    code, found = doctor()
    assert code == Exit.NOT_WELL
    assert found["leftovers"]["message"].startswith("1 temporary file ")
    code, found = doctor("--repair")
    assert code == Exit.OK
    assert not left.exists()


def test_what_somebody_is_writing_stays(data, doctor):
    script = DIE_WRITING.replace("signal.SIGKILL", "signal.SIGSTOP")
    writer = subprocess.Popen([sys.executable, "-c", script, f"file://{data}"])
    os.waitid(os.P_PID, writer.pid, os.WSTOPPED)
    (written,) = (data / "tmp").iterdir()
    os.utime(written, (hours_ago(), hours_ago()))
    assert doctor("--repair")[0] == Exit.OK
    assert written.exists()
    writer.kill()
    writer.wait()


def test_large_values_out_of_reach(data, doctor):
    data.rename(data.with_name("elsewhere"))
    code, found = doctor()
    assert code == Exit.NOT_WELL
    assert "is not here" in found["data-out-of-reach"]["message"]
    assert Path(data.with_name("elsewhere")).exists()
