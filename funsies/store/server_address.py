"""Addresses of servers: what they may say, and what may be shown of them.

All else is refused before anybody connects, and passwords are never shown.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, unquote, unquote_plus, unquote_to_bytes, urlsplit

import msgspec

from funsies.core.durations import LONGEST_WAIT_SECONDS

_EVERYWHERE: Final = ("redis", "rediss", "unix")
_BY_NETWORK: Final = ("redis", "rediss")
_ENCRYPTED: Final = ("rediss",)

_MOST_DATABASES: Final = 2**31
_DIGITS: Final = len(str(_MOST_DATABASES))
_TRUTHS: Final = frozenset({"true", "false", "yes", "no", "1", "0"})


class UrlParameter(msgspec.Struct, frozen=True):
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


_SECONDS: Final = UrlParameter(
    _is_seconds, f"a number of seconds above 0, at most {LONGEST_WAIT_SECONDS:.0f}"
)
_TEXT: Final = UrlParameter(bool, "a text that is not empty")
_FILE: Final = UrlParameter(_is_file, "the path of a file that can be read here", _ENCRYPTED)
_TRUTH: Final = "true or false"

PARAMETERS: Final[Mapping[str, UrlParameter]] = {
    "db": UrlParameter(_is_database, "the number of a database, for example 0"),
    "username": _TEXT,
    "password": _TEXT,
    "socket_timeout": _SECONDS,
    "socket_connect_timeout": _SECONDS,
    "socket_keepalive": UrlParameter(_is_truth, _TRUTH, _BY_NETWORK),
    "ssl_ca_certs": _FILE,
    "ssl_ca_data": UrlParameter(bool, _TEXT.wanted, _ENCRYPTED),
    "ssl_ca_path": UrlParameter(os.path.isdir, "the path of a directory here", _ENCRYPTED),
    "ssl_certfile": _FILE,
    "ssl_keyfile": _FILE,
    "ssl_password": UrlParameter(bool, _TEXT.wanted, _ENCRYPTED),
    "ssl_cert_reqs": UrlParameter(
        {"none", "optional", "required"}.__contains__,
        "none, optional or required",
        _ENCRYPTED,
    ),
    "ssl_check_hostname": UrlParameter(_is_truth, _TRUTH, _ENCRYPTED),
    "ssl_min_version": UrlParameter(
        {"771", "772"}.__contains__, "771 (TLS 1.2) or 772 (TLS 1.3)", _ENCRYPTED
    ),
}
"""By name. What else the client library takes would change how we speak with the server."""

KNOWN: Final = ", ".join(PARAMETERS)


SERVER_SCHEMES: Final = ("redis", "rediss", "unix")
"""What the address of a server begins with."""

_LONGEST_HOST: Final = 253
_LONGEST_SOCKET_BYTES: Final = 107
"""Of the path of a Unix socket, on Linux; other systems take less."""

_LONE_PERCENT: Final = re.compile("%(?![0-9a-fA-F]{2})")
_SCHEME: Final = re.compile("[a-z][a-z0-9+.-]*(?=:)", re.IGNORECASE)
_SOCKET_LOGIN: Final = re.compile(r"unix://(?!/)\S*@(?=/)")
_LOGIN: Final = re.compile(r"://(?!/)\S*@")
_PASSWORD_PARAMETER: Final = re.compile(
    r"([?&](?:(?:ssl_)?password|[^=&\s]*%[^=&\s]*)=)[^&\s]*", re.IGNORECASE
)
"""A name that is percent-encoded may be that of a password."""


def scheme_of(url: str) -> str:
    """What an address begins with, before the first colon; empty if it has none.

    >>> scheme_of("redis://localhost"), scheme_of("/data")
    ('redis', '')
    """
    found = _SCHEME.match(url)
    return found[0].lower() if found else ""


def is_server(url: str) -> bool:
    """True for the address of a server, and not of a directory or of memory."""
    return scheme_of(url) in SERVER_SCHEMES


def shown(url: str) -> str:
    """What may be shown of an address: no user, no password, no query.

    Passwords may hold any character that means something in an address, so this cuts rather
    too much.

    >>> shown("redis://user:secret@host:6379/0")
    'redis://host:6379'
    >>> shown("unix:///run/server?password=s@cret")
    'unix:///run/server'
    """
    scheme, _, rest = url.partition("://")
    before, parameter, _ = rest.partition("password=")
    if parameter:  # it may hold an "@" itself
        rest = before.rpartition("?")[0]
    place = rest.rpartition("@")[2].partition("?")[0]
    return f"{scheme}://{place if scheme == 'unix' else place.partition('/')[0]}"


def hide_secrets(text: str) -> str:
    """Replace the user name and password of every URL in a text; leave them out for sockets.

    >>> hide_secrets("cannot reach redis://me:secret@host:6379/0")
    'cannot reach redis://***@host:6379/0'
    >>> hide_secrets("unix://:secret@/tmp/socket")
    'unix:///tmp/socket'
    """
    without_logins = _LOGIN.sub("://***@", _SOCKET_LOGIN.sub("unix://", text))
    return _PASSWORD_PARAMETER.sub(r"\1***", without_logins)


def fault_in(url: str) -> str | None:
    """What is wrong with the address of a server, as words that follow "it"; None if nothing.

    The words show no password, and name the remedy.

    Args:
        url: begins with one of ``SERVER_SCHEMES``.

    >>> fault_in("redis://localhost:6379/0?socket_timeout=10")
    >>> fault_in("redis://localhost:0")
    'has the port 0; ports are numbers from 1 to 65535'
    """
    return next(_faults(url), None)


def _faults(url: str) -> Iterator[str]:
    # The parser leaves out line breaks, so they are looked for before.
    if not url.isprintable():
        yield "has a character that cannot be printed; percent-encode it"
        return
    if not url.startswith(tuple(f"{scheme}://" for scheme in SERVER_SCHEMES)):
        yield "does not begin with redis://, rediss:// or unix://"
        return
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:  # its text may hold a part of the password
        yield (
            "cannot be read: write redis://:password@host:port/0, with a number up to 65535 as "
            "port, and special characters of the password percent-encoded"
        )
        return
    for look in _looks(parts):
        yield from look(parts)


def _looks(parts: SplitResult) -> tuple[Callable[[SplitResult], Iterator[str]], ...]:
    if parts.scheme == "unix":
        return _encoding, _socket, _query
    return _encoding, _cut, _host, _database, _query


def _encoding(parts: SplitResult) -> Iterator[str]:
    text = parts.geturl()
    if _LONE_PERCENT.search(text):
        yield "has a % without two hexadecimal digits after it; write %25 for a % itself"
        return
    try:
        decoded = unquote_to_bytes(text).decode()
    except UnicodeDecodeError:
        yield "is not percent-encoded UTF-8"
        return
    if "\0" in decoded:
        yield "has %00, which no name may have"


def _cut(parts: SplitResult) -> Iterator[str]:
    """Whether a special character of a password seems to have cut the address in two."""
    if parts.fragment or "@" in parts.path + parts.query:
        yield 'has a "/", "?", "#" or "@" in the wrong place; percent-encode it in a password'


def _host(parts: SplitResult) -> Iterator[str]:
    name = unquote(parts.hostname or "")
    if not name:
        yield f"names no host; write {parts.scheme}://localhost:6379 for this machine"
    elif not _is_host(name):
        yield (
            "names no possible host: its parts are of 1 to 63 characters, with dots between "
            "them, and without blanks"
        )
    if parts.port == 0:
        yield "has the port 0; ports are numbers from 1 to 65535"


def _is_host(name: str) -> bool:
    try:
        encoded = name.encode("idna")
    except UnicodeError:
        return False
    return len(encoded) <= _LONGEST_HOST and not re.search(r"[\s/@?#]", name)


def _database(parts: SplitResult) -> Iterator[str]:
    name = unquote(parts.path).strip("/")
    if name and not PARAMETERS["db"].accepts(name):
        yield (
            "names no database; write the number of one: "
            f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}/0"
        )


def _socket(parts: SplitResult) -> Iterator[str]:
    path = unquote(parts.path)
    if parts.hostname or parts.fragment or not path.startswith("/") or path == "/":
        yield "names no socket; write unix:///path/to/socket"
    elif len(os.fsencode(path)) > _LONGEST_SOCKET_BYTES:
        yield (
            f"names a socket whose path has more than {_LONGEST_SOCKET_BYTES} bytes, which is "
            "not possible; name it by a shorter link"
        )
    elif _is_something_else(Path(path)):
        yield "names something that is not a socket; write unix:///path/to/socket"


def _is_something_else(path: Path) -> bool:
    """True if something else is there now; nothing at all may be a server that is away."""
    try:
        return not stat.S_ISSOCK(path.stat().st_mode)
    except OSError:
        return False


def _query(parts: SplitResult) -> Iterator[str]:
    seen: set[str] = set()
    for field in filter(None, parts.query.split("&")):
        name, _, value = field.partition("=")
        if name not in PARAMETERS:
            yield f"has the parameter {name!r}, which is unknown; there are {KNOWN}"
            return
        if name in seen:
            yield f"has the parameter {name} twice"
        seen.add(name)
        parameter = PARAMETERS[name]
        if parts.scheme not in parameter.schemes:
            yield f"has the parameter {name}, which is for {parameter.shown_schemes} only"
        if not parameter.accepts(unquote_plus(value)):
            yield f"has the parameter {name} with a wrong value; it must be {parameter.wanted}"
