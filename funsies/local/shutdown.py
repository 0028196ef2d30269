"""End what was started in a directory: workers first, then the server."""

from __future__ import annotations

from funsies.config.directory import Directory

from .embedded import stop_server
from .pool import running_pools, stop_pools


def stop_everything(directory: Directory, *, at_once: bool = False) -> bool:
    """Stop the workers and the server of a directory.

    Args:
        directory: the `.funsies` directory.
        at_once: True leaves running steps only moments.

    Returns:
        True if a server was running.
    """
    stop_pools(list(running_pools(directory)), at_once=at_once)
    return stop_server(directory)
