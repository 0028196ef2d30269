"""Errors that were stored, as far as they can be read."""

from __future__ import annotations

from .errors import EncodingError, Error, decode_error


def read_error(data: bytes | None) -> Error | None:
    """The error that bytes are; None if there are none, or they are damaged."""
    try:
        return None if data is None else decode_error(data)
    except EncodingError:
        return None
