"""A Python step run again in this process, with its real inputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any

from returns.pipeline import is_successful
from returns.result import Result, Success

from funsies.builder.context import built_with
from funsies.client.stored_step import StoredStep, read_inputs, read_step
from funsies.core.digest import Digest, content_digest, short_hash
from funsies.core.encoding import whole
from funsies.core.errors import Error, FunsiesError
from funsies.core.graph import TaskKind
from funsies.report.failures import gist
from funsies.run.program import Stage
from funsies.run.python import LoadedFunction, arguments, encode_results
from funsies.run.surroundings import fresh_directory, restored
from funsies.run.tasks import NotLoadableError, TaskLoader
from funsies.store.connect import Backend


class CannotReplayError(FunsiesError):
    """The step cannot be run in this process; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A Python step, ready to be called.

    Attributes:
        step: what it is, and what became of it.
        function: what it calls.
        arguments: its positional arguments.
        keywords: its keyword arguments.
    """

    step: StoredStep
    function: Callable[..., Any]
    arguments: tuple[Any, ...]
    keywords: Mapping[str, Any]
    _loaded: LoadedFunction

    def call(self) -> Any:
        """Call the function, in the environment that the step has; exceptions come through."""
        options = self.step.options
        directory = fresh_directory() if options.fresh_directory else nullcontext()
        plan = self._loaded.plan
        variables = {**plan.environment, **options.env}
        with restored(variables), directory, built_with(plan.interpreter):
            return self.function(*self.arguments, **self.keywords)

    @property
    def is_dynamic(self) -> bool:
        """True if the function returns an artefact, whose value is the result of the step."""
        return self.step.task.kind is TaskKind.DYNAMIC

    def encoded(self, value: object) -> list[Result[bytes, Error]]:
        """What would be stored for a returned value, for each output."""
        return [each.map(whole) for each in encode_results(self._loaded, Success(value))]

    def is_as_stored(self, encoded: list[Result[bytes, Error]]) -> bool | None:
        """True if these are the results that are stored; None if none are."""
        stored = self.step.state.results
        if len(stored) != len(encoded):
            return None
        return all(
            result.ok
            and is_successful(each)
            and content_digest(each.unwrap()) == result.content
            for each, result in zip(encoded, stored, strict=True)
        )


def prepare_replay(backend: Backend, operation: Digest) -> Replay:
    """Load the function of a step and its inputs.

    The function is unpickled, and so runs code: only if its signature is right, where there is
    a key.

    Args:
        backend: where the step is stored.
        operation: its address.

    Raises:
        CannotReplayError: if it is a shell step, an input has no value, or the function
            cannot be loaded here.
        UnknownHashError: if the server does not know it.
        EncodingError: if an input is not of the type that the function asks for.
    """
    step = read_step(backend, operation)
    if step.task.kind is TaskKind.SHELL:
        raise CannotReplayError(
            f"{short_hash(step.hash)} is a shell step; run it again by hand: "
            f"funsies debug {short_hash(step.hash)} -o DIR && sh DIR/op.sh"
        )
    values = read_inputs(backend, step)
    if step.task.strict:
        _check_values(step, values)
    loaded = _loaded(backend, step)
    positional, keywords = arguments(loaded, values, strict=step.task.strict)
    return Replay(step, loaded.function, tuple(positional), keywords, loaded)


def _check_values(step: StoredStep, values: Mapping[str, Result[bytes, Error]]) -> None:
    for name, value in values.items():
        if is_successful(value):
            continue
        error = value.failure()
        reason = f"{error.kind.value}: {gist(error)}"
        remedy = ""
        if error.source is not None and step.state.status.is_finished:
            remedy = f"; replay the step that failed: funsies replay {short_hash(error.source)}"
        raise CannotReplayError(f"input {name!r} has no value ({reason}){remedy}")


def _loaded(backend: Backend, step: StoredStep) -> LoadedFunction:
    try:
        plan = TaskLoader(backend, Stage()).load(step.row.task).plan
    except NotLoadableError as problem:
        error = problem.error
        raise CannotReplayError(f"{error.kind.value}: {gist(error)}") from problem
    if not isinstance(plan, LoadedFunction):
        raise CannotReplayError(f"{short_hash(step.hash)} is not a Python step")
    plan.overlay.apply()  # for good: this process is here for nothing else
    return plan
