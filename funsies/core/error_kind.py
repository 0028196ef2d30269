"""What can go wrong, in one word each, and which of these words say nothing about the step."""

from __future__ import annotations

from enum import EnumType, StrEnum
from typing import TYPE_CHECKING, Final, Never

from .former_names import messages

_FORMER_KINDS: Final = {
    "KilledBySignal": "write ErrorKind.WorkerLost (a Python step) or ErrorKind.CommandFailed "
    "(a shell step); error.signal names the signal",
    "Mismatch": "write ErrorKind.EncodingFailed; take() raises WiringError for what is no "
    "artefact",
    "MissingInput": "write ErrorKind.InvalidInput",
    "NoErrorData": "leave it out, it does not happen any more",
    "UnknownEncodingError": "leave it out, it does not happen any more",
    "UnresolvedLink": "leave it out, it does not happen any more",
    "WrongType": "write ErrorKind.EncodingFailed",
}
_GONE: Final = messages("ErrorKind", _FORMER_KINDS)
_OTHER_NAMES: Final = ("DataNotFound", "JSONDecodingError", "JSONEncodingError")


class _Kinds(EnumType):
    """What knows the kinds that funsies 0.8 had.

    Those that have another name now are here and not among the members: mypy would miss them
    in a ``match`` statement that names all kinds.
    """

    @property
    def DataNotFound(cls) -> ErrorKind:  # noqa: N802 - as it was called
        """``DataMissing``."""
        return ErrorKind.DataMissing

    @property
    def JSONDecodingError(cls) -> ErrorKind:  # noqa: N802 - as it was called
        """``DecodingFailed``."""
        return ErrorKind.DecodingFailed

    @property
    def JSONEncodingError(cls) -> ErrorKind:  # noqa: N802 - as it was called
        """``EncodingFailed``."""
        return ErrorKind.EncodingFailed

    if not TYPE_CHECKING:

        def __getattr__(cls, name: str) -> Never:
            there_are = f"there is no ErrorKind.{name}: there are {', '.join(cls)}"
            raise AttributeError(_GONE.get(name, there_are))

        def __getitem__(cls, name: str) -> ErrorKind:
            if name in _GONE:
                raise LookupError(_GONE[name])
            return getattr(cls, name) if name in _OTHER_NAMES else super().__getitem__(name)


class ErrorKind(StrEnum, metaclass=_Kinds):
    """What went wrong, in one word."""

    ExceptionRaised = "ExceptionRaised"
    """The function raised an exception (also ``SystemExit`` and ``KeyboardInterrupt``)."""
    ReturnedFailure = "ReturnedFailure"
    """The function returned a ``Failure`` of the ``returns`` library."""
    CommandFailed = "CommandFailed"
    """A shell command ended with an exit code other than zero."""
    MissingOutput = "MissingOutput"
    """The step ended, but did not make this output."""
    InvalidOutput = "InvalidOutput"
    """The output is there but cannot be stored: a directory, a device, a link leading out."""
    EncodingFailed = "EncodingFailed"
    """The value does not match the annotation that says how it is stored."""
    DecodingFailed = "DecodingFailed"
    """Stored bytes could not be read as the type that the parameter's annotation asks for."""
    InvalidInput = "InvalidInput"
    """An input cannot be given to the step: a bad file name found on the worker."""

    WorkerLost = "WorkerLost"
    """The process that ran the step died or vanished."""
    OutOfMemory = "OutOfMemory"
    """The process that ran the step was killed for its use of memory, or ran out of it."""
    JobTimedOut = "JobTimedOut"
    """The step ran longer than its ``timeout``."""
    DataMissing = "DataMissing"
    """Bytes that should be in the data store are not there."""
    DataCorrupted = "DataCorrupted"
    """Stored bytes do not match their digest."""
    StoreFailed = "StoreFailed"
    """The server or the data store could not take the results: it is full, or refuses them."""
    NotLoadable = "NotLoadable"
    """The task cannot be loaded on this worker: a missing module, a corrupt payload."""
    WrongPython = "WrongPython"
    """The task was defined under another minor version of Python."""
    WrongLibrary = "WrongLibrary"
    """The task was defined with another version of a library that it uses."""
    Cycle = "Cycle"
    """Dynamic operations wait for one another in a circle."""
    Cancelled = "Cancelled"
    """The operation was cancelled."""
    NotEvaluated = "NotEvaluated"
    """The operation was asked for with ``evaluate=False`` and no result was at hand."""
    NotFound = "NotFound"
    """No value yet: the operation has not been executed, or has not finished."""
    StateLost = "StateLost"
    """The server lost the state of the operation while it was waited for."""

    @classmethod
    def _missing_(cls, value: object) -> ErrorKind | None:
        if value in _GONE:
            raise ValueError(_GONE[str(value)])
        return ErrorKind[str(value)] if value in _OTHER_NAMES else None


INFRASTRUCTURE: Final = frozenset(
    {
        ErrorKind.WorkerLost,
        ErrorKind.OutOfMemory,
        ErrorKind.JobTimedOut,
        ErrorKind.DataMissing,
        ErrorKind.DataCorrupted,
        ErrorKind.StoreFailed,
        ErrorKind.NotLoadable,
        ErrorKind.WrongPython,
        ErrorKind.WrongLibrary,
        ErrorKind.Cycle,
        ErrorKind.Cancelled,
        ErrorKind.NotEvaluated,
        ErrorKind.NotFound,
        ErrorKind.StateLost,
    }
)
"""Kinds that say nothing about the step itself: reported, never memoised."""
