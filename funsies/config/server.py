"""Which server to use: what was said explicitly, the environment, a directory, a default."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from funsies.core.former_names import former_members
from funsies.core.keyring import NO_KEYS, Keyring
from funsies.store.server_address import hide_secrets

from .directory import Directory, decode_keyring, encode_keyring, find_directories
from .invitation import VARIABLE, read_invitation
from .urls import ConfigurationError, check_data_url, check_jobs_url

DEFAULT_JOBS_URL: Final = "redis://localhost:6379"
"""Used if nothing else is said."""


class Memory:
    """Stands for what a ``memory://`` server holds, which lasts as long as this object."""


MEMORY_OF_PROCESS: Final = Memory()
"""Of the one server that ``FUNSIES_JOBS=memory://`` means in a process."""


@dataclass(frozen=True, slots=True)
class Server:
    """A server as the user names it; what is None is looked up.

    Attributes:
        jobs_url: Redis or Valkey server with the graph: ``redis://``, ``rediss://``,
            ``unix://``, or ``memory://``: a new, empty server in this process, which lasts as
            long as this object.
        data_url: where large values are, e.g. ``file:///scratch/data``.
        memory: what it holds, if it is ``memory://``.
    """

    jobs_url: str | None = None
    data_url: str | None = None
    memory: Memory = field(default_factory=Memory, kw_only=True, compare=False, repr=False)

    def __repr__(self) -> str:
        """Leave out passwords."""
        jobs, data = (url and hide_secrets(url) for url in (self.jobs_url, self.data_url))
        return f"Server(jobs_url={jobs!r}, data_url={data!r})"


former_members(
    Server,
    "Server",
    {
        "new_connection": "`with Fun(server) as session:` connects, and connection= takes "
        "that session; for what is not funsies' own, redis.Redis.from_url(server.jobs_url)"
    },
)


@dataclass(frozen=True, slots=True)
class ResolvedServer(Server):
    """A server with nothing left open; may be given wherever a server is to be named.

    Attributes:
        jobs_url: server with the graph.
        data_url: where large values are, if that was said; else the server is asked.
        keys: with which what decides what workers run is signed; none if it is not.
        directory: the `.funsies` directory that the server belongs to; None if it was named
            otherwise.
        is_default: True if nobody named a server and no directory has a live one.
    """

    jobs_url: str  # narrower than in the base class, and without a default
    keys: Keyring = NO_KEYS
    directory: Path | None = None
    is_default: bool = False

    def __repr__(self) -> str:
        """Leave out passwords and the key."""
        jobs, data = (url and hide_secrets(url) for url in (self.jobs_url, self.data_url))
        return (
            f"ResolvedServer(jobs_url={jobs!r}, data_url={data!r}, "
            f"keys={'...' if self.keys else None}, directory={self.directory!r})"
        )

    @property
    def shown(self) -> str:
        """The address for people: without a password."""
        return hide_secrets(self.jobs_url)

    def environment(self) -> dict[str, str]:
        """Variables with which another process finds the same server, whatever its own say."""
        variables = {"FUNSIES_JOBS": self.jobs_url, "FUNSIES_DATA": self.data_url or ""}
        return variables | ({"FUNSIES_KEY": encode_keyring(self.keys)} if self.keys else {})


def resolve(
    server: Server | None = None,
    *,
    start: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> ResolvedServer:
    """Decide which server to use.

    The jobs server is that of ``server``, else ``FUNSIES_JOBS`` (or ``FUNSIES_URL``), else that
    of the invitation which ``FUNSIES_JOIN`` names, with its keys, else the nearest `.funsies`
    directory upwards that has a live server, else ``redis://localhost:6379``.
    Large values are where ``server`` says, else ``FUNSIES_DATA``, else where the jobs server
    itself says.

    Args:
        server: what was said explicitly; a resolved server stays what it is.
        start: where to look for `.funsies`; by default the current directory.
        environment: by default that of the process.

    Raises:
        ConfigurationError: if an address or the key cannot be used.
    """
    if isinstance(server, ResolvedServer):
        return server
    said = server or Server()
    variables = _with_invitation(said, os.environ if environment is None else environment)
    jobs_url = _explicit_jobs_url(said, variables)
    directory = _directory_of(jobs_url, start or _here())
    record = directory.record() if directory else None
    is_default = jobs_url is None and record is None
    if jobs_url is None:
        jobs_url = record.jobs_url if record else DEFAULT_JOBS_URL
    data_url = _explicit_data_url(said, variables, jobs_url)
    path = directory.path if directory else None
    memory = MEMORY_OF_PROCESS if said.jobs_url is None else said.memory
    keys = _keys(variables, directory)
    return ResolvedServer(jobs_url, data_url, keys, path, is_default, memory=memory)


def _with_invitation(said: Server, variables: Mapping[str, str]) -> Mapping[str, str]:
    """What the file says that ``FUNSIES_JOIN`` names, unless a server is named more closely."""
    name = variables.get(VARIABLE)
    if not name or said.jobs_url or any(map(variables.get, ("FUNSIES_JOBS", "FUNSIES_URL"))):
        return variables
    return {**read_invitation(Path(name)).variables(), **variables}


def _here() -> Path:
    try:
        return Path.cwd()
    except FileNotFoundError:
        raise ConfigurationError(
            "the current directory does not exist any more; change to another one"
        ) from None


def _explicit_jobs_url(said: Server, variables: Mapping[str, str]) -> str | None:
    if said.jobs_url is not None:
        return check_jobs_url(said.jobs_url, "the jobs URL")
    for name in ("FUNSIES_JOBS", "FUNSIES_URL"):
        if url := variables.get(name):
            return check_jobs_url(url, name)
    return None


def _explicit_data_url(said: Server, variables: Mapping[str, str], jobs_url: str) -> str | None:
    if said.data_url is not None:
        return check_data_url(said.data_url, "the data URL")
    # What is tried out in memory must not reach a store that the environment names.
    if jobs_url.startswith("memory:"):
        return None
    if url := variables.get("FUNSIES_DATA"):
        return check_data_url(url, "FUNSIES_DATA")
    return None


def _directory_of(jobs_url: str | None, start: Path) -> Directory | None:
    for directory in find_directories(start.absolute()):
        record = directory.record()
        if record is None:
            continue
        if jobs_url is None and record.answers():
            return directory
        if jobs_url in record.addresses():
            return directory
    return None


def _keys(variables: Mapping[str, str], directory: Directory | None) -> Keyring:
    if "FUNSIES_KEY" in variables:
        return decode_keyring(variables["FUNSIES_KEY"], "FUNSIES_KEY")
    return directory.keys() if directory else NO_KEYS
