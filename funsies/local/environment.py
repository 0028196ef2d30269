"""A file for shells: with it sourced, funsies finds the server from anywhere."""

from __future__ import annotations

import shlex
from pathlib import Path

from funsies.config.directory import Directory
from funsies.config.keys import encode_keys
from funsies.config.record import ServerRecord
from funsies.core.signing import Keyring


def environment_path(directory: Directory) -> Path:
    """The file to be sourced; it holds secrets and is readable by its owner only."""
    return directory.path / "env"


def environment_script(record: ServerRecord, keys: Keyring) -> str:
    """Write the file: the addresses and the key as exported variables.

    Args:
        record: the server; its address in the network is used if other machines can reach it.
        keys: with which what decides what workers run is signed.
    """
    shared = record.network_url if record.is_shared else None
    jobs_url = shared or record.socket_url
    variables = {
        "FUNSIES_JOBS": jobs_url,
        "FUNSIES_KEY": encode_keys(keys),
    }
    return "".join(f"export {name}={shlex.quote(value)}\n" for name, value in variables.items())
