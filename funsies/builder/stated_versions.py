"""``version=`` stands in the place of code: two functions must not claim the same one.

Which of them ran would depend on which was built first, so the second one is refused. What was
defined again under its own name (a cell that was run again) is what it was, as its user says.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from types import FunctionType
from typing import Any, Final

from funsies.core.errors import WiringError
from funsies.core.fingerprint import held_by

_MOST_REMEMBERED: Final = 10_000
_COMPARED: Final = (bool, int, float, complex, str, bytes, type(None))
"""Values of which two that are not equal are certainly not the same."""

_claimed: dict[Hashable, Callable[..., Any]] = {}


def refuse_second_claim(
    task: Hashable, function: Callable[..., Any], name: str, version: str
) -> None:
    """Refuse a task that would be taken for another of this program.

    Args:
        task: identity of the task; the version is part of it.
        function: of the task.
        name: of the task.
        version: of the task.

    Raises:
        WiringError: if another function was given under the same identity.
    """
    if len(_claimed) >= _MOST_REMEMBERED:
        _claimed.clear()
    if _are_different(_claimed.setdefault(task, function), function):
        raise WiringError(
            f"two functions are tasks with the name {name} and version={version!r}, which "
            "stand in the place of code: what one computes would be taken for the other's. "
            "Give one of them another name= or version=, or pass what differs as an input"
        )


def _are_different(one: Callable[..., Any], other: Callable[..., Any]) -> bool:
    if one is other or not (isinstance(one, FunctionType) and isinstance(other, FunctionType)):
        return False
    if (one.__module__, one.__qualname__) != (other.__module__, other.__qualname__):
        return True
    if one.__code__ != other.__code__:
        return one.__name__ == "<lambda>"
    return list(_values(one)) != list(_values(other))


def _values(function: FunctionType) -> Iterator[tuple[str, object]]:
    """What a function has captured, and its defaults, as far as they can be compared."""
    defaults = dict(enumerate(function.__defaults__ or ()))
    for name, value in (*held_by(function).items(), *defaults.items()):
        if isinstance(value, _COMPARED):
            yield f"{name}: {type(value).__qualname__}", value
