"""Calling a Python function: values in, values or an error out."""

from __future__ import annotations

import errno
import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, field
from typing import Any, Final

from returns.pipeline import is_successful
from returns.result import Failure, Result, Success
from typing_extensions import Buffer

from funsies.builder.artefact import Artefact
from funsies.core.cutting import shown
from funsies.core.encoding import Codec, Encoded, Encoding, decode_for, encoding_of
from funsies.core.errors import EncodingError, Error, ErrorKind
from funsies.core.fingerprint import Decided
from funsies.core.python_plan import PythonPlan
from funsies.pickling import Overlay, load_function

from .machine_faults.exceptions import is_of_the_machine
from .signals import Alarm, Preempted, Timed
from .user_exceptions import exception_error

ANY: Final = encoding_of(Any)

ANNOTATE: Final = "If that is right, say so in the function's return annotation"


@dataclass(frozen=True, slots=True)
class InputEncoding:
    """How one input is read.

    Attributes:
        written: the encoding that wrote its bytes.
        wanted: what the parameter asks for.
    """

    written: Encoding[Any]
    wanted: Encoding[Any]

    def decode(self, data: Buffer) -> object:
        """Read the bytes, and check that the value is what the parameter asks for."""
        if self.wanted == ANY:
            return self.written.decode(data)
        try:
            return decode_for(self.wanted, self.written, data)
        except EncodingError:
            if not self._may_be_more_than_it_says:
                raise
            return self.wanted.decode(data)

    @property
    def _may_be_more_than_it_says(self) -> bool:
        """True if what was written as ``Any`` may be JSON of a type that JSON does not have."""
        says_any = "Any" in re.findall(r"\w+", self.written.descriptor)
        return says_any and self.wanted.wire == "json"


@dataclass(frozen=True, slots=True)
class LoadedFunction:
    """A function ready to be called.

    Attributes:
        function: what to call.
        inputs: how each input is read, by name.
        results: how each result is stored.
        several: True if it returns one value for each of several outputs.
        codecs: for values in the graph that it builds, if it builds one.
        decided: what counts of libraries, for the graph that it builds.
        plan: what it was loaded from.
        overlay: the values that its code needs while it runs.
    """

    function: Callable[..., object]
    inputs: Mapping[str, InputEncoding]
    results: tuple[Encoding[Any], ...]
    several: bool
    codecs: tuple[Codec, ...] = ()
    decided: Decided = field(default_factory=Decided)
    plan: PythonPlan = field(default_factory=lambda: PythonPlan(pickle=b""))
    overlay: Overlay = field(default_factory=lambda: Overlay(()))


def load_plan(plan: PythonPlan) -> LoadedFunction:
    """Unpickle a function. Only ever do this with a payload whose signature was checked.

    Raises:
        Exception: whatever the pickle raises: a missing module, a class that has changed.
    """
    loaded = load_function(plan.pickle, plan.made_by)
    function, encodings, results, codecs = loaded.payload
    return LoadedFunction(
        function,
        {name: InputEncoding(written, wanted) for name, (written, wanted) in encodings.items()},
        results,
        plan.several,
        codecs,
        Decided(plan.libraries, plan.rules),
        plan,
        loaded.overlay,
    )


def arguments(
    loaded: LoadedFunction, values: Mapping[str, Result[Buffer, Error]], *, strict: bool
) -> tuple[list[object], dict[str, object]]:
    """Read the inputs, as positional and keyword arguments.

    Raises:
        EncodingError: if bytes cannot be read as the type asked for.
    """
    positional: dict[int, object] = {}
    keywords: dict[str, object] = {}
    for name, encoding in loaded.inputs.items():
        value = _read(name, encoding, values[name], strict=strict)
        if name.isdigit():
            positional[int(name)] = value
        else:
            keywords[name] = value
    return [positional[position] for position in sorted(positional)], keywords


def _read(
    name: str, encoding: InputEncoding, given: Result[Buffer, Error], *, strict: bool
) -> object:
    try:
        if strict:
            return encoding.decode(given.unwrap())
        return given.map(encoding.decode)
    except EncodingError as problem:
        raise EncodingError(f"input {name!r}: {problem}") from problem


def call_function(
    function: Callable[..., object],
    positional: Sequence[object],
    keywords: Mapping[str, object],
    *,
    timeout_seconds: float | None = None,
    timed: Timed = nullcontext,
    is_interruptible: bool = False,
) -> Result[object, Error]:
    """Call user code. Whatever it does, there is a value or an error.

    Args:
        function: what to call.
        positional: its arguments.
        keywords: its keyword arguments.
        timeout_seconds: longest run time; None for no limit.
        timed: encloses the call, and is told the longest run time.
        is_interruptible: True if ``KeyboardInterrupt`` means that the user wants to stop the
            program, not that the function failed.

    Raises:
        Preempted: if the worker, or the program, has to stop.
    """
    alarm = Alarm(timeout_seconds)
    try:
        with timed(timeout_seconds), alarm.set():
            value = function(*positional, **keywords)
    except Preempted:
        raise
    except BaseException as problem:  # noqa: BLE001 - a step may raise anything at all
        if alarm.rang:  # also if the step turned it into an exception of its own
            return Failure(_timed_out(timeout_seconds))
        return _failed(problem, is_interruptible=is_interruptible)
    if alarm.rang:  # also if the step caught it
        return Failure(_timed_out(timeout_seconds))
    return _flatten(value)


def _timed_out(timeout_seconds: float | None) -> Error:
    details = f"the step ran longer than its timeout of {timeout_seconds} s"
    return Error(kind=ErrorKind.JobTimedOut, details=details)


def _failed(problem: BaseException, *, is_interruptible: bool) -> Result[object, Error]:
    if isinstance(problem, MemoryError) or _lacks_memory(problem):
        return Failure(exception_error(problem, ErrorKind.OutOfMemory))
    if is_interruptible and isinstance(problem, KeyboardInterrupt):
        raise Preempted from problem
    return Failure(exception_error(problem))


def _lacks_memory(problem: BaseException) -> bool:
    return isinstance(problem, OSError) and problem.errno == errno.ENOMEM


def _flatten(value: object) -> Result[object, Error]:
    """A function may return a ``Result`` itself: its failure is an error like any other."""
    if not isinstance(value, (Success, Failure)):
        return Success(value)
    if is_successful(value):
        return Success(value.unwrap())
    failure = value.failure()
    if isinstance(failure, Error):
        return Failure(failure)
    is_volatile = isinstance(failure, BaseException) and is_of_the_machine(failure)
    kind = ErrorKind.ReturnedFailure
    return Failure(Error(kind=kind, details=shown(failure), volatile=is_volatile))


def encode_results(
    loaded: LoadedFunction, value: Result[object, Error]
) -> list[Result[Encoded, Error]]:
    """Encode what the function returned, one result for each output."""
    number = len(loaded.results)
    if not is_successful(value):
        return [Failure(value.failure())] * number
    returned = value.unwrap()
    if not loaded.several:
        return [_encode(loaded.results[0], returned)]
    if not isinstance(returned, (tuple, list)) or len(returned) != number:
        got = (
            f"{len(returned)} values"
            if isinstance(returned, (tuple, list))
            else f"a {type(returned).__qualname__}"
        )
        message = f"the function must return a tuple of {number} values; it returned {got}"
        return [Failure(Error(kind=ErrorKind.MissingOutput, details=message))] * number
    return [
        _encode(encoding, item) for encoding, item in zip(loaded.results, returned, strict=True)
    ]


def _can_be_stored(value: object) -> bool:
    """True if another annotation would do."""
    try:
        ANY.encode_pieces(value)
    except (EncodingError, MemoryError):
        return False
    return True


def _encode(encoding: Encoding[Any], value: object) -> Result[Encoded, Error]:
    if type(value) is Error and encoding.annotation is not Error:
        return Failure(value)  # as funsies 0.8 had it; where it is asked for, it is a value
    if isinstance(value, Artefact):
        details = "the function returned an artefact: bind() and sac() are for such functions"
        return Failure(Error(kind=ErrorKind.EncodingFailed, details=details))
    try:
        return Success(encoding.encode_pieces(value))
    except MemoryError as problem:
        return Failure(exception_error(problem, ErrorKind.OutOfMemory))
    except EncodingError as problem:
        remedy = f". {ANNOTATE}" if _can_be_stored(value) else ""
        details = f"the result: {problem}{remedy}"
        volatile = is_of_the_machine(problem)
        kind = ErrorKind.EncodingFailed
        return Failure(Error(kind=kind, details=details, volatile=volatile))
