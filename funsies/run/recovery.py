"""Inputs that are gone: whoever made them is asked to make them again."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from funsies.core.digest import Digest
from funsies.core.errors import Error, ErrorKind, UnknownHashError, error_of_bytes
from funsies.core.options import Options
from funsies.store.connect import Backend
from funsies.store.lost_results import forget, set_bad_aside
from funsies.store.rows import Claim, Setback
from funsies.store.submission import LOCAL_PREFIX, submit

from .decision import Park
from .step_inputs import BadBytesError


def own_queue(claim: Claim) -> str:
    """Name of the queue from which a claim was taken."""
    return claim.queue.rpartition("@")[0]


def forced_queue(claim: Claim) -> str | None:
    """The queue on which everything for this claim is to run; None to go by the options."""
    queue = own_queue(claim)
    return queue if queue.startswith(LOCAL_PREFIX) else None


def queue_of_built(claim: Claim, options: Options) -> str:
    """The queue that is written down for what a dynamic step builds: that of the step.

    Not that of a process that runs everything itself: nobody else serves it, nor that process
    for long.
    """
    return own_queue(claim) if forced_queue(claim) is None else options.queue


def ask_for_idle(backend: Backend, claim: Claim) -> Park | Error:
    """Request the inputs of a claim that are idle by now."""
    idle = [
        row.producer
        for row, result in zip(claim.operation.inputs, claim.inputs, strict=True)
        if result is None and row.producer is not None
    ]
    return request_again(backend, claim, idle)


def request_again(backend: Backend, claim: Claim, producers: Iterable[Digest]) -> Park | Error:
    """Request inputs of a claim again, for the same generation.

    Returns:
        Why there is no hope, if the definition of what makes them is gone or damaged.
    """
    try:
        submission = submit(
            backend,
            stored=list(producers),
            generation=claim.generation,
            queue=forced_queue(claim),
        )
    except UnknownHashError as problem:
        details = f"an input of this step cannot be made: {problem}"
        return Error(kind=ErrorKind.DataMissing, details=details)
    return Park(submission.arm)


def recover_bytes(backend: Backend, claim: Claim, problem: BadBytesError) -> Park | Error:
    """Have the producer of bad bytes make them again.

    Returns:
        Why there is no hope, for a constant, or after each input had its turn and then some.
    """
    row = problem.input
    if row.producer is None:
        set_bad_aside(backend.data, problem.problem)
        return error_of_bytes(problem.problem, "run the program again that put it there")
    if claim.lost_inputs >= claim.lost_limit + len(claim.operation.inputs):
        return error_of_bytes(
            problem.problem,
            "it was computed again, in vain: see what removes or changes stored values",
        )
    forget(backend.graph, row.producer, problem.content)
    asked = request_again(backend, claim, [row.producer])
    return asked if isinstance(asked, Error) else replace(asked, setback=Setback.INPUT)
