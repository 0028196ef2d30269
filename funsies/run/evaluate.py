"""Evaluating a claimed operation: from its inputs to a decision.

In this order: inputs that were lost are asked for again; a recorded trace is used; the task is
loaded; its inputs are read; it is run; its results are stored.
"""

from __future__ import annotations

import dataclasses
import functools
import time
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import IO

from funsies.builder.context import RunningStep
from funsies.core.digest import Digest
from funsies.core.errors import (
    DataMissingError,
    EncodingError,
    Error,
    ErrorKind,
    FunsiesError,
    NoServerError,
)
from funsies.core.options import Options
from funsies.core.shell_plan import ShellPlan
from funsies.store.connect import Backend
from funsies.store.graph_writer import find_options
from funsies.store.rows import Claim, Completion, RunReport, Setback

from .decision import Decision, Delegate, HandOver, Park, Publish, PutBack, retry
from .dynamic import run_dynamic_step
from .execution import PeakMemory, UsageMeter, execution_record
from .isolated import ChildDiedError, in_fresh_process
from .live_output import NOBODY, Listener
from .machine_faults.exceptions import is_of_the_machine
from .program import Host, OtherProgramError, OwnProgram, Stage
from .python import LoadedFunction, arguments, call_function, encode_results
from .recovery import ask_for_idle, recover_bytes
from .shell.operation import run_shell_step
from .signals import Timed
from .step_directories import cannot_run_here
from .step_inputs import BadBytesError, InputValue, gather_inputs
from .step_results import ResultWriter, is_traced, trace_key_of
from .surroundings import (
    Log,
    OwnSurroundings,
    ProgramSurroundings,
    fresh_directory,
    run_in_own_context,
)
from .tasks import (
    ELSEWHERE_DELAY_MS,
    LoadedTask,
    NotLoadableError,
    TaskLoader,
    damaged,
    not_ours,
)
from .user_exceptions import exception_error


class Evaluator:
    """Evaluates operations, one at a time, for one worker.

    Args:
        backend: where inputs come from and results go.
        worker: name of the worker, for records and errors.
        on_start: told of the claim and its options right before its inputs are read.
        timed: encloses what the step itself does, and is told its timeout.
        on_spoiled: told when a step has done something to this process that cannot be undone.
        owns_process: True if the process is funsies' own: what a step prints is captured, what
            it changes is put back, and Ctrl-C in a step is an error of that step. A program
            that runs steps itself keeps its streams, and Ctrl-C interrupts it.
        listener: told what a step prints.
        file: into which a process of funsies' own prints meanwhile; None for a new one.
    """

    def __init__(
        self,
        backend: Backend,
        *,
        worker: str,
        on_start: Callable[[Claim, Options], None] = lambda _claim, _options: None,
        timed: Timed = nullcontext,
        on_spoiled: Callable[[], None] = lambda: None,
        owns_process: bool = False,
        listener: Listener = NOBODY,
        file: IO[bytes] | None = None,
    ) -> None:
        self._backend = backend
        self._worker = worker
        self._on_start = on_start
        self._timed = timed
        self._listener = listener
        self._owns_process = owns_process
        self._surroundings = (
            OwnSurroundings(on_spoiled, file) if owns_process else ProgramSurroundings()
        )
        self._host: Host = Stage() if owns_process else OwnProgram()
        self._tasks = TaskLoader(backend, self._host)
        self._options: dict[Digest, Options] = {}
        self._peak = PeakMemory(is_ours=owns_process)

    def evaluate(self, claim: Claim) -> Decision:
        """Find out what the results of an operation are.

        Returns:
            What to do: publish results, put the operation back, delegate it, or park it.

        Raises:
            Preempted: if the worker has to stop.
            NoServerError: if the server does not answer any more.
        """
        if None in claim.inputs and claim.is_ours:
            return self._parked(claim, ask_for_idle(self._backend, claim))
        if claim.is_ours and is_traced(self._backend, claim):
            return self._publish_trace(claim)
        try:
            return self._computed(claim)
        except OtherProgramError:
            return HandOver()

    def _computed(self, claim: Claim) -> Decision:
        try:
            return self._run(claim)
        except BadBytesError as problem:
            return self._parked(claim, recover_bytes(self._backend, claim, problem))
        except ChildDiedError as problem:
            again = PutBack(Setback.LOSS) if claim.may_be_lost else None
            return again or self._publish_error(
                claim, problem.error, problem.log, problem.record
            )
        except NotLoadableError as problem:
            if problem.may_fit_elsewhere and claim.may_be_lost:
                return PutBack(Setback.LOSS, ELSEWHERE_DELAY_MS)
            return self._publish_error(claim, problem.error)
        except NoServerError:
            raise  # nothing can be published; the lease will show that this worker is cut off
        except (MemoryError, FunsiesError, OSError) as problem:
            return self._publish_error(claim, _outside_of_the_step(problem))

    # Traces

    def _publish_trace(self, claim: Claim) -> Publish:
        completion = Completion(
            operation=claim.operation.digest,
            fence=claim.fence,
            results=() if claim.trace is None else claim.trace.results,
            record=self._not_run(claim, linked=True),
            trace_key=None if claim.trace is None else claim.trace.key,
            linked=True,
        )
        return Publish(completion)

    # Running

    def _run(self, claim: Claim) -> Decision:
        if not claim.is_ours:
            raise not_ours("the definition of the step")
        options = self._options_of(claim)
        if not options.evaluate:
            details = "asked for with evaluate=False, and no result was at hand"
            error = Error(kind=ErrorKind.NotEvaluated, details=details)
            return self._publish_error(claim, error)
        task = self._load(claim)
        inputs = gather_inputs(self._backend, claim)
        self._on_start(claim, options)
        meter = self._meter(claim, inputs)
        writer = self._writer(claim)
        runs_here = isinstance(task.plan, LoadedFunction)
        directory = (
            fresh_directory() if options.fresh_directory and runs_here else nullcontext()
        )
        around = self._around(task, options) if runs_here else nullcontext(Log())
        try:
            with around as log, directory:
                outcome = self._outcome(task, claim, inputs, options, writer)
            if runs_here:
                self._listener.has_printed()
        except ChildDiedError as problem:
            problem.log = log.tail
            meter.end(writer.children, ran_commands=False)
            problem.record = meter.record()
            raise
        writer.log += log.tail
        meter.end(writer.children, ran_commands=not runs_here)
        busy_ms = round(meter.seconds * 1000)
        if isinstance(outcome, Delegate):
            record = meter.record(delegated_to=outcome.target.hex())
            return dataclasses.replace(outcome, report=RunReport(record, writer.log, busy_ms))
        if writer.errors and (again := retry(claim, options)):
            return again
        if not writer.is_whole:
            raise damaged()
        may_be_traced = not outcome and not writer.errors
        completion = writer.completion(
            record=meter.record(writer.size_bytes),
            volatile=outcome,
            trace_key=trace_key_of(claim) if may_be_traced else None,
            busy_ms=busy_ms,
        )
        return Publish(completion, tuple(writer.errors))

    def _around(self, task: LoadedTask, options: Options) -> AbstractContextManager[Log]:
        """What a Python step finds; what its program has set goes before the shell's."""
        plan = task.plan
        variables = plan.plan.environment if isinstance(plan, LoadedFunction) else {}
        return self._surroundings.of_step({**variables, **options.env})

    def _load(self, claim: Claim) -> LoadedTask:
        digest = claim.operation.task
        if digest in self._tasks:
            return self._tasks.load(digest)
        runs_here = True  # what loading a function has done to this process is for the steps
        try:
            task = self._tasks.load(digest, claim.task)
            runs_here = isinstance(task.plan, LoadedFunction)
        finally:
            if runs_here:
                self._surroundings.take_note()
        return task

    def _outcome(
        self,
        task: LoadedTask,
        claim: Claim,
        inputs: Mapping[str, InputValue],
        options: Options,
        writer: ResultWriter,
    ) -> bool | Delegate:
        """Run the task and store what it made; True if that must not be remembered."""
        if isinstance(task.plan, ShellPlan):
            return run_shell_step(
                self._backend,
                task.plan,
                inputs,
                options,
                writer,
                timed=self._timed,
                listener=self._listener,
            )
        with self._host.laid_over(task.plan.plan, task.plan.overlay):
            return self._python_outcome(task.plan, claim, inputs, options, writer)

    def _python_outcome(
        self,
        plan: LoadedFunction,
        claim: Claim,
        inputs: Mapping[str, InputValue],
        options: Options,
        writer: ResultWriter,
    ) -> bool | Delegate:
        try:
            values = {name: value.load(self._backend) for name, value in inputs.items()}
            positional, keywords = arguments(plan, values, strict=claim.operation.strict)
        except EncodingError as problem:
            volatile, kind = is_of_the_machine(problem), ErrorKind.DecodingFailed
            writer.fail(Error(kind=kind, details=str(problem), volatile=volatile))
            return False
        run = functools.partial(
            call_function,
            plan.function,
            positional,
            keywords,
            timeout_seconds=options.timeout_seconds,
            timed=self._timed,
            is_interruptible=not self._owns_process,
        )
        if claim.operation.dynamic:
            return run_dynamic_step(
                self._backend,
                claim,
                plan,
                run,
                options=options,
                writer=writer,
                is_alone=self._owns_process,
            )
        finish = functools.partial(
            run_in_own_context,
            lambda: encode_results(plan, run()),
            step=RunningStep(claim.operation.digest),
            is_alone=self._owns_process,
        )
        # A program that runs steps itself may have threads: they might hold locks in a fork.
        is_isolated = options.isolated and self._owns_process
        writer.add_all(in_fresh_process(finish, writer.children) if is_isolated else finish())
        return False

    # Helpers

    def _parked(self, claim: Claim, asked: Park | Error) -> Decision:
        return self._publish_error(claim, asked) if isinstance(asked, Error) else asked

    def _writer(self, claim: Claim) -> ResultWriter:
        return ResultWriter(self._backend, claim, self._worker)

    def _publish_error(
        self, claim: Claim, error: Error, log: bytes = b"", record: bytes = b""
    ) -> Publish:
        writer = self._writer(claim)
        writer.fail(error)
        writer.log = log
        completion = writer.completion(record=record or self._not_run(claim))
        return Publish(completion, tuple(writer.errors))

    def _meter(self, claim: Claim, inputs: Mapping[str, InputValue]) -> UsageMeter:
        bytes_in = sum(each.size_bytes for each in inputs.values())
        return UsageMeter(claim, self._worker, bytes_in, self._peak)

    def _not_run(self, claim: Claim, *, linked: bool = False) -> bytes:
        """The record of a step whose own code was not run: it used nothing."""
        return execution_record(time.time(), 0.0, self._worker, claim.attempt, linked=linked)

    def _options_of(self, claim: Claim) -> Options:
        options = self._options.get(claim.options)
        if options is None:
            options = find_options(self._backend, claim.options)
            if options is None:
                raise not_ours("what is stored of the step's options")
            self._options[claim.options] = options
        return options


def _outside_of_the_step(problem: MemoryError | FunsiesError | OSError) -> Error:
    """The error for what went wrong on this machine, or with a store, and not in the step."""
    if isinstance(problem, MemoryError):
        return exception_error(problem, ErrorKind.OutOfMemory)
    if isinstance(problem, FunsiesError):
        missing = isinstance(problem, DataMissingError)
        kind = ErrorKind.DataMissing if missing else ErrorKind.StoreFailed
        return Error(kind=kind, details=str(problem))
    return cannot_run_here(problem)
