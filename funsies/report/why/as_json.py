"""Reasons as JSON, for programs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from funsies.core.digest import Digest
from funsies.history.why import Blocker, Change, InputChange, ReasonGroup, Reasons, StepReason


def change_as_json(change: Change) -> dict[str, Any]:
    """One change."""
    return {
        "kind": change.kind.value,
        "task": change.task or None,
        "subject": change.subject,
        "file": change.file or None,
        "line": change.line or None,
        "before": change.before,
        "after": change.after,
    }


def reason_as_json(reasons: Reasons, step: Digest) -> dict[str, Any]:
    """Why a step ran, with all steps on the way to the roots, by hash."""
    found: dict[str, Any] = {}
    stack = [step]
    while stack:
        digest = stack.pop()
        reason = reasons.steps.get(digest)
        if reason is None or digest.hex() in found:
            continue
        found[digest.hex()] = _step(reason)
        stack += reversed([each.producer for each in reason.inputs])
    return {"run": reasons.run, "step": step.hex(), "steps": found}


def _step(reason: StepReason) -> dict[str, Any]:
    return {
        "task": reason.task,
        "label": reason.label,
        "ran": reason.ran.value,
        "former": None if reason.former is None else reason.former.hex(),
        "former_run": reason.former_run,
        "changes": [change_as_json(each) for each in reason.changes],
        "inputs": [_input(each) for each in reason.inputs],
        "roots": [change_as_json(each) for each in reason.roots],
        "more_roots": reason.more_roots,
        "waits_for": None if reason.waiting is None else _waiting(reason.waiting),
    }


def _waiting(waiting: Blocker) -> dict[str, Any]:
    return {
        "what": waiting.what.value,
        "queue": waiting.queue or None,
        "steps": [each.hex() for each in waiting.steps],
    }


def _input(each: InputChange) -> dict[str, Any]:
    return {
        "name": each.name,
        "made_by": each.producer.hex(),
        "formerly_made_by": None if each.former is None else each.former.hex(),
        "same_value": each.is_same_value,
    }


def groups_as_json(reasons: Reasons, groups: Iterable[ReasonGroup]) -> dict[str, Any]:
    """Why all steps of a graph ran, or would: by cause, with how many did and did not."""
    return {
        "run": reasons.run,
        "compared_with": list(reasons.compared_with),
        "counts": {each.value: number for each, number in reasons.counts().items()},
        "groups": [group_as_json(each) for each in groups],
        "gone": dict(reasons.gone),
    }


def group_as_json(group: ReasonGroup) -> dict[str, Any]:
    """Steps that ran for the same reasons."""
    return {
        "roots": [change_as_json(each) for each in group.roots],
        "more_roots": group.more_roots,
        "tasks": dict(group.tasks),
        "steps": [each.hex() for each in group.steps],
    }
