"""The server of a directory: started once, reused, survived, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import stat
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
import redis

from funsies.config import ConfigurationError, Directory, ServerRecord, resolve
from funsies.core.errors import ServerError
from funsies.local import embedded
from funsies.local.daemons import is_locked, wait_until
from funsies.local.embedded import live_record, start_server, stop_server
from funsies.local.server_settings import ServerSettings
from tests.ports import free_port


@pytest.fixture
def directory() -> Iterator[Directory]:
    """A `.funsies` directory that does not exist yet."""
    place = Path(tempfile.mkdtemp(prefix="fl"))
    made = Directory(place / ".funsies")
    yield made
    stop_server(made)
    shutil.rmtree(place)


def connect(record: ServerRecord) -> redis.Redis:
    return redis.Redis.from_url(record.jobs_url)


def kill(record: ServerRecord) -> None:
    os.kill(record.pid, signal.SIGKILL)
    os.waitpid(record.pid, 0)


def test_a_server_starts_in_an_empty_directory(directory: Directory) -> None:
    started = start_server(directory)
    assert not started.was_running
    with connect(started.record) as connection:
        assert connection.ping()


def test_only_its_owner_can_reach_it(directory: Directory) -> None:
    record = start_server(directory).record
    assert stat.S_IMODE(directory.path.stat().st_mode) == 0o700
    assert stat.S_IMODE(Path(record.socket).stat().st_mode) == 0o700
    assert stat.S_IMODE((directory.path / "server.conf").stat().st_mode) == 0o600
    assert stat.S_IMODE((directory.path / "env").stat().st_mode) == 0o600
    with (
        pytest.raises(redis.AuthenticationError),
        redis.Redis(unix_socket_path=record.socket) as r,
    ):
        r.ping()


def test_its_password_has_256_bits_and_is_not_in_its_arguments(directory: Directory) -> None:
    record = start_server(directory).record
    assert record.password is not None
    assert len(bytes.fromhex(record.password)) == 32
    command = Path(f"/proc/{record.pid}/cmdline")
    if command.exists():
        assert record.password.encode() not in command.read_bytes()


def test_a_live_server_is_reused(directory: Directory) -> None:
    first = start_server(directory)
    second = start_server(directory)
    assert second.was_running
    assert second.record == first.record


def test_several_starts_at_once_give_one_server(directory: Directory) -> None:
    records: list[ServerRecord] = []
    starters = [
        threading.Thread(target=lambda: records.append(start_server(directory).record))
        for _ in range(5)
    ]
    for each in starters:
        each.start()
    for each in starters:
        each.join()
    assert len(records) == 5
    assert len({record.pid for record in records}) == 1


def test_a_crash_loses_nothing_and_clients_find_the_server_again(directory: Directory) -> None:
    first = start_server(directory).record
    with connect(first) as connection:
        connection.set("key", "value")
        connection.execute_command("WAITAOF", 1, 0, 5000)  # until it is on disk
    kill(first)
    assert live_record(directory) is None
    second = start_server(directory)
    assert not second.was_running
    assert second.record.jobs_url == first.jobs_url
    with connect(first) as connection:
        assert connection.get("key") == b"value"


def test_after_a_crash_it_listens_where_it_did(directory: Directory) -> None:
    port = free_port()
    first = start_server(directory, ServerSettings(port=port)).record
    kill(first)
    second = start_server(directory).record
    assert second.port == port
    assert second.network_url == first.network_url


def test_a_stop_writes_everything_to_disk(directory: Directory) -> None:
    record = start_server(directory).record
    with connect(record) as connection:
        connection.set("key", "value")
    assert stop_server(directory)
    assert not Path(record.socket).exists()
    assert live_record(directory) is None
    with connect(start_server(directory).record) as connection:
        assert connection.get("key") == b"value"


def test_workers_that_outlive_the_server_can_come_back_to_it(directory: Directory) -> None:
    first = start_server(directory).record
    stop_server(directory)
    assert start_server(directory).record.jobs_url == first.jobs_url


def test_stopping_twice_does_no_harm(directory: Directory) -> None:
    start_server(directory)
    assert stop_server(directory)
    assert not stop_server(directory)


def test_a_server_whose_socket_was_removed_is_replaced(directory: Directory) -> None:
    first = start_server(directory).record
    Path(first.socket).unlink()
    second = start_server(directory)
    assert not second.was_running
    assert second.record.pid != first.pid
    assert wait_until(lambda: not _exists(first.pid), 10)


def test_a_server_whose_record_was_removed_is_replaced(directory: Directory) -> None:
    first = start_server(directory).record
    directory.record_path.unlink()
    second = start_server(directory).record
    assert second.pid != first.pid
    assert not _exists(first.pid)


def test_a_path_that_is_too_long_for_a_socket_is_no_obstacle(tmp_path: Path) -> None:
    deep = tmp_path / ("x" * 120) / 'with space " and % and ü'
    deep.mkdir(parents=True)
    directory = Directory(deep / ".funsies")
    record = start_server(directory).record
    try:
        assert len(record.socket.encode()) < 100
        assert stat.S_IMODE(Path(record.socket).parent.stat().st_mode) == 0o700
        with connect(record) as connection:
            assert connection.ping()
        assert resolve(start=deep, environment={}).jobs_url == record.jobs_url
    finally:
        stop_server(directory)
    assert not Path(record.socket).parent.exists()


def test_a_server_that_cannot_start_says_why(directory: Directory) -> None:
    with pytest.raises(ServerError, match="no-such-setting"):
        start_server(directory, ServerSettings(extra=("no-such-setting 1",)))
    assert live_record(directory) is None


@pytest.mark.parametrize("step", ["_await_ready", "settle_place"])
def test_a_start_that_is_interrupted_leaves_no_server(
    directory: Directory, step: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """With a slow disk a start takes long enough for Ctrl-C."""
    place = tmp_path / "s"
    place.mkdir(mode=0o700)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    deep = Directory(directory.path.parent / ("a" * 100) / ".funsies")
    deep.path.parent.mkdir(parents=True)

    def interrupted(*_: object) -> NoReturn:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(embedded, step, interrupted)
        with pytest.raises(KeyboardInterrupt):
            start_server(deep)
    assert not is_locked(deep.path / "server.lock")
    assert list(place.iterdir()) == []


def test_a_port_in_use_is_refused_with_a_remedy(directory: Directory) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(ConfigurationError, match="another --port"):
            start_server(directory, ServerSettings(port=taken.getsockname()[1]))


def test_a_server_on_another_machine_is_left_alone(directory: Directory) -> None:
    directory.create()
    directory.write_record(ServerRecord(pid=1, host="elsewhere.invalid", socket="/s"))
    with pytest.raises(ConfigurationError, match=r"elsewhere\.invalid"):
        start_server(directory)
    with pytest.raises(ConfigurationError, match=r"elsewhere\.invalid"):
        stop_server(directory)
    directory.record_path.unlink()


def test_a_missing_program_is_named(
    directory: Directory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FUNSIES_SERVER_PROGRAM", "no-such-server")
    with pytest.raises(ConfigurationError, match="no-such-server"):
        start_server(directory)


def test_the_environment_file_names_the_server_for_shells(directory: Directory) -> None:
    record = start_server(directory).record
    text = (directory.path / "env").read_text()
    assert f"export FUNSIES_JOBS={record.jobs_url}\n" in text
    (key,) = directory.keys().keys
    assert f"export FUNSIES_KEY={key.hex()}\n" in text


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
