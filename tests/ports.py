"""Ports that stay free until a test has its server listen there."""

from __future__ import annotations

import secrets
import socket
from contextlib import suppress

_LOWEST, _HIGHEST = 15_000, 32_000
"""Below those that systems choose themselves, for whoever connects or wants any port: one of
these would be another's by the time that the server has started, on a busy machine."""


def free_port() -> int:
    """A port of this machine on which nobody listens, and that nobody gets by chance."""
    while True:
        port = _LOWEST + secrets.randbelow(_HIGHEST - _LOWEST)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("", port))
            return port
