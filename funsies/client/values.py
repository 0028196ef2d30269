"""Values out of the store: ``take``, and reading as a stream."""

from __future__ import annotations

import io
from typing import Any, BinaryIO, Literal, TypeVar, overload

from returns.pipeline import is_successful
from returns.result import Failure, Result, Success
from typing_extensions import Buffer

from funsies.builder.artefact import Artefact
from funsies.builder.context import is_in_step
from funsies.client.remedies import advice_on_error
from funsies.client.targets import only_artefact
from funsies.core.digest import Digest, content_digest
from funsies.core.encoding import JSON
from funsies.core.errors import (
    DataCorruptedError,
    DataMissingError,
    EncodingError,
    Error,
    ErrorKind,
    UnwrapError,
    WiringError,
    decode_error,
)
from funsies.core.graph import Constant, OutputOf, Stored
from funsies.core.own_options import takes_no_options
from funsies.session import Session, current_session, tell_missing
from funsies.store.connect import Backend
from funsies.store.data import corrupted, missing
from funsies.store.rows import OperationState, Status, StoredResult

from .lost_values import lost, read_safely
from .notebook.ipython import show_results
from .step_labels import note_step_of
from .volatile import Judge, OnVolatile, accept, check_policy, judge

T = TypeVar("T")


@overload
def take(
    where: Artefact[T],
    *,
    strict: Literal[True] = True,
    volatile: OnVolatile = "warn",
    connection: Session | None = None,
) -> T: ...


@overload
def take(
    where: Artefact[T],
    *,
    strict: Literal[False],
    volatile: OnVolatile = "warn",
    connection: Session | None = None,
) -> Result[T, Error]: ...


@overload
def take(
    where: Artefact[T],
    *,
    strict: bool,
    volatile: OnVolatile = "warn",
    connection: Session | None = None,
) -> T | Result[T, Error]: ...


@takes_no_options
def take(
    where: Artefact[T],
    *,
    strict: bool = True,
    volatile: OnVolatile = "warn",
    connection: Session | None = None,
) -> T | Result[T, Error]:
    """Get the value of an artefact. It does not wait: see :func:`wait_for`.

    Args:
        where: the artefact.
        strict: True raises the error that stands in the place of the value; False returns
            ``Success(value)`` or ``Failure(error)``.
        volatile: what to do with a value that was computed from a failure of the machinery, as
            steps with ``strict=False`` may: executing again computes it again. ``"warn"``
            gives the value, with a :class:`~funsies.VolatileWarning`; ``"error"`` gives the
            error of what was lost in its place; ``"accept"`` gives the value.
        connection: a session; None for that of the enclosing ``Fun``.

    Raises:
        UnwrapError: if there is an error, or no value yet, and ``strict`` is True.
        WiringError: if it is not an artefact.
        OptionError: if ``volatile`` is something else.
        NoSessionError: outside of ``Fun``.

    >>> with Fun(Server("memory://")):
    ...     whole, wrong = morph(int, "12"), morph(int, "twelve")
    ...     _ = execute(whole, wrong)
    ...     take(whole)
    ...     take(wrong, strict=False).failure().exception
    12
    'ValueError'
    """
    only_artefact(where)
    check_policy(volatile)
    if not strict:
        show_results()
    at_hand = _part_at_hand(where)
    if at_hand is not None:
        made = _decoded(where, at_hand)
        return unwrap(made) if strict else made
    session = current_session("take()", connection)
    judged = judge(session, volatile)
    loaded = read_safely(session, where, lambda: _load(session.backend, where, judged))
    result = loaded.bind(lambda data: _decoded(where, data))
    result = result.alt(lambda error: note_step_of(session, error))
    return unwrapped(session, result) if strict else result


def _part_at_hand(where: Artefact[Any]) -> bytes | None:
    """The bytes of a constant inside of a step: what ``sac`` gives its functions, for one."""
    match where.reference:
        case Constant(data=bytes() as data) if is_in_step():
            return data
        case _:
            return None


def _decoded(where: Artefact[T], data: Buffer) -> Result[T, Error]:
    try:
        return Success(where.encoding.decode(data))
    except EncodingError as problem:
        producer = where.producer
        source = None if producer is None else producer.hex()
        return Failure(
            Error(kind=ErrorKind.DecodingFailed, source=source, details=str(problem))
        )


def unwrap(it: Result[T, Error]) -> T:
    """Get the value out of a result.

    Args:
        it: what ``take(..., strict=False)`` returned, or what a ``strict=False`` step is given.

    Raises:
        UnwrapError: if it is an error.
        WiringError: if it is no result.

    >>> with Fun(Server("memory://")):
    ...     unwrap(take(put(3), strict=False))
    3
    """
    if not isinstance(it, Result):
        raise WiringError(
            f"unwrap() takes Success(value) or Failure(error), as take(..., strict=False) "
            f"returns them; {it!r} is neither"
        )
    if is_successful(it):
        return it.unwrap()
    raise UnwrapError(it.failure())


def unwrapped(session: Session, result: Result[T, Error]) -> T:
    """The same, and an error that was there before says so."""
    if is_successful(result):
        return result.unwrap()
    error = result.failure()
    raise UnwrapError(error, advice_on_error(session, error))


def read_bytes(backend: Backend, where: Artefact[Any]) -> Result[bytes, Error]:
    """Read the bytes of an artefact's value whole, or give its error."""
    return _read(backend, where, open_value(backend, where))


def _read(
    backend: Backend, where: Artefact[Any], opened: Result[BinaryIO, Error]
) -> Result[bytes, Error]:
    if not is_successful(opened):
        return Failure(opened.failure())
    try:
        with opened.unwrap() as stream:
            return Success(stream.read())
    except (DataCorruptedError, DataMissingError) as problem:
        return Failure(lost(backend, where, problem))


def _load(backend: Backend, where: Artefact[Any], judged: Judge) -> Result[Buffer, Error]:
    """Read the bytes of a value whole, into memory that it may keep, or give its error."""
    located = _locate(backend, where, judged)
    found = located.value_or(b"")
    if isinstance(found, bytes) or not found.large or where.encoding.wire != JSON:
        return _read(backend, where, _opened(backend, where, located))
    try:
        return Success(backend.data.load(found.content))
    except (DataCorruptedError, DataMissingError) as problem:
        return Failure(lost(backend, where, problem))


def open_value(
    backend: Backend, where: Artefact[Any], judged: Judge = accept
) -> Result[BinaryIO, Error]:
    """Open the bytes of an artefact's value as a stream, or give its error.

    Reads of the stream raise DataCorruptedError or DataMissingError; whoever meets one gives
    it to :func:`~funsies.client.lost_values.lost`.

    Args:
        backend: where it is stored.
        where: the artefact.
        judged: is told of a value that is volatile, and may put an error in its place.
    """
    return _opened(backend, where, _locate(backend, where, judged))


def _opened(
    backend: Backend, where: Artefact[Any], located: Result[bytes | StoredResult, Error]
) -> Result[BinaryIO, Error]:
    if not is_successful(located):
        return Failure(located.failure())
    found = located.unwrap()
    if isinstance(found, bytes):
        return Success(io.BytesIO(found))
    try:
        return _open_result(backend, found)
    except (DataCorruptedError, DataMissingError) as problem:
        return Failure(lost(backend, where, problem))


def may_be_run(backend: Backend, where: Artefact[Any]) -> bool:
    """True for an executable file."""
    if isinstance(where.reference, Constant):
        return where.reference.executable
    found = _locate(backend, where).value_or(b"")
    return isinstance(found, StoredResult) and found.executable


def _locate(
    backend: Backend, where: Artefact[Any], judged: Judge = accept
) -> Result[bytes | StoredResult, Error]:
    """Where the bytes of an artefact are: at hand, or in the store."""
    match where.reference:
        case Constant(data=bytes() as data):
            return Success(data)
        case Constant(content=content, size_bytes=size_bytes):
            return Success(StoredResult(True, content, True, size_bytes))
        case OutputOf(operation=operation, index=index):
            return _result_of(backend, operation.digest, index, operation.task.name, judged)
        case Stored(producer=producer, index=index, name=name):
            return _result_of(backend, producer, index, name, judged)


def _result_of(
    backend: Backend, producer: Digest, index: int, name: str, judged: Judge
) -> Result[StoredResult, Error]:
    """The stored result of one output; an error if the operation has not finished."""
    state = backend.graph.states([producer])[0]
    if not state.status.is_finished or index >= len(state.results):
        tell_missing(producer)
        return Failure(_not_there(producer, state, name))
    result = state.results[index]
    error = judged(producer, name) if state.volatile and result.ok else None
    return Success(result) if error is None else Failure(error)


def _not_there(producer: Digest, state: OperationState, name: str) -> Error:
    if state.status is Status.IDLE:
        details = (
            "it has not been executed, or was forgotten: use execute() of it, then wait_for()"
        )
    elif state.status.is_finished:
        details = "its result is gone from the server: execute it again"
    else:
        details = f"it is {state.status.value}: use wait_for()"
    return Error(kind=ErrorKind.NotFound, source=producer.hex(), task=name, details=details)


def _open_result(backend: Backend, result: StoredResult) -> Result[BinaryIO, Error]:
    if not result.large:
        return _open_small(backend, result)
    return Success(backend.data.open(result.content))


def _open_small(backend: Backend, result: StoredResult) -> Result[BinaryIO, Error]:
    data = backend.graph.contents([result.content])[0]
    if data is None:
        raise missing(result.content, "the server")
    if content_digest(data) != result.content:
        raise corrupted(result.content)
    return Success(io.BytesIO(data)) if result.ok else Failure(decode_error(data))
