"""Running a dynamic step: the function builds a graph, and its result stands for the step's."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final

from returns.pipeline import is_successful
from returns.result import Failure, Result, Success

from funsies.builder.artefact import Artefact
from funsies.builder.context import BuildContext, RunningStep, built_with, current_context
from funsies.builder.function_artefact import FunctionArtefact
from funsies.builder.python import reduce
from funsies.core.encoding import Encoding, add_missing_codecs, contradicts
from funsies.core.errors import (
    DataCorruptedError,
    DataMissingError,
    Error,
    ErrorKind,
    FunsiesError,
    error_of_bytes,
)
from funsies.core.fingerprint import building_step, decided
from funsies.core.graph import Constant, OutputOf, Stored
from funsies.core.options import Options
from funsies.store.connect import Backend
from funsies.store.rows import Claim
from funsies.store.submission import submit

from .decision import Delegate
from .python import ANNOTATE, ANY, LoadedFunction
from .recovery import forced_queue, queue_of_built
from .step_results import ResultWriter
from .surroundings import run_in_own_context


def run_dynamic_step(
    backend: Backend,
    claim: Claim,
    plan: LoadedFunction,
    function: Callable[[], Result[object, Error]],
    *,
    options: Options,
    writer: ResultWriter,
    is_alone: bool,
) -> bool | Delegate:
    """Run a dynamic step, and ask for what it returned.

    Args:
        backend: where that is asked for.
        claim: of the step.
        plan: the step's encodings, and what its program has decided.
        function: calls the user's function, and catches what it raises.
        options: of the step, which are those of what it builds.
        writer: takes an error, or a constant that it returned.
        is_alone: True if nothing else runs in this process.

    Returns:
        The operation whose output is that of the step; False if the writer has the outcome.
    """
    add_missing_codecs(plan.codecs)  # now: another task may have replaced them since
    within = replace(options, queue=queue_of_built(claim, options))
    name = claim.operation.task_name
    continuation = run_in_own_context(
        lambda: _built(function, plan, within, name),
        step=RunningStep(claim.operation.digest, builds=True),
        is_alone=is_alone,
    )
    if not is_successful(continuation):
        writer.fail(continuation.failure())
        return False
    target = _request(backend, claim, continuation.unwrap())
    if isinstance(target, Delegate):
        return target
    writer.add_all([_bytes_of(backend, target)])
    return False


def _built(
    function: Callable[[], Result[object, Error]],
    plan: LoadedFunction,
    options: Options,
    name: str,
) -> Result[Artefact[Any], Error]:
    """Call a function that builds a graph, with options for what does not name its own."""
    token = current_context.set(BuildContext(defaults=replace(options, reset=False)))
    decisions = decided.set(plan.decided)
    try:
        with (
            built_with(plan.plan.interpreter),
            building_step(plan.plan.environment, options.env),
        ):
            returned = function()
        if not is_successful(returned):
            return Failure(returned.failure())
        return _continuation(returned.unwrap(), plan.results[0], name)
    finally:
        decided.reset(decisions)
        current_context.reset(token)


def _continuation(
    value: object, encoding: Encoding[Any], name: str
) -> Result[Artefact[Any], Error]:
    if type(value) is Error:
        return Failure(value)
    if not isinstance(value, Artefact):
        return _refused(
            f"a dynamic step must return an artefact, not a {type(value).__qualname__}. "
            "Return put(value) for a value, or use map() in the place of bind()"
        )
    if isinstance(value, FunctionArtefact):
        return _refused(f"{value!r} cannot be the result of a step: functions are not stored")
    if contradicts(encoding, value.encoding):
        return _refused(
            f"the artefact returned is {value.encoding.label}, but the result of this step is "
            f"{encoding.label}. {ANNOTATE}: Artefact[{value.encoding.label}]"
        )
    return Success(_as_encoded(value, encoding, f"convert:{name}"))


def _as_encoded(artefact: Artefact[Any], encoding: Encoding[Any], name: str) -> Artefact[Any]:
    """Consumers read the result as the step's type: write it so, if it is written otherwise."""
    written = artefact.encoding
    if written == encoding or (encoding == ANY and _is_plain(written)):
        return artefact
    try:
        return reduce(_identity, artefact, out=encoding.annotation, name=name)
    except FunsiesError:
        return artefact


def _is_plain(encoding: Encoding[Any]) -> bool:
    """True if a reader who knows nothing of the type gets the very values."""
    words = set(_WORDS.findall(encoding.descriptor))
    keys = set(_KEYS.findall(encoding.descriptor))
    return words <= _PLAIN_TYPES and keys <= {"str"}


_WORDS: Final = re.compile(r"[^\s\[\],|]+")
_KEYS: Final = re.compile(r"dict\[([^,]*),")
_PLAIN_TYPES: Final = frozenset({"Any", "None", "bool", "int", "float", "str", "list", "dict"})


def _identity(value: Any) -> Any:
    return value


def _refused(details: str) -> Result[Artefact[Any], Error]:
    return Failure(Error(kind=ErrorKind.EncodingFailed, details=details))


def _request(backend: Backend, claim: Claim, artefact: Artefact[Any]) -> Delegate | Constant:
    """Ask for the artefact that stands for the step's result.

    Returns:
        The operation to delegate to, or the constant that is the result.
    """
    reference = artefact.reference
    forced = forced_queue(claim)
    match reference:
        case Constant():
            return reference
        case OutputOf(operation=operation, index=index):
            submission = submit(backend, [operation], generation=claim.generation, queue=forced)
            return Delegate(operation.digest, index, submission.arm)
        case Stored(producer=producer, index=index):
            submission = submit(
                backend,
                stored=[producer],
                generation=claim.generation,
                queue=forced,
            )
            return Delegate(producer, index, submission.arm)


def _bytes_of(backend: Backend, constant: Constant) -> Result[bytes, Error]:
    if constant.data is not None:
        return Success(constant.data)
    try:
        with backend.data.open(constant.content) as stream:
            return Success(stream.read())
    except (DataMissingError, DataCorruptedError) as problem:
        return Failure(error_of_bytes(problem, "run the program again that put it there"))
