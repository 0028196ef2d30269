"""Addresses of servers as people write them: checked, and put together."""

from __future__ import annotations

from typing import Final
from urllib.parse import quote

from funsies.core.errors import FunsiesError
from funsies.store.server_address import SERVER_SCHEMES, fault_in, hide_secrets

JOBS_SCHEMES: Final = (*SERVER_SCHEMES, "memory")
"""What a jobs URL may begin with."""

DATA_SCHEMES: Final = (*SERVER_SCHEMES, "file", "memory")
"""What a data URL may begin with."""


class ConfigurationError(FunsiesError, ValueError):
    """A setting cannot be used; the message names the setting and its remedy."""


def check_jobs_url(url: str, setting: str) -> str:
    """Return the address of a jobs server if it can be one.

    Args:
        url: the address.
        setting: where it was given, for the message: ``"--jobs"``, ``"FUNSIES_JOBS"``.

    Raises:
        ConfigurationError: if it is not of one of the forms that funsies knows.
    """
    scheme = _scheme(url)
    if scheme not in JOBS_SCHEMES:
        raise ConfigurationError(
            f"{setting} is {hide_secrets(url)!r}, which does not begin with redis://, "
            "rediss://, unix:// or memory://; write for example redis://localhost:6379"
        )
    _check_server(url, scheme, setting)
    return url


def check_data_url(url: str, setting: str) -> str:
    """Return the address of a data store if it can be one.

    Raises:
        ConfigurationError: if it is not of one of the forms that funsies knows.
    """
    scheme = _scheme(url)
    if scheme not in DATA_SCHEMES:
        raise ConfigurationError(
            f"{setting} is {hide_secrets(url)!r}, which is no address of a data store; write "
            "for example file:///path/to/directory or redis://localhost:6379"
        )
    _check_server(url, scheme, setting)
    return url


def _check_server(url: str, scheme: str, setting: str) -> None:
    fault = fault_in(url) if scheme in SERVER_SCHEMES else None
    if fault is not None:
        raise ConfigurationError(f"{setting} is {hide_secrets(url)!r}, which {fault}")


def unix_url(socket: str, password: str | None) -> str:
    """Address of a server that listens on a Unix socket.

    >>> unix_url("/tmp/a b/s", "secret")
    'unix://:secret@/tmp/a%20b/s'
    """
    return f"unix://{_login(password)}{quote(socket)}"


def tcp_url(host: str, port: int, password: str | None) -> str:
    """Address of a server that listens on a TCP port."""
    shown = f"[{host}]" if ":" in host else host
    return f"redis://{_login(password)}{shown}:{port}"


def _login(password: str | None) -> str:
    return f":{quote(password, safe='')}@" if password else ""


def _scheme(url: str) -> str:
    scheme, separator, _ = url.partition("://")
    return scheme if separator else ""
