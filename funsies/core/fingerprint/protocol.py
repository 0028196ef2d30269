"""How objects of other layers take part in fingerprints, without being known here."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any, NamedTuple


class WrappedTask(NamedTuple):
    """What a task answers when it is asked for its code.

    A class takes part by a method ``__funsies_fingerprint__(self) -> WrappedTask``.

    Attributes:
        function: the function that the task wraps.
        name: name of the task.
        version: identity of the code as stated by the user, in place of a fingerprint.
        ignore: names in the code that its fingerprint leaves out.
        strict: whether the function is given values, not results.
    """

    function: Callable[..., Any]
    name: str
    version: str | None = None
    ignore: Collection[str] = ()
    strict: bool = True


def wrapped_task(thing: object) -> WrappedTask | None:
    """Ask an object for the function that it wraps; None if it is no task."""
    ask = getattr(type(thing), "__funsies_fingerprint__", None)
    return None if ask is None else ask(thing)


def is_artefact(thing: object) -> bool:
    """True of a pointer to a value that does not exist yet.

    Its class says so: ``__funsies_artefact__ = True``.
    """
    return getattr(type(thing), "__funsies_artefact__", False) is True
