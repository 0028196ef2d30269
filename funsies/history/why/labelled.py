"""What the steps are called whose reasons are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Final

from msgspec import structs

from funsies.core.digest import Digest
from funsies.history.closure import Closure
from funsies.history.labels import Labels, labels_of
from funsies.store.connect import Backend

from .model import Reasons

MOST_STEPS: Final = 10_000
"""In a larger graph only the names of tasks are told: labels would take longer."""


def labels_among(backend: Backend, found: Reasons) -> Labels:
    """What all steps are called whose reasons are known, however many they are."""
    return labels_of(backend, found.closure)


def with_labels(backend: Backend, found: Reasons, steps: Collection[Digest]) -> Reasons:
    """Call some steps by what tells them from the others of the same graph.

    Args:
        backend: where they are stored.
        found: why they ran.
        steps: their addresses; those of which nothing is known are left out.
    """
    known = [each for each in steps if each in found.steps]
    if not known or len(found.closure.rows) > MOST_STEPS:
        return found
    labels = labels_among(backend, found)
    named = {each: structs.replace(found.steps[each], label=labels.of(each)) for each in known}
    return replace(found, steps={**found.steps, **named})


def labels_of_both(
    backend: Backend, before: Closure, after: Closure
) -> tuple[Mapping[Digest, str], Mapping[Digest, str]]:
    """What the steps of two graphs are called, each among its own."""
    return labels_of(backend, before).texts, labels_of(backend, after).texts
