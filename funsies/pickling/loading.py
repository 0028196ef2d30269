"""Loading what was dumped: a function, and the values that have to be laid over meanwhile."""

from __future__ import annotations

import io
import pickle
from collections.abc import Iterator
from typing import Any, NamedTuple

from . import live
from .overlay import REGISTERED, Entry, Overlay


class Loaded(NamedTuple):
    """What came out of a pickle.

    Attributes:
        payload: what was dumped.
        overlay: the values that its code needs while it runs.
    """

    payload: Any
    overlay: Overlay


def load_function(data: bytes, made_by: str) -> Loaded:
    """Load what :func:`~funsies.pickling.pickler.dump_function` made.

    Args:
        data: the bytes. They run code: load only what a trusted client has signed.
        made_by: name of the process that dumped it.
    """
    unpickler = pickle.Unpickler(io.BytesIO(data))  # noqa: S301 - the caller has checked it
    with live.loading(made_by):
        for entry in _entries(unpickler):  # of frozen modules, which others import
            if not live.has_own_main() and entry.owner is not None:
                setattr(entry.owner, entry.name, entry.value)
        payload = unpickler.load()
        overlay = Overlay(_entries(unpickler))
        return Loaded(payload, overlay)


def _entries(unpickler: pickle.Unpickler) -> Iterator[Entry]:
    while (parts := unpickler.load()) is not None:
        entry = Entry(*parts)
        if entry.name == REGISTERED:
            entry.owner.register(entry.value)
        elif entry.owner is not None:
            yield entry
