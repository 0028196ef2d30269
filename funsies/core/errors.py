"""Errors as values, and the exceptions for misuse.

An :class:`Error` is what an operation that failed leaves in the place of its value. It is data:
frozen, comparable, and encoded as JSON. A :class:`FunsiesError` is raised, at once, where
funsies is used wrongly; its message names the remedy.
"""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass, fields
from typing import TYPE_CHECKING, Final, Self

import msgspec
from typing_extensions import override

from funsies.core.error_type import ErrorType

from .cutting import cut_lines, printable
from .digest import Digest, content_digest, short_hash
from .error_kind import INFRASTRUCTURE as INFRASTRUCTURE  # noqa: PLC0414 - known from here
from .error_kind import ErrorKind as ErrorKind  # noqa: PLC0414 - likewise
from .former_names import former_members
from .noted_labels import noted_label
from .shown import shown
from .terminal_text import as_plain_text

if TYPE_CHECKING:
    from funsies.core.encoding.previews import MimeBundle

MAX_DETAILS_CHARACTERS: Final = 64_000
"""Longer details are cut in the middle, so that no error can fill the server."""


@dataclass(frozen=True, slots=True)
class Error(metaclass=ErrorType):
    """Why there is no value.

    A step that was asked for with ``strict=False`` gives ``Success(value)`` or
    ``Failure(error)``. These are no errors, so to ask ``isinstance(result, Error)`` is refused.

    Attributes:
        kind: what went wrong.
        source: hash of the operation that failed first, 64 hexadecimal digits; None if no
            operation is to blame.
        details: the traceback, or the tail of the standard error stream; at most
            64,000 characters.
        task: name of the task of the operation that failed first.
        exception: qualified name of the exception's type, for ``ExceptionRaised``.
        exit_code: exit code of the command or process.
        signal: name of the signal that ended the process, e.g. ``"SIGKILL"``.
        host: name of the machine on which it happened.
        worker: name of the worker on which it happened.
        attempts: how many times the step was started.
        peak_memory_bytes: largest resident memory of the process that ran the step.
        volatile: True if the failure comes from the machine and not from the step, whatever
            its kind: no room on the disk, a library that is not installed there.
        failed_at: when, seconds since 1970; None if no step was run.
    """

    kind: ErrorKind
    source: str | None = None
    details: str = ""
    _: KW_ONLY
    task: str | None = None
    exception: str | None = None
    exit_code: int | None = None
    signal: str | None = None
    host: str | None = None
    worker: str | None = None
    attempts: int | None = None
    peak_memory_bytes: int | None = None
    volatile: bool = False
    failed_at: float | None = None

    def __post_init__(self) -> None:
        """Bound the details and make them valid Unicode."""
        object.__setattr__(self, "details", _bounded(self.details))

    @override
    def __repr__(self) -> str:
        """All that is known, and what the step is called, if that was found out."""
        known = {each.name: getattr(self, each.name) for each in fields(self)}
        told = {"kind": self.kind, "label": noted_label(self.source)}
        said = {**told, **{name: value for name, value in known.items() if name != "kind"}}
        shown = (f"{name}={value!r}" for name, value in said.items() if value not in (None, ""))
        return f"Error({', '.join(shown)})"

    @property
    def is_infrastructure(self) -> bool:
        """True if the failure says nothing about the step and is not memoised."""
        return self.volatile or self.kind in INFRASTRUCTURE

    @property
    def is_remembered(self) -> bool:
        """True if executing again gives this error again, without running the step."""
        return self.failed_at is not None and not self.is_infrastructure

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> MimeBundle:
        """What notebooks show: what went wrong and where, and what to do about it."""
        del include, exclude  # for those to whom a part of it would do
        return shown(Error, self)


former_members(
    Error,
    "Error",
    {
        "put": "only steps store errors; return Failure(error) from the function of a step",
        "grab": "write take(artefact, strict=False).failure()",
    },
)


def _bounded(text: str) -> str:
    valid = _cut(text).encode("utf-8", "backslashreplace").decode("utf-8")
    return _cut(valid)  # what could not be encoded has grown


def _cut(text: str) -> str:
    if len(text) <= MAX_DETAILS_CHARACTERS:
        return text
    head, tail = MAX_DETAILS_CHARACTERS // 4, MAX_DETAILS_CHARACTERS // 2
    left_out = len(text) - head - tail
    return f"{text[:head]}\n... {left_out} characters left out ...\n{text[-tail:]}"


def encode_error(error: Error) -> bytes:
    """Encode an error as JSON."""
    return msgspec.json.encode(error)


def decode_error(data: bytes) -> Error:
    """Read an error back.

    Raises:
        EncodingError: if the bytes are not those of an error.
    """
    try:
        return msgspec.json.decode(data, type=Error)
    except (msgspec.MsgspecError, UnicodeDecodeError) as problem:
        raise EncodingError(f"these bytes are not an encoded Error: {problem}") from problem


class FunsiesError(Exception):
    """Base of every exception that funsies raises for misuse or a missing server."""


class WiringError(FunsiesError, TypeError):
    """The arguments given do not fit the function: arity, names, or types."""


class NoSuchOutputError(WiringError, KeyError, IndexError):
    """The step has no output of this name or number."""

    @override
    def __str__(self) -> str:
        """The message as it is; ``KeyError`` shows it in quotes."""
        return Exception.__str__(self)


class NoSuchInputError(WiringError, KeyError):
    """The step has no input of this name."""

    @override
    def __str__(self) -> str:
        """The message as it is; ``KeyError`` shows it in quotes."""
        return Exception.__str__(self)


class EncodingError(FunsiesError, ValueError):
    """A value cannot be stored, or stored bytes cannot be read, as the type asked for."""


class UnsupportedTypeError(EncodingError, TypeError):
    """There is no encoding for this type."""


class FingerprintError(FunsiesError, ValueError):
    """The code of a function cannot be seen whole, so its identity is unknown."""


class ModuleImportError(FunsiesError, ImportError):
    """A module of the program cannot be imported where the step runs."""


class FileNameError(FunsiesError, ValueError):
    """A file of a shell step lies outside its directory, or has no usable name."""


class OptionError(FunsiesError, ValueError):
    """An option has a value that makes no sense, or there is no such option."""


class NoServerError(FunsiesError, ConnectionError):
    """No server answers.

    Attributes:
        place: address of the server as it may be shown; None if there is none.
    """

    place: str | None = None

    @classmethod
    def at(cls, place: str, message: str) -> Self:
        """Say of which server it is said.

        Args:
            place: its address as it may be shown.
            message: what is wrong, and what to do.
        """
        error = cls(message)
        error.place = place
        return error


class NoWorkersError(FunsiesError):
    """The workers that were started for this program cannot live."""


class ServerError(FunsiesError):
    """The server answers but cannot be used: full, evicting keys, wrong password."""


class WrongKeyError(ServerError):
    """Keys are in use at the server, and this process has none of them."""


class DataStoreError(ServerError):
    """Large values are where this process cannot reach them, or not where it was told."""


class UnknownHashError(FunsiesError, LookupError):
    """No artefact or operation has this hash, or several have it."""


class StateLostError(FunsiesError):
    """The server came back without the state of what was waited for; execute again."""


class WaitTimeoutError(FunsiesError, TimeoutError):
    """What was waited for is not finished in time; it goes on."""


class DataMissingError(FunsiesError, LookupError):
    """Bytes that should be in the data store are not there.

    Attributes:
        content: their digest, if it is known.
    """

    def __init__(self, message: str, content: Digest | None = None) -> None:
        super().__init__(message)
        self.content = content


class DataCorruptedError(FunsiesError, ValueError):
    """Stored bytes do not match their digest.

    Attributes:
        content: the digest, if it is known.
    """

    def __init__(self, message: str, content: Digest | None = None) -> None:
        super().__init__(message)
        self.content = content


def error_of_bytes(problem: DataMissingError | DataCorruptedError, remedy: str) -> Error:
    """The error in the place of a value whose bytes are missing or damaged.

    Args:
        problem: what was found.
        remedy: what to do about it.
    """
    is_missing = isinstance(problem, DataMissingError)
    kind = ErrorKind.DataMissing if is_missing else ErrorKind.DataCorrupted
    return Error(kind=kind, details=f"{problem}; {remedy}")


class UnwrapError(FunsiesError):
    """``take`` found an error in the place of the value.

    Attributes:
        error: the error found.

    Args:
        error: the error found.
        advice: what to do about it, in a sentence.
    """

    def __init__(self, error: Error, advice: str = "") -> None:
        self.error = error
        self._advice = advice
        super().__init__("\n".join(filter(None, [_describe(error), advice])))

    @override
    def __reduce__(self) -> tuple[type[UnwrapError], tuple[Error, str]]:
        """Let it travel between processes."""
        return UnwrapError, (self.error, self._advice)


class VolatileWarning(UserWarning):
    """A value was computed from a failure of the machinery; execute it again."""


def _describe(error: Error) -> str:
    name = noted_label(error.source) or printable(error.task or "operation")
    origin = f" in {name} {short_hash(error.source)}" if error.source else ""
    first = f"{error.kind.value}{origin}"
    return f"{first}\n{cut_lines(as_plain_text(error.details))}" if error.details else first


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
