"""A file that invites another machine: where the server is, and the keys. Its owner's alone."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Final
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

import msgspec

from funsies.core.keyring import Keyring

from .directory import decode_keyring, encode_keyring
from .urls import ConfigurationError, check_data_url, check_jobs_url

VARIABLE: Final = "FUNSIES_JOIN"
"""Environment variable that names such a file."""


class Invitation(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a program elsewhere needs to use a server.

    Attributes:
        jobs_url: address of the server, with its password.
        key: keys, as ``FUNSIES_KEY`` has them; None if nothing is signed.
        data_url: where large values are, if that was said; else the server is asked.
    """

    jobs_url: str
    key: str | None = None
    data_url: str | None = None

    def __repr__(self) -> str:
        """Leave out all that is secret."""
        return "Invitation(...)"

    def variables(self) -> dict[str, str]:
        """It as settings, by the names that they have in an environment."""
        given = {
            "FUNSIES_JOBS": self.jobs_url,
            "FUNSIES_KEY": self.key,
            "FUNSIES_DATA": self.data_url,
        }
        return {name: text for name, text in given.items() if text is not None}


def invitation_to(jobs_url: str, keys: Keyring, data_url: str | None = None) -> Invitation:
    """Invite to a server; a certificate in a file of this machine goes along.

    Raises:
        ConfigurationError: if that file cannot be read.
    """
    return Invitation(with_certificate(jobs_url), encode_keyring(keys) or None, data_url)


def with_certificate(url: str) -> str:
    """An address whose ``ssl_ca_certs`` is in it, and not in a file."""
    parts = urlsplit(url)
    parameters = dict(parse_qsl(parts.query))
    if (name := parameters.pop("ssl_ca_certs", None)) is None:
        return url
    try:
        parameters["ssl_ca_data"] = Path(name).read_text("ascii")
    except (OSError, ValueError) as problem:
        raise ConfigurationError(f"the certificate {name} cannot be read: {problem}") from None
    return urlunsplit(parts._replace(query=urlencode(parameters, quote_via=quote)))


def encode_invitation(invitation: Invitation) -> bytes:
    """Encode an invitation as JSON."""
    return msgspec.json.format(msgspec.json.encode(invitation), indent=2) + b"\n"


def decode_invitation(data: bytes, source: str) -> Invitation:
    """Read an invitation back, and check what it says.

    Args:
        data: as :func:`encode_invitation` writes it.
        source: where it is from, for the message.

    Raises:
        ConfigurationError: if it is none. The message repeats nothing of it.
    """
    try:
        found = msgspec.json.decode(data, type=Invitation)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        raise ConfigurationError(
            f"{source} is no invitation, or of another version of funsies; write one by "
            "`funsies invite` where the server is"
        ) from None
    check_jobs_url(found.jobs_url, f"jobs_url in {source}")
    if found.data_url is not None:
        check_data_url(found.data_url, f"data_url in {source}")
    if found.key is not None:
        decode_keyring(found.key, f"key in {source}")
    return found


def write_invitation(path: Path, invitation: Invitation) -> None:
    """Write a new file that nobody but its owner can read at any time.

    Raises:
        ConfigurationError: if there is such a file already, or it cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        raise ConfigurationError(
            f"{path} exists already, and is left as it is: remove it, or name another file"
        ) from None
    except OSError as problem:
        raise ConfigurationError(f"{path} cannot be written: {problem.strerror}") from None
    with os.fdopen(descriptor, "wb") as file:
        file.write(encode_invitation(invitation))


def read_invitation(path: Path) -> Invitation:
    """Read the file.

    Raises:
        ConfigurationError: if it is not there, others can read it, or it is no invitation.
    """
    try:
        with path.open("rb") as file:
            _refuse_open_to_others(os.fstat(file.fileno()), path)
            data = file.read()
    except OSError as problem:
        raise ConfigurationError(
            f"the invitation {path} cannot be read: {problem.strerror}"
        ) from None
    return decode_invitation(data, str(path))


def _refuse_open_to_others(status: os.stat_result, path: Path) -> None:
    """A key that others may have read is none; whoever can write says where code is from."""
    if not stat.S_ISREG(status.st_mode):
        return  # a pipe, which only who was given it reads
    if status.st_mode & 0o077:
        raise ConfigurationError(
            f"others can read or write {path}, and it holds a password and keys: "
            f"chmod 600 {path}"
        )
    if status.st_uid not in {os.geteuid(), 0}:
        raise ConfigurationError(f"{path} belongs to somebody else; make a copy of your own")
