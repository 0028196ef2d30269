"""The keys with which everything that decides what workers run is signed: HMAC-SHA256."""

from __future__ import annotations

import re

from funsies.core.signing import Keyring

from .urls import ConfigurationError

_SHORTEST_BYTES = 16


def decode_keys(text: str, setting: str) -> Keyring:
    """Read keys written as hexadecimal digits, with commas or white space between them.

    Args:
        text: one key or several, each of at least 32 hexadecimal digits. The first one signs;
            what the others have signed is accepted, too.
        setting: where they were given, for the message.

    Raises:
        ConfigurationError: if it is anything else. The message does not repeat it.
    """
    return Keyring(
        tuple(_decode_key(each, setting) for each in re.split(r"[,\s]+", text.strip()))
    )


def encode_keys(keys: Keyring) -> str:
    """Write keys as :func:`decode_keys` reads them."""
    return ",".join(key.hex() for key in keys.keys)


def _decode_key(text: str, setting: str) -> bytes:
    try:
        key = bytes.fromhex(text)
    except ValueError:
        key = b""
    if len(key) < _SHORTEST_BYTES:
        raise ConfigurationError(
            f"{setting} must be at least {2 * _SHORTEST_BYTES} hexadecimal digits, or several "
            "such keys with commas between them; make a new key with: openssl rand -hex 32"
        )
    return key
