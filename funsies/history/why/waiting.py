"""What steps wait for that were asked for and do not run yet."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from funsies.core.digest import Digest
from funsies.store.connect import Backend
from funsies.store.rows import Status

from .model import Waiting, WaitsFor
from .reading import Library

_KINDS: Final[Mapping[Status, WaitsFor]] = {
    Status.WAITING: WaitsFor.INPUTS,
    Status.READY: WaitsFor.WORKER,
    Status.DELAYED: WaitsFor.PAUSE,
    Status.DELEGATED: WaitsFor.BUILT,
}
_OF_STEPS: Final = frozenset({WaitsFor.INPUTS, WaitsFor.BUILT})


def what_it_waits_for(backend: Backend, step: Digest) -> Waiting | None:
    """What a step waits for; None if it does not wait, or not any more.

    Args:
        backend: where it is.
        step: its address.
    """
    state = Library(backend).states([step])[step]
    what = _KINDS.get(state.status)
    if what is None:
        return None
    lacking = backend.graph.waiting_on(step) if what in _OF_STEPS else ()
    return Waiting(what, state.queue, tuple(lacking))
