"""What is told of one step: its reasons, and those that they lead to, with values."""

from __future__ import annotations

from dataclasses import replace

from funsies.core.digest import Digest
from funsies.history.why import Reasons, StepReason, with_values
from funsies.store.connect import Backend


def told_of(backend: Backend, found: Reasons, step: Digest) -> Reasons:
    """Keep what is told of a step, and read the values that are another than before."""
    needed = {
        each: replace(reason, changes=with_values(backend, reason.changes))
        for each, reason in _above(found, step).items()
    }
    return replace(found, steps=needed)


def _above(found: Reasons, step: Digest) -> dict[Digest, StepReason]:
    """A step, and those whose changes are its reasons."""
    needed: dict[Digest, StepReason] = {}
    stack = [step]
    while stack:
        digest = stack.pop()
        reason = found.steps.get(digest)
        if reason is not None and digest not in needed:
            needed[digest] = reason
            stack += [each.producer for each in reason.inputs]
    return needed
