"""Where a run takes place: its server, and the directory of its workers."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from funsies.config.directory import NAME, Directory, find_directories
from funsies.config.server import ResolvedServer
from funsies.local.conf import ServerSettings
from funsies.local.embedded import start_server, stop_server

from .say import note
from .setting import Setting


@dataclass(frozen=True, slots=True)
class Premises:
    """Where a run takes place.

    Attributes:
        server: that is used.
        directory: where the workers' logs are, and the server's own files if it has started
            here.
        is_new: True if the server was started for this run.
    """

    server: ResolvedServer
    directory: Directory
    is_new: bool = False

    def leave(self, *, stops_server: bool) -> None:
        """Stop the server, or say that it lives on if it did not live before.

        Args:
            stops_server: True to stop it.
        """
        if stops_server:
            if not stop_server(self.directory):
                note("funsies: the server was not started here; it goes on")
        elif self.is_new:
            note("the server of this directory lives on; end it with: funsies shutdown --all")


def find_or_start(setting: Setting) -> Premises:
    """The server that is named or live, else a new one; and where its workers belong."""
    server = setting.resolve()
    nearest = next(find_directories(Path.cwd()), None) or Directory(Path.cwd() / NAME)
    if server.directory is not None:
        return Premises(server, Directory(server.directory))
    if not server.is_default:
        nearest.create()  # for the workers' logs
        return Premises(server, nearest)
    said = ServerSettings(data_url=server.data_url) if server.data_url else None
    started = start_server(nearest, said)
    found = replace(started.server(nearest), data_url=server.data_url)
    return Premises(found, nearest, is_new=not started.was_running)
