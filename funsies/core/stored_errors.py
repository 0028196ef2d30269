"""Errors as they are stored: those that can be read, and that of a withdrawn request."""

from __future__ import annotations

from typing import Final

from .digest import content_digest
from .errors import EncodingError, Error, ErrorKind, decode_error, encode_error


def read_error(data: bytes | None) -> Error | None:
    """The error that bytes are; None if there are none, or they are damaged."""
    try:
        return None if data is None else decode_error(data)
    except EncodingError:
        return None


CANCELLED_ERROR: Final = encode_error(
    Error(kind=ErrorKind.Cancelled, details="the execution was cancelled")
)
CANCELLED: Final = content_digest(CANCELLED_ERROR)
"""Content address of the error of steps whose request was withdrawn."""
