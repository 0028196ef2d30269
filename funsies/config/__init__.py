"""Configuration: which server, which data store, which key."""

from typing import TYPE_CHECKING, Final

from funsies.core.former_names import former_names
from funsies.core.options import INFINITE, Options
from funsies.store.server_address import hide_secrets

from .directory import Directory, ServerRecord, find_directories
from .server import ResolvedServer, Server, resolve
from .urls import ConfigurationError

ONE_MINUTE: Final = 60
"""In seconds."""

ONE_DAY: Final = 24 * 60 * ONE_MINUTE
"""In seconds."""

if not TYPE_CHECKING:
    __getattr__ = former_names(
        __name__,
        {
            "DiskStorage": 'write Server(data_url="file:///path/to/data")',
            "MockServer": 'write Server("memory://")',
            "RedisStorage": 'write Server(data_url="redis://host:6379")',
        },
    )

__all__ = [
    "INFINITE",
    "ONE_DAY",
    "ONE_MINUTE",
    "ConfigurationError",
    "Directory",
    "Options",
    "ResolvedServer",
    "Server",
    "ServerRecord",
    "find_directories",
    "hide_secrets",
    "resolve",
]
