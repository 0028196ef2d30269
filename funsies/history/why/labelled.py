"""What the steps are called whose reasons are told."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from msgspec import structs

from funsies.core.digest import Digest
from funsies.history.called import labels_of_few, labels_of_run
from funsies.history.closure import Closure
from funsies.history.labels import Labels, labels_of
from funsies.history.runs import run as find_run
from funsies.store.connect import Backend

from .model import Reasons


def labels_among(backend: Backend, found: Reasons) -> Labels:
    """What all steps are called whose reasons are known: in their run, if they are of one."""
    run = None if found.run is None else find_run(backend, found.run)
    if run is None:
        return labels_of_few(backend, found.closure)
    labels = labels_of_run(backend, run, found.closure)  # it may know of more than this run had
    return Labels(_among(found, labels.texts), _among(found, labels.names))


def with_labels(backend: Backend, found: Reasons, steps: Collection[Digest]) -> Reasons:
    """Call some steps by what tells them from the others of the same graph.

    Args:
        backend: where they are stored.
        found: why they ran.
        steps: their addresses; those of which nothing is known are left out.
    """
    known = [each for each in steps if each in found.steps]
    if not known:
        return found
    labels = labels_among(backend, found)
    named = {each: structs.replace(found.steps[each], label=labels.of(each)) for each in known}
    return replace(found, steps={**found.steps, **named})


def labels_of_both(
    backend: Backend, before: Closure, after: Closure
) -> tuple[Mapping[Digest, str], Mapping[Digest, str]]:
    """What the steps of two graphs are called, each among its own."""
    return labels_of(backend, before).texts, labels_of(backend, after).texts


def _among(found: Reasons, said: Mapping[Digest, str]) -> dict[Digest, str]:
    return {each: said[each] for each in found.closure.rows if each in said}
