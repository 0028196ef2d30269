"""Looking at what mypy asks no plugin about, such as conditions, once it went past it.

Its hooks are about calls and attributes. By then mypy knows the types of what stands before
them, and that is looked at. So what stands after the last such call of a file is not seen.
"""

from __future__ import annotations

import sys
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeAlias

from mypy.checker import TypeChecker
from mypy.nodes import Context, Expression, FuncDef, MypyFile, Node
from mypy.types import Type

from .walk import nodes_of, once_a_file


@dataclass(frozen=True, slots=True)
class Passed:
    """What a look at a spot can ask about.

    Attributes:
        api: the type checker.
        here: the expression that mypy is about to give a type.
        kind: that type, as far as it is known.
    """

    api: TypeChecker
    here: Context
    kind: Type

    def type_of(self, expression: Expression) -> Type | None:
        """The type of an expression; None if mypy has not been there for good."""
        return self.api._type_maps[0].get(expression)  # noqa: SLF001 - others are attempts

    def type_here(self, expression: Expression) -> Type | None:
        """The same, or what the hook says, which may be about an overload that does not fit."""
        return self.kind if expression is self.here else self.type_of(expression)


def known_type(api: TypeChecker, expression: Expression) -> Type | None:
    """The type of an expression; None if mypy has not been there."""
    return api.lookup_type(expression) if api.has_type(expression) else None


@contextmanager
def _heard(api: TypeChecker) -> Iterator[None]:
    """Report for good, also while mypy tries something and drops what is reported."""
    watchers = api.errors._watchers  # noqa: SLF001 - mypy has no name for them
    kept = list(watchers)
    watchers.clear()
    try:
        yield
    finally:
        watchers[:] = kept


Look: TypeAlias = Callable[[Passed], None]
"""Reports what is wrong at a spot, if anything."""


@dataclass(slots=True)
class Way:
    """The spots of a file, and how far mypy is.

    It goes back to repeat loops, and for functions, which come after the top of their file.
    Then it looks again at the spots in between: mypy prints what is reported twice once.

    Attributes:
        spots: lines and looks, in the order of lines.
        starts: lines where functions begin, in order, and the end.
        line: of the last hook.
    """

    spots: list[tuple[int, Look]]
    starts: list[int]
    line: int = 0
    _lines: list[int] = field(init=False)

    def __post_init__(self) -> None:
        self.spots.sort(key=lambda spot: spot[0])
        self._lines = [line for line, _ in self.spots]

    def go_on(self, passed: Passed) -> None:
        """Look at the spots on the way to a line."""
        left, here = self.line, passed.here.line
        self.line = here
        end = max(here, passed.here.end_line or 0)
        if left <= here:
            self._look_at(passed, left, end)
        else:
            self._look_at(passed, left, self.starts[bisect_right(self.starts, left)])
            self._look_at(passed, self.starts[bisect_right(self.starts, here) - 1], end)

    def _look_at(self, passed: Passed, first: int, last: int) -> None:
        start, end = bisect_left(self._lines, first), bisect_right(self._lines, last)
        if start == end:
            return
        with _heard(passed.api):
            for _, look in self.spots[start:end]:
                look(passed)


def way_with(
    looks_at: Callable[[Node], Iterable[tuple[Expression, Look]]],
) -> Callable[[MypyFile], Way]:
    """Make what finds the spots of a file, once.

    Args:
        looks_at: the spots right below a node.
    """

    @once_a_file
    def way(tree: MypyFile) -> Way:
        nodes = nodes_of(tree)
        found = (spot for node in nodes for spot in looks_at(node))
        starts = sorted(node.line for node in nodes if isinstance(node, FuncDef))
        return Way([(where.line, look) for where, look in found], [-1, *starts, sys.maxsize])

    return way
