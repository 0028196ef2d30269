"""The server of a run, and the directory of its workers."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from funsies.config.directory import NAME, Directory, find_directories
from funsies.config.server import ResolvedServer
from funsies.core.errors import NoServerError, ServerError
from funsies.local.daemons import end_orphans
from funsies.local.embedded import live_record, restart_server, start_server, stop_server
from funsies.local.server_settings import ServerSettings
from funsies.store.server_address import shown
from funsies.store.server_retry import rescued

from .notes import note
from .setting import Setting

_MOST_DEATHS: Final = 5
_SEVERAL_DEATHS_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class RunServer:
    """The server of a run, kept alive while the run goes on.

    Attributes:
        server: that is used.
        directory: where the workers' logs are, and the server's own files if it has started
            here.
        is_new: True if the server was started for this run.
    """

    server: ResolvedServer
    directory: Directory
    is_new: bool = False
    _deaths: list[float] = field(default_factory=list)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Start the server again whenever it is killed, if it is that of the directory."""
        with rescued(self.server.jobs_url, self._rescue) if self.is_own else nullcontext():
            yield

    @property
    def is_own(self) -> bool:
        """True if the server is that of the directory."""
        return self.server.directory is not None

    def look(self) -> None:
        """See that the server can still be found.

        Raises:
            NoServerError: if it was stopped on purpose, or its directory removed.
        """
        if self.is_own and not self.directory.record_path.exists():
            raise self._is_gone()

    def _is_gone(self) -> NoServerError:
        return self._no_server(
            f"the server of {self.directory.path} was stopped during the run, or its directory "
            "removed; run it again to go on"
        )

    def _no_server(self, message: str) -> NoServerError:
        return NoServerError.at(shown(self.server.jobs_url), message)

    def _rescue(self) -> bool:
        """Start the server of this directory again if it was killed.

        Returns:
            True if it was.

        Raises:
            NoServerError: if it was stopped on purpose, or its directory removed; if it does
                not start, or dies again and again.
        """
        self.look()
        if live_record(self.directory) is not None:
            return False
        self._count()
        note("funsies: the server of this directory was killed; starting it again")
        try:
            started = restart_server(self.directory)
        except ServerError as problem:
            raise self._no_server(str(problem)) from problem
        if started is None:
            raise self._is_gone()
        return not started.was_running

    def _count(self) -> None:
        now = time.monotonic()
        recent = [each for each in self._deaths if now - each < _SEVERAL_DEATHS_SECONDS]
        self._deaths[:] = [*recent, now]
        if len(self._deaths) > _MOST_DEATHS:
            raise self._no_server(
                f"the server of {self.directory.path} was started {_MOST_DEATHS} times within "
                f"{_SEVERAL_DEATHS_SECONDS:.0f} seconds and died each time; see "
                f"{self.directory.log_path / 'server.log'}"
            )

    @property
    def was_rescued(self) -> bool:
        """True if the server may have lost the last second before it was killed."""
        return bool(self._deaths)

    def leave(self, *, stops_server: bool) -> None:
        """Stop the server, or say that it lives on if it did not live before.

        Args:
            stops_server: True to stop it.
        """
        if stops_server:
            if not stop_server(self.directory):
                note("funsies: the server was not started here; it goes on")
            return
        end_orphans(self.directory)  # if it was removed during the run
        if self.is_new and self.directory.record_path.exists():
            note("the server of this directory lives on; end it with: funsies shutdown --all")


def find_or_start(setting: Setting) -> RunServer:
    """The server that is named or live, else a new one; and where its workers belong."""
    server = setting.resolve()
    nearest = next(find_directories(Path.cwd()), None) or Directory(Path.cwd() / NAME)
    if server.directory is not None:
        return RunServer(server, Directory(server.directory))
    if not server.is_default:
        nearest.create()  # for the workers' logs
        return RunServer(server, nearest)
    said = ServerSettings(data_url=server.data_url) if server.data_url else None
    started = start_server(nearest, said)
    found = replace(started.server(nearest), data_url=server.data_url)
    return RunServer(found, nearest, is_new=not started.was_running)


@contextmanager
def found_everywhere(server: ResolvedServer) -> Iterator[None]:
    """Have the script find the same server wherever it goes."""
    before = dict(os.environ)
    os.environ.update(server.environment())
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)
