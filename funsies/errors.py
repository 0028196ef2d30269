"""Errors as values, and the exceptions that funsies raises."""

from returns.result import Failure, Result, Success

from .client import unwrap
from .core.errors import (
    DataCorruptedError,
    DataMissingError,
    EncodingError,
    Error,
    ErrorKind,
    FileNameError,
    FingerprintError,
    FunsiesError,
    NoServerError,
    ServerError,
    StateLostError,
    UnknownHashError,
    UnsupportedTypeError,
    UnwrapError,
    WaitTimeoutError,
    WiringError,
)
from .session import NoSessionError

__all__ = [
    "DataCorruptedError",
    "DataMissingError",
    "EncodingError",
    "Error",
    "ErrorKind",
    "Failure",
    "FileNameError",
    "FingerprintError",
    "FunsiesError",
    "NoServerError",
    "NoSessionError",
    "Result",
    "ServerError",
    "StateLostError",
    "Success",
    "UnknownHashError",
    "UnsupportedTypeError",
    "UnwrapError",
    "WaitTimeoutError",
    "WiringError",
    "unwrap",
]
