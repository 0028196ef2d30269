"""Axes of arrays, as annotations name them: ``"n 3"``, ``"... 3"``, ``"_ #3"``.

This is the notation of jaxtyping; that of ``Shape["*", 3]`` is turned into it. An axis is a
size, a name, which stands for the same size throughout one array, or anything: ``_``, and what
is calculated (``n+1``). ``...`` and ``*names`` are any number of axes, ``#3`` is 3 or 1, and
``#n`` is what ``n`` is, or 1.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

_WORD: Final = re.compile(r"(?P<marks>[#*?_]*)(?:\w+=)?(?P<rest>.*)")


class Axis(NamedTuple):
    """One axis.

    Attributes:
        sizes: that it can have; None for all.
        name: of its size, if it has one.
        or_one: True if it can also have the size 1, whatever its name stands for.
    """

    sizes: frozenset[int] | None = None
    name: str = ""
    or_one: bool = False


class Axes(NamedTuple):
    """The axes of an array.

    Attributes:
        first: the axes; those before any number of others, if there is a ``last``.
        last: the axes after any number of others; None if there are no others.
    """

    first: tuple[Axis, ...]
    last: tuple[Axis, ...] | None = None

    @property
    def minimum(self) -> int:
        """The smallest number of axes."""
        return len(self.first) + len(self.last or ())

    def of_number(self, number: int) -> tuple[Axis, ...] | None:
        """The axes of an array that has so many; None if it cannot have so many."""
        more = number - self.minimum
        if more < 0 or (more and self.last is None):
            return None
        return (*self.first, *[Axis()] * more, *(self.last or ()))

    def written(self) -> str:
        """The notation, the same for all that means the same."""
        every = (*self.first, *(self.last or ()))
        named = [axis.name for axis in every if axis.name]
        shared = sorted({name for name in named if named.count(name) > 1}, key=named.index)
        first, last = (
            [_word(axis, shared) for axis in each] for each in (self.first, self.last or ())
        )
        return " ".join([*first, *([] if self.last is None else ["..."]), *last])


def _word(axis: Axis, shared: Sequence[str]) -> str:
    if axis.sizes is not None:
        return ("#" if len(axis.sizes) > 1 else "") + str(max(axis.sizes))
    if axis.name not in shared:
        return "_"
    return ("#" if axis.or_one else "") + f"n{shared.index(axis.name)}"


def read_axes(text: str) -> Axes:
    """Read the notation.

    >>> [axis.name or axis.sizes for axis in read_axes("n 3").first]
    ['n', frozenset({3})]
    >>> read_axes("*batch rows cols=3").written()
    '... _ 3'
    """
    axes: list[Axis] = []
    more_at = None
    for word in text.split():
        if word == "..." or "*" in _parts(word)[0]:
            more_at = len(axes)
        else:
            axes.append(_axis(*_parts(word)))
    if more_at is None:
        return Axes(tuple(axes))
    return Axes(tuple(axes[:more_at]), tuple(axes[more_at:]))


def _parts(word: str) -> tuple[str, str]:
    found = _WORD.fullmatch(word)
    return (found["marks"], found["rest"]) if found else ("", "")


def _axis(marks: str, rest: str) -> Axis:
    if rest.isdecimal():
        return Axis(frozenset({int(rest), 1} if "#" in marks else {int(rest)}))
    if rest.isidentifier() and marks in {"", "#"}:
        return Axis(name=rest, or_one=marks == "#")
    return Axis()


def have_shape(axes: Axes, shape: Sequence[int]) -> bool:
    """True if an array of such a shape has such axes.

    >>> have_shape(read_axes("n n"), (2, 2)), have_shape(read_axes("n n"), (2, 3))
    (True, False)
    """
    wanted = axes.of_number(len(shape))
    if wanted is None:
        return False
    named: dict[str, int] = {}
    return all(
        (axis.or_one and size == 1)
        or (
            (axis.sizes is None or size in axis.sizes)
            and (not axis.name or named.setdefault(axis.name, size) == size)
        )
        for axis, size in zip(wanted, shape, strict=True)
    )


def are_other_axes(one: Axes, other: Axes) -> bool:
    """True if no array can have the axes of both.

    >>> are_other_axes(read_axes("n 3"), read_axes("n 4"))
    True
    >>> are_other_axes(read_axes("n 3"), read_axes("... 3"))
    False
    """
    number = max(_numbers((one, other)), default=one.minimum + other.minimum)
    left, right = one.of_number(number), other.of_number(number)
    if left is None or right is None:
        return True
    return any(map(_are_other_sizes, left, right))


def _numbers(all_axes: Iterable[Axes]) -> list[int]:
    """Of those that have a certain number of axes."""
    return [axes.minimum for axes in all_axes if axes.last is None]


def _are_other_sizes(one: Axis, other: Axis) -> bool:
    return one.sizes is not None and other.sizes is not None and not one.sizes & other.sizes
