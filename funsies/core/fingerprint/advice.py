"""What a message advises: only what works where the function was given."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Final


class Giver(Enum):
    """How a function was given to funsies: it decides what can be said about its identity."""

    TASK = "@task, which takes ignore= and version="
    STEP = "reduce, morph, map and the like, which do not"
    BUILDER = "bind, sac, map_each and the like: it builds steps, and cannot be a task itself"
    CODEC = "register_codec, which takes version="


class Way(Enum):
    """Ways out that read differently for each giver."""

    LEAVE_OUT = "leave out"
    STATE = "state"


USUAL: Final = (
    "pass it to the task as an input",
    "make it inside the function",
    Way.LEAVE_OUT,
    Way.STATE,
)

_IGNORE: Final = 'ignore=("{name}",)'
_VERSION: Final = 'version="1"'
_TEXTS: Final = {
    (Giver.TASK, Way.LEAVE_OUT): f"leave it out with {_IGNORE}",
    (Giver.TASK, Way.STATE): f"state the identity of the code yourself with {_VERSION}",
    (Giver.STEP, Way.LEAVE_OUT): (
        f"make the function a task that leaves it out, @f.task({_IGNORE}), and call that"
    ),
    (Giver.STEP, Way.STATE): (
        f"make the function a task with a version of its own, @f.task({_VERSION}), and "
        "call that"
    ),
    (Giver.BUILDER, Way.LEAVE_OUT): (
        f"put what uses it into a task that leaves it out, @f.task({_IGNORE}), and call that"
    ),
    (Giver.BUILDER, Way.STATE): (
        f"put what uses it into a task with a version of its own, @f.task({_VERSION}), and "
        "call that"
    ),
    (Giver.CODEC, Way.STATE): f"give the codec a version, register_codec(..., {_VERSION})",
}


def advice(ways: Iterable[str | Way], giver: Giver, name: str) -> str:
    """A sentence of all that can be done.

    Args:
        ways: what can be done, best first.
        giver: how the function was given.
        name: by which the code reaches what is wrong, and ``ignore=`` knows it; "" if it has
            none.

    >>> advice(("Make it inside the function", Way.LEAVE_OUT), Giver.TASK, "N")
    'Make it inside the function; or leave it out with ignore=("N",).'
    """
    *first, last = _possible(ways, giver, name)
    text = f"{'; '.join(first)}; or {last}." if first else f"{last}."
    return text[0].upper() + text[1:]


def _possible(ways: Iterable[str | Way], giver: Giver, name: str) -> Iterator[str]:
    for way in ways:
        if isinstance(way, str):
            yield way
        elif (giver, way) in _TEXTS and (name or way is not Way.LEAVE_OUT):
            yield _TEXTS[giver, way].replace("{name}", name)
