"""Evaluating a claimed operation: from its inputs to a decision.

In this order: inputs that were lost are asked for again; a recorded trace is used; the task is
loaded; its inputs are read; it is run; its results are stored.
"""

from __future__ import annotations

import dataclasses
import functools
import os
import resource
import socket
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec
from returns.pipeline import is_successful
from returns.result import Failure, Result, Success

from funsies.core.digest import Digest
from funsies.core.errors import EncodingError, Error, ErrorKind, FunsiesError
from funsies.core.graph import Constant, TaskKind
from funsies.core.options import Options, decode_options
from funsies.core.shell_plan import ShellPlan
from funsies.core.trace import trace_key
from funsies.store.connect import Backend
from funsies.store.rows import Claim, Completion
from funsies.store.submission import LOCAL_PREFIX, submit

from .decision import Decision, Delegate, Park, Publish, PutBack
from .dynamic import call_dynamic, request_continuation
from .inputs import BadBytesError, InputValue, gather
from .python import LoadedFunction, arguments, call, encode_results
from .results import ResultWriter, sourced
from .shell_step import run_shell_step
from .surroundings import Capture, Log, restored
from .tasks import LoadedTask, NotLoadableError, TaskLoader

HOST: Final = socket.gethostname()

Outcome = Result[bytes | Path, Error]


class ExecutionRecord(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How an operation was run.

    Attributes:
        started: when, seconds since 1970.
        seconds: how long it took.
        worker: name of the worker.
        host: name of the machine.
        pid: process that ran it.
        attempt: 1 for the first.
        peak_memory_bytes: largest resident memory of that process so far.
        linked: True if nothing was run: the results of an equal run were taken.
    """

    started: float
    seconds: float
    worker: str
    host: str
    pid: int
    attempt: int
    peak_memory_bytes: int = 0
    linked: bool = False


class Evaluator:
    """Evaluates operations, one at a time, for one worker.

    Args:
        backend: where inputs come from and results go.
        worker: name of the worker, for records and errors.
        on_start: told of the claim and its options right before user code runs.
        owns_process: True if the process is funsies' own: streams are captured and the
            environment is restored. A program that runs steps itself keeps its own.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        worker: str,
        on_start: Callable[[Claim, Options], None] | None = None,
        owns_process: bool = False,
    ) -> None:
        self._backend = backend
        self._worker = worker
        self._on_start = on_start
        self._capture = Capture() if owns_process else None
        self._tasks = TaskLoader(backend)
        self._options: dict[Digest, Options] = {}

    def evaluate(self, claim: Claim) -> Decision:
        """Find out what the results of an operation are.

        Returns:
            What to do: publish results, put the operation back, delegate it, or park it.

        Raises:
            Preempted: if the worker has to stop.
        """
        if None in claim.inputs:
            return self._ask_again(claim)
        if self._is_traced(claim):
            return self._publish_trace(claim)
        try:
            return self._run(claim)
        except NotLoadableError as problem:
            return self._publish_error(claim, problem.error)
        except BadBytesError as problem:
            return self._recover_bytes(claim, problem)
        except FunsiesError as problem:
            error = Error(kind=ErrorKind.DATA_MISSING, details=str(problem))
            return self._publish_error(claim, error)

    # Inputs that were lost

    def _ask_again(self, claim: Claim) -> Park:
        """Request the inputs that are idle by now, for the same generation."""
        lost = [
            row.producer
            for row, result in zip(claim.operation.inputs, claim.inputs, strict=True)
            if result is None and row.producer is not None
        ]
        queue = claim.queue.rpartition("@")[0]
        submission = submit(
            self._backend,
            stored=lost,
            generation=claim.generation,
            stored_options=Options(queue=queue, priority=claim.priority),
            queue=queue if queue.startswith(LOCAL_PREFIX) else None,
        )
        return Park(submission.arm)

    def _recover_bytes(self, claim: Claim, problem: BadBytesError) -> Decision:
        """Have the producer make its bytes again; a constant cannot be made again."""
        row = problem.input
        if row.producer is None or claim.attempt > claim.lost_limit:
            kind = (
                ErrorKind.DATA_MISSING
                if isinstance(problem.problem, LookupError)
                else ErrorKind.DATA_CORRUPTED
            )
            return self._publish_error(claim, Error(kind=kind, details=str(problem)))
        self._backend.graph.invalidate(row.producer, row.index, problem.content)
        lost = tuple(
            None if each.producer == row.producer else result
            for each, result in zip(claim.operation.inputs, claim.inputs, strict=True)
        )
        return self._ask_again(dataclasses.replace(claim, inputs=lost))

    # Traces

    def _key(self, claim: Claim) -> Digest | None:
        """Trace key of the claim; None if it must leave no trace."""
        if claim.volatile or claim.operation.dynamic:
            return None
        return trace_key(
            claim.operation.task,
            [
                (row.name, result.ok, result.content)
                for row, result in zip(claim.operation.inputs, claim.inputs, strict=True)
                if result is not None
            ],
        )

    def _is_traced(self, claim: Claim) -> bool:
        if claim.trace is None or claim.trace.key != self._key(claim):
            return False
        large = [result.content for result in claim.trace.results if result.large]
        return not large or not self._backend.data.missing(large)

    def _publish_trace(self, claim: Claim) -> Publish:
        results = claim.trace.results if claim.trace is not None else ()
        record = self._record(claim, time.time(), 0.0, linked=True)
        return Publish(
            Completion(
                operation=claim.operation.digest,
                fence=claim.fence,
                results=results,
                record=record,
                trace_key=self._key(claim),
                linked=True,
            )
        )

    # Running

    def _run(self, claim: Claim) -> Decision:
        options = self._options_of(claim)
        if not options.evaluate:
            details = "asked for with evaluate=False, and no result was at hand"
            return self._publish_error(
                claim, Error(kind=ErrorKind.NOT_EVALUATED, details=details)
            )
        task = self._tasks.load(claim.operation.task)
        inputs = gather(self._backend, claim)
        if self._on_start is not None:
            self._on_start(claim, options)
        started, clock = time.time(), time.perf_counter()
        with self._surroundings(options) as log:
            outcome = self._outcome(task, claim, inputs, options)
        seconds = time.perf_counter() - clock
        if isinstance(outcome, Delegate):
            return outcome
        record = self._record(claim, started, seconds)
        return self._conclude(claim, outcome, options, record, log, seconds)

    @contextmanager
    def _surroundings(self, options: Options) -> Iterator[Log]:
        if self._capture is None:
            with restored(options.env):
                yield Log()
        else:
            with restored(options.env), self._capture.captured() as log:
                yield log

    def _outcome(
        self,
        task: LoadedTask,
        claim: Claim,
        inputs: Mapping[str, InputValue],
        options: Options,
    ) -> ResultWriter | Delegate:
        writer = ResultWriter(self._backend)
        if isinstance(task.plan, ShellPlan):
            run_shell_step(self._backend, task, inputs, options, self._finish(claim, writer))
            return writer
        try:
            values = {name: value.read(self._backend) for name, value in inputs.items()}
            positional, keywords = arguments(task.plan, values, strict=task.row.strict)
        except EncodingError as problem:
            error = Error(kind=ErrorKind.DECODING_FAILED, details=str(problem))
            self._finish(claim, writer)([Failure(error)] * len(claim.operation.outputs))
            return writer
        run = functools.partial(
            call, task.plan.function, positional, keywords, options.timeout_seconds
        )
        if task.row.kind is TaskKind.DYNAMIC:
            return self._continue(task.plan, claim, run, options, writer)
        self._finish(claim, writer)(encode_results(task.plan, run()))
        return writer

    def _continue(
        self,
        plan: LoadedFunction,
        claim: Claim,
        run: Callable[[], Result[object, Error]],
        options: Options,
        writer: ResultWriter,
    ) -> ResultWriter | Delegate:
        queue = claim.queue.rpartition("@")[0]
        within = dataclasses.replace(options, queue=queue)
        continuation = call_dynamic(run, plan.results[0], within)
        finish = self._finish(claim, writer)
        if not is_successful(continuation):
            finish([Failure(continuation.failure())])
            return writer
        target = request_continuation(self._backend, claim, continuation.unwrap().artefact)
        if isinstance(target, Delegate):
            return target
        finish([self._constant(target)])
        return writer

    def _constant(self, constant: Constant) -> Outcome:
        if constant.data is not None:
            return Success(constant.data)
        with self._backend.data.open(constant.content) as stream:
            return Success(stream.read())

    def _finish(
        self, claim: Claim, writer: ResultWriter
    ) -> Callable[[Sequence[Result[Any, Error]]], None]:
        """Store outcomes; errors get the name of the operation that failed, and where."""

        def finish(outcomes: Sequence[Result[Any, Error]]) -> None:
            writer.add_all(
                outcome if is_successful(outcome) else Failure(self._located(claim, outcome))
                for outcome in outcomes
            )

        return finish

    def _located(self, claim: Claim, outcome: Result[Any, Error]) -> Error:
        error = outcome.failure()
        if error.source is not None:
            return error
        located = dataclasses.replace(
            error, host=HOST, worker=self._worker, attempts=claim.attempt
        )
        return sourced(located, claim.operation.digest, claim.operation.task_name)

    # Results

    def _conclude(
        self,
        claim: Claim,
        writer: ResultWriter,
        options: Options,
        record: bytes,
        log: Log,
        seconds: float,
    ) -> Decision:
        errors = writer.errors
        volatile = claim.volatile or any(error.is_infrastructure for error in errors)
        if errors and claim.attempt <= options.retries:
            return PutBack(delay_ms=round(options.retry_delay_seconds * 1000))
        return Publish(
            Completion(
                operation=claim.operation.digest,
                fence=claim.fence,
                results=tuple(writer.results),
                contents=tuple(writer.contents.items()),
                volatile=volatile,
                record=record,
                log=log.tail,
                trace_key=None if volatile or errors else self._key(claim),
                busy_ms=round(seconds * 1000),
            )
        )

    def _publish_error(self, claim: Claim, error: Error) -> Publish:
        writer = ResultWriter(self._backend)
        self._finish(claim, writer)([Failure(error)] * len(claim.operation.outputs))
        return Publish(
            Completion(
                operation=claim.operation.digest,
                fence=claim.fence,
                results=tuple(writer.results),
                contents=tuple(writer.contents.items()),
                volatile=claim.volatile or error.is_infrastructure,
                record=self._record(claim, time.time(), 0.0),
            )
        )

    def _record(
        self, claim: Claim, started: float, seconds: float, *, linked: bool = False
    ) -> bytes:
        return msgspec.json.encode(
            ExecutionRecord(
                started=round(started, 3),
                seconds=round(seconds, 6),
                worker=self._worker,
                host=HOST,
                pid=os.getpid(),
                attempt=claim.attempt,
                peak_memory_bytes=0 if linked else _peak_memory_bytes(),
                linked=linked,
            )
        )

    def _options_of(self, claim: Claim) -> Options:
        options = self._options.get(claim.options)
        if options is None:
            data = self._backend.graph.options(claim.options)
            options = decode_options(data) if data is not None else Options()
            self._options[claim.options] = options
        return options


def _peak_memory_bytes() -> int:
    """Largest resident memory of this process and of its children that have ended."""
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    children = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
    unit = 1 if sys.platform == "darwin" else 1024
    return max(own, children) * unit
