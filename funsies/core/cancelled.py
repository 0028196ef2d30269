"""The error of steps whose request was withdrawn."""

from __future__ import annotations

from typing import Final

from .digest import content_digest
from .errors import Error, ErrorKind, encode_error

CANCELLED_ERROR: Final = encode_error(
    Error(kind=ErrorKind.Cancelled, details="the execution was cancelled")
)
CANCELLED: Final = content_digest(CANCELLED_ERROR)
"""Its content address."""
