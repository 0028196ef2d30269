"""Calling a Python function: values in, values or an error out."""

from __future__ import annotations

import functools
import importlib
import re
import signal
import threading
import time
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import dropwhile
from pathlib import Path
from types import FrameType
from typing import Any, Final

from returns.pipeline import is_successful
from returns.result import Failure, Result, Success

from funsies.build.artefact import Artefact
from funsies.core.cutting import cut
from funsies.core.durations import LONGEST_WAIT_SECONDS
from funsies.core.encoding import Codec, Encoding, decode_for, encoding_of
from funsies.core.errors import EncodingError, Error, ErrorKind, FunsiesError
from funsies.core.fingerprint import Decided
from funsies.core.python_plan import PythonPlan
from funsies.core.travel import Overlay, load_function

from .machine_faults import is_of_the_machine
from .preempted import Preempted

MAX_MESSAGE_CHARACTERS: Final = 32_000

MAX_FRAMES: Final = 50
"""Of a traceback, the last frames that are kept."""

ANY: Final = encoding_of(Any)

RUN: Final = Path(__file__).parent
PACKAGE: Final = RUN.parent

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

    def decode(self, data: bytes) -> object:
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


class TimedOut(BaseException):
    """The step ran longer than its timeout. User code that catches ``Exception`` lets it by."""


def load(plan: PythonPlan) -> LoadedFunction:
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
    loaded: LoadedFunction, values: Mapping[str, Result[bytes, Error]], *, strict: bool
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
    name: str, encoding: InputEncoding, given: Result[bytes, Error], *, strict: bool
) -> object:
    try:
        if strict:
            return encoding.decode(given.unwrap())
        return given.map(encoding.decode)
    except EncodingError as problem:
        raise EncodingError(f"input {name!r}: {problem}") from problem


def call(
    function: Callable[..., object],
    positional: Sequence[object],
    keywords: Mapping[str, object],
    *,
    timeout_seconds: float | None = None,
    is_interruptible: bool = False,
) -> Result[object, Error]:
    """Call user code. Whatever it does, there is a value or an error.

    Args:
        function: what to call.
        positional: its arguments.
        keywords: its keyword arguments.
        timeout_seconds: longest run time; None for no limit.
        is_interruptible: True if ``KeyboardInterrupt`` means that the user wants to stop the
            program, not that the function failed.

    Raises:
        Preempted: if the worker, or the program, has to stop.
    """
    alarm = _Alarm(timeout_seconds)
    try:
        with alarm.set():
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
    if isinstance(problem, MemoryError):
        return Failure(exception_error(problem, ErrorKind.OutOfMemory))
    if is_interruptible and isinstance(problem, KeyboardInterrupt):
        raise Preempted from problem
    return Failure(exception_error(problem))


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
    return Failure(Error(kind=kind, details=_shown(failure), volatile=is_volatile))


def exception_error(
    problem: BaseException, kind: ErrorKind = ErrorKind.ExceptionRaised
) -> Error:
    """The error that an exception of user code stands for, with its traceback."""
    name = type(problem).__qualname__
    if type(problem).__module__ not in ("builtins", "__main__"):
        name = f"{type(problem).__module__}.{name}"
    return Error(
        kind=kind,
        exception=name,
        details=_traceback(problem),
        volatile=is_of_the_machine(problem),
    )


def _traceback(problem: BaseException) -> str:
    """The traceback below our own frames, with causes, whatever the exception's text does."""
    try:
        chain = traceback.TracebackException.from_exception(problem, limit=-MAX_FRAMES)
        _leave_out_own_frames(chain, is_misuse=isinstance(problem, FunsiesError))
        return "".join(chain.format()).rstrip("\n")
    except Exception:  # noqa: BLE001 - an exception may be made so that it cannot be shown
        return f"{type(problem).__qualname__}: {_shown(problem)}"


def _leave_out_own_frames(chain: traceback.TracebackException, *, is_misuse: bool) -> None:
    """Leave out the frames of funsies that called the step; of misuse also what found it."""
    if is_misuse:
        users = [frame for frame in chain.stack if not _is_in(PACKAGE, frame)]
        chain.stack = traceback.StackSummary.from_list(users)
    pending: list[traceback.TracebackException | None] = [chain]
    while pending:
        each = pending.pop()
        if each is not None:
            called = list(dropwhile(functools.partial(_is_in, PACKAGE), each.stack))
            if not called:  # the fault is ours
                called = [frame for frame in each.stack if not _is_in(RUN, frame)]
            users = [frame for frame in called if not _is_import_machinery(frame)]
            each.stack = traceback.StackSummary.from_list(users or called)
            pending += [each.__cause__, each.__context__, *(each.exceptions or ())]


def _is_import_machinery(frame: traceback.FrameSummary) -> bool:
    return frame.filename.startswith("<frozen importlib") or frame.filename == _IMPORTLIB


_IMPORTLIB: Final = importlib.__file__


def _is_in(directory: Path, frame: traceback.FrameSummary) -> bool:
    return directory in Path(frame.filename).parents


def _shown(problem: object) -> str:
    """Text of a value that may refuse to be shown, or be endless."""
    try:
        text = str(problem)
    except BaseException as second:  # noqa: BLE001 - user code may raise anything at all
        return f"<its text cannot be shown: {type(second).__qualname__}>"
    return cut(text, MAX_MESSAGE_CHARACTERS)


class _Alarm:
    """Interrupts a call after the timeout, where signals allow it (the main thread).

    Attributes:
        rang: True once the time was over.
    """

    def __init__(self, timeout_seconds: float | None) -> None:
        self._timeout_seconds = timeout_seconds
        self._ends_at = 0.0
        self.rang = False

    @contextmanager
    def set(self) -> Iterator[None]:
        """Interrupt what runs inside when the time is over."""
        is_main = threading.current_thread() is threading.main_thread()
        if self._timeout_seconds is None or not is_main:
            yield
            return
        before = signal.signal(signal.SIGALRM, self._ring)
        self._ends_at = time.monotonic() + self._timeout_seconds
        self._wind()
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, before)

    def _wind(self) -> None:
        left_seconds = max(0.000_001, self._ends_at - time.monotonic())
        signal.setitimer(signal.ITIMER_REAL, min(left_seconds, LONGEST_WAIT_SECONDS))

    def _ring(self, _number: int, _frame: FrameType | None) -> None:
        if time.monotonic() < self._ends_at:
            self._wind()
            return
        self.rang = True
        raise TimedOut


def encode_results(
    loaded: LoadedFunction, value: Result[object, Error]
) -> list[Result[bytes, Error]]:
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


def _encode(encoding: Encoding[Any], value: object) -> Result[bytes, Error]:
    if type(value) is Error and encoding.annotation is not Error:
        return Failure(value)  # as funsies 0.8 had it; where it is asked for, it is a value
    if isinstance(value, Artefact):
        details = "the function returned an artefact: bind() and sac() are for such functions"
        return Failure(Error(kind=ErrorKind.EncodingFailed, details=details))
    try:
        return Success(encoding.encode(value))
    except EncodingError as problem:
        remedy = "" if encoding == ANY else f". {ANNOTATE}"
        details = f"the result: {problem}{remedy}"
        volatile = is_of_the_machine(problem)
        kind = ErrorKind.EncodingFailed
        return Failure(Error(kind=kind, details=details, volatile=volatile))
