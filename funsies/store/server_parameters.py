"""The parameters that the address of a server may have: ``?name=value&name=value``."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from funsies.core.durations import LONGEST_WAIT_SECONDS

_EVERYWHERE: Final = ("redis", "rediss", "unix")
_BY_NETWORK: Final = ("redis", "rediss")
_ENCRYPTED: Final = ("rediss",)

_MOST_DATABASES: Final = 2**31
_DIGITS: Final = len(str(_MOST_DATABASES))
_TRUTHS: Final = frozenset({"true", "false", "yes", "no", "1", "0"})


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an address.

    Attributes:
        accepts: True for a value that it may have.
        wanted: what that is, for people.
        schemes: of the addresses that may have it.
    """

    accepts: Callable[[str], bool]
    wanted: str
    schemes: tuple[str, ...] = _EVERYWHERE

    @property
    def shown_schemes(self) -> str:
        """The schemes for people."""
        return " and ".join(f"{scheme}://" for scheme in self.schemes)


def _is_database(text: str) -> bool:
    is_number = text.isascii() and text.isdecimal() and len(text) <= _DIGITS
    return is_number and int(text) < _MOST_DATABASES


def _is_seconds(text: str) -> bool:
    try:
        return 0 < float(text) <= LONGEST_WAIT_SECONDS
    except ValueError:
        return False


def _is_truth(text: str) -> bool:
    return text.lower() in _TRUTHS


def _is_file(path: str) -> bool:
    return Path(path).is_file() and os.access(path, os.R_OK)


_SECONDS: Final = Parameter(
    _is_seconds, f"a number of seconds above 0, at most {LONGEST_WAIT_SECONDS:.0f}"
)
_TEXT: Final = Parameter(bool, "a text that is not empty")
_FILE: Final = Parameter(_is_file, "the path of a file that can be read here", _ENCRYPTED)
_TRUTH: Final = "true or false"

PARAMETERS: Final[Mapping[str, Parameter]] = {
    "db": Parameter(_is_database, "the number of a database, for example 0"),
    "username": _TEXT,
    "password": _TEXT,
    "socket_timeout": _SECONDS,
    "socket_connect_timeout": _SECONDS,
    "socket_keepalive": Parameter(_is_truth, _TRUTH, _BY_NETWORK),
    "ssl_ca_certs": _FILE,
    "ssl_ca_data": Parameter(bool, _TEXT.wanted, _ENCRYPTED),
    "ssl_ca_path": Parameter(os.path.isdir, "the path of a directory here", _ENCRYPTED),
    "ssl_certfile": _FILE,
    "ssl_keyfile": _FILE,
    "ssl_password": Parameter(bool, _TEXT.wanted, _ENCRYPTED),
    "ssl_cert_reqs": Parameter(
        {"none", "optional", "required"}.__contains__,
        "none, optional or required",
        _ENCRYPTED,
    ),
    "ssl_check_hostname": Parameter(_is_truth, _TRUTH, _ENCRYPTED),
    "ssl_min_version": Parameter(
        {"771", "772"}.__contains__, "771 (TLS 1.2) or 772 (TLS 1.3)", _ENCRYPTED
    ),
}
"""By name. What else the client library takes would change how we speak with the server."""

KNOWN: Final = ", ".join(PARAMETERS)
