"""Errors as values, and the exceptions that funsies raises."""

from typing import TYPE_CHECKING

from returns.result import Failure, Success

from .client import unwrap
from .core.errors import (
    DataCorruptedError,
    DataMissingError,
    DataStoreError,
    EncodingError,
    Error,
    ErrorKind,
    FileNameError,
    FingerprintError,
    FunsiesError,
    NoServerError,
    NoSuchInputError,
    NoSuchOutputError,
    NoWorkersError,
    OptionError,
    ServerError,
    StateLostError,
    UnknownHashError,
    UnsupportedTypeError,
    UnwrapError,
    VolatileWarning,
    WaitTimeoutError,
    WiringError,
    WrongKeyError,
)
from .core.former_names import former_names
from .core.result import Result
from .session import NoSessionError

if not TYPE_CHECKING:
    __getattr__ = former_names(
        __name__,
        {
            "match": "write result.map(some).value_or(default), or `match result:` with "
            "`case Success(value):` and `case Failure(error):`"
        },
    )

__all__ = [
    "DataCorruptedError",
    "DataMissingError",
    "DataStoreError",
    "EncodingError",
    "Error",
    "ErrorKind",
    "Failure",
    "FileNameError",
    "FingerprintError",
    "FunsiesError",
    "NoServerError",
    "NoSessionError",
    "NoSuchInputError",
    "NoSuchOutputError",
    "NoWorkersError",
    "OptionError",
    "Result",
    "ServerError",
    "StateLostError",
    "Success",
    "UnknownHashError",
    "UnsupportedTypeError",
    "UnwrapError",
    "VolatileWarning",
    "WaitTimeoutError",
    "WiringError",
    "WrongKeyError",
    "unwrap",
]
