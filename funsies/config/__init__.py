"""Configuration: which server, which data store, which key."""

from funsies.core.options import Options

from .directory import Directory, find_directories
from .record import ServerRecord
from .server import ResolvedServer, Server, resolve
from .urls import ConfigurationError, hide_secrets

__all__ = [
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
