"""The key with which tasks are signed: HMAC-SHA256."""

from __future__ import annotations

from .urls import ConfigurationError

_SHORTEST_BYTES = 16


def decode_key(text: str, setting: str) -> bytes:
    """Read a key written as hexadecimal digits.

    Args:
        text: at least 32 hexadecimal digits.
        setting: where it was given, for the message.

    Raises:
        ConfigurationError: if it is anything else. The message does not repeat it.
    """
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) < _SHORTEST_BYTES:
        raise ConfigurationError(
            f"{setting} must be at least {2 * _SHORTEST_BYTES} hexadecimal digits; "
            "make a new key with: openssl rand -hex 32"
        )
    return key
