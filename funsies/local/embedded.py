"""The embedded server of a directory: started once, reused while it lives, stopped in order."""

from __future__ import annotations

import os
import secrets
import signal
import socket
import time
from collections.abc import Callable
from enum import Enum, auto
from pathlib import Path
from typing import Final

import msgspec

from funsies.config.directory import Directory, ServerRecord, write_private
from funsies.config.server import ResolvedServer
from funsies.config.urls import ConfigurationError, tcp_url
from funsies.core.errors import ServerError
from funsies.store.server_notes import DataPlace

from .daemons import (
    POLL_SECONDS,
    end_orphans,
    exclusive,
    has_ended,
    is_locked,
    send,
    spawn,
    try_lock,
    wait_until,
)
from .data_place import place_of, settle_place
from .server_settings import (
    ServerSettings,
    choose_socket,
    configuration,
    environment_path,
    environment_script,
    find_program,
    remove_socket,
)

START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 30.0
_FAILED_SECONDS: Final = 5.0
"""How long each signal is given to end a server that was started in vain."""

_PING_SECONDS: Final = 2.0
_LOG_TAIL_LINES: Final = 3

_OWNER_ONLY: Final = ("/bin/sh", "-c", 'umask 077; exec "$@"', "sh")
"""What it runs makes files for their owner only. Our own mask is that of all threads."""


class Started(msgspec.Struct, frozen=True):
    """A server that runs.

    Attributes:
        record: how to reach it.
        was_running: True if it ran before.
        place: where it keeps large values.
    """

    record: ServerRecord
    was_running: bool
    place: DataPlace

    def server(self, directory: Directory) -> ResolvedServer:
        """The server as clients and workers use it."""
        return ResolvedServer(self.record.jobs_url, None, directory.keys(), directory.path)


def start_server(directory: Directory, settings: ServerSettings | None = None) -> Started:
    """Start the server of a directory, unless it runs.

    Two processes may call this at once: one starts the server, both get it. What a crash left
    behind (a socket, a record) is cleared away; data in the append-only file is loaded. A
    server whose directory was removed is ended: the new one takes its place.

    Args:
        directory: made if it is not there.
        settings: how to start it; by default as it was before a crash, else as usual.

    Raises:
        ConfigurationError: if the settings would let others in, or the server of this
            directory runs on another machine.
        ServerError: if it does not start.
    """
    directory.create()
    with exclusive(_start_lock(directory)):
        return _start_unless_live(directory, settings)


def restart_server(directory: Directory) -> Started | None:
    """Start the server of a directory as it was before it was killed, unless it runs.

    Returns:
        None if it was stopped on purpose, or its directory removed: nothing says then how it
        was, and nobody expects it to run.

    Raises:
        ServerError: if it does not start.
    """
    if not directory.record_path.exists():
        return None
    with exclusive(_start_lock(directory)):
        record = directory.record()
        if record is None:
            return None
        has_ended(record.pid)  # buries it, if it is a child of this process
        return _start_unless_live(directory, None)


def _start_unless_live(directory: Directory, settings: ServerSettings | None) -> Started:
    running = live_record(directory)
    if running is not None:
        return Started(running, was_running=True, place=place_of(running))
    earlier = directory.record()
    _refuse_elsewhere(earlier, directory)
    _end_deaf_server(directory)
    end_orphans(directory)
    keys = directory.ensure_keys()
    record, place = _start(directory, settings, earlier)
    write_private(environment_path(directory), environment_script(record, keys).encode())
    return Started(record, was_running=False, place=place)


def live_record(directory: Directory) -> ServerRecord | None:
    """How to reach the server of a directory; None if it does not run."""
    record = directory.record()
    return record if record is not None and record.answers() else None


def _never() -> bool:
    return False


def stop_server(directory: Directory, *, is_used: Callable[[], bool] = _never) -> bool:
    """Stop the server of a directory, with all data written; False if it did not run.

    Args:
        directory: of which.
        is_used: True leaves it running; asked while nobody can start it.

    Raises:
        ConfigurationError: if it runs on another machine.
        ServerError: if it does not end.
    """
    if not directory.path.is_dir():
        return end_orphans(directory)
    with exclusive(_start_lock(directory)):
        if is_used():
            return False
        record = directory.record()
        _refuse_elsewhere(record, directory)
        was_running = is_locked(_life_lock(directory))
        _end_deaf_server(directory)
        if record is not None:
            remove_socket(record.socket)
        directory.record_path.unlink(missing_ok=True)
        environment_path(directory).unlink(missing_ok=True)
        return end_orphans(directory) or was_running


def _start(
    directory: Directory, settings: ServerSettings | None, earlier: ServerRecord | None
) -> tuple[ServerRecord, DataPlace]:
    settings = settings or _settings_of(earlier)
    settings.check()
    _refuse_taken_port(settings)
    password = _password(settings, directory)
    place = choose_socket(directory.path, earlier.socket if earlier else None)
    text = configuration(settings, directory=directory.path, socket=place, password=password)
    write_private(_settings_path(directory), text.encode())
    record = ServerRecord(
        pid=_launch(directory, settings),
        host=socket.gethostname(),
        socket=place,
        password=password,
        port=settings.port,
        bind=settings.bind,
        program=settings.program,
    )
    try:
        _await_ready(record, directory)
        settled = settle_place(record, directory, settings)
        directory.write_record(record)
    except BaseException:
        _end_at_once(record.pid)
        if earlier is None or place != earlier.socket:
            remove_socket(place)
        raise
    return record, settled


def _end_at_once(pid: int) -> None:
    """End a server that was just started, and that nobody has heard of."""
    for number in (signal.SIGTERM, signal.SIGKILL):
        if not has_ended(pid):
            send(pid, number)
            wait_until(lambda: has_ended(pid), _FAILED_SECONDS)


def _settings_of(earlier: ServerRecord | None) -> ServerSettings:
    if earlier is None:
        return ServerSettings()
    return ServerSettings(
        program=earlier.program,
        has_password=earlier.password is not None,
        port=earlier.port,
        bind=earlier.bind,
        is_insecure=True,  # it was allowed when it was started
    )


def _password(settings: ServerSettings, directory: Directory) -> str | None:
    if not settings.has_password:
        return None
    if settings.password:
        return settings.password
    # Always the same in one directory: workers may outlive the server, and come back to it.
    path = directory.path / "password"
    if not path.exists():
        write_private(path, secrets.token_hex(32).encode() + b"\n")
    return path.read_text("ascii").strip()


def _launch(directory: Directory, settings: ServerSettings) -> int:
    program = find_program(settings.program)
    life = try_lock(_life_lock(directory))
    if life is None:
        raise ServerError(f"another server uses {directory.path}; try again when it has ended")
    try:
        # Not by the file's name: the server takes "[x]" in it for a pattern.
        command = [*_OWNER_ONLY, str(program), "-"]
        return spawn(command, log=_log(directory), lock=life, reads=_settings_path(directory))
    finally:
        os.close(life)


def _await_ready(record: ServerRecord, directory: Directory) -> None:
    answers = _ping(record.socket_url)
    deadline = time.monotonic() + START_SECONDS
    while not has_ended(record.pid):
        answer = answers()
        if answer is _Answer.READY:
            return
        if answer is _Answer.LOADING:  # that takes as long as it takes
            deadline = time.monotonic() + START_SECONDS
        if time.monotonic() > deadline:
            raise ServerError(f"the server does not answer; see {_log(directory)}")
        time.sleep(POLL_SECONDS)
    raise ServerError(f"the server did not start: {_log_tail(directory)}")


class _Answer(Enum):
    """What a server says that was just started."""

    NONE = auto()
    LOADING = auto()
    READY = auto()


def _ping(url: str) -> Callable[[], _Answer]:
    import redis  # noqa: PLC0415 - costs a tenth of a second, only needed where a server starts

    from funsies.store.server_connection import client_of  # noqa: PLC0415 - as above

    client = client_of(url, _PING_SECONDS)

    def answers() -> _Answer:
        try:
            with client:
                client.ping()
        except redis.BusyLoadingError:
            return _Answer.LOADING
        except (redis.ConnectionError, redis.TimeoutError):
            return _Answer.NONE
        return _Answer.READY

    return answers


def _log_tail(directory: Directory) -> str:
    lines = _log(directory).read_text("utf-8", "replace").splitlines()[-_LOG_TAIL_LINES:]
    return " / ".join(line.strip() for line in lines) + f" (see {_log(directory)})"


def _refuse_elsewhere(record: ServerRecord | None, directory: Directory) -> None:
    if record is not None and not record.is_here:
        raise ConfigurationError(
            f"the server of {directory.path} was started on {record.host}: use it there; for "
            "other machines start it with --bind and --port; if that machine is gone for good, "
            f"remove {directory.record_path}"
        )


def _refuse_taken_port(settings: ServerSettings) -> None:
    if settings.port is None:
        return
    family = socket.AF_INET6 if ":" in settings.bind else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.bind, settings.port))
        except OSError as problem:
            shown = tcp_url(settings.bind, settings.port, None)
            raise ConfigurationError(
                f"cannot listen at {shown}: {problem.strerror}; choose another --port"
            ) from problem


def _end_deaf_server(directory: Directory) -> None:
    """End the process that holds the life lock, if there is one: nobody can reach it."""
    lock = _life_lock(directory)
    if not is_locked(lock):
        return
    pid = int(lock.read_text("ascii") or 0)
    if pid <= 0:
        raise ServerError(f"the server of {directory.path} cannot be found; end it by hand")
    send(pid, signal.SIGTERM)
    if not wait_until(lambda: not is_locked(lock), STOP_SECONDS):
        send(pid, signal.SIGKILL)
        if not wait_until(lambda: not is_locked(lock), STOP_SECONDS):
            raise ServerError(f"the server (process {pid}) does not end")
    has_ended(pid)  # buries it, if it is a child of this process


def _start_lock(directory: Directory) -> Path:
    return directory.path / "start.lock"


def _life_lock(directory: Directory) -> Path:
    return directory.path / "server.lock"


def _settings_path(directory: Directory) -> Path:
    return directory.path / "server.conf"


def _log(directory: Directory) -> Path:
    return directory.log_path / "server.log"
