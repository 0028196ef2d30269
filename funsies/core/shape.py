"""``Shape["*", 3]``: the axes of an array, in an annotation."""

from __future__ import annotations

from dataclasses import dataclass
from types import EllipsisType
from typing import Final, TypeAlias

from funsies.core.axes import Axes, read_axes

AxisOfShape: TypeAlias = "int | str | EllipsisType"
_ANY: Final = "*"


@dataclass(frozen=True)
class ArrayShape:
    """The axes that an array must have.

    Attributes:
        sizes: of the axes: a number, ``"*"`` for any, a name for one that is the same
            throughout the array, ``...`` for any number of axes.
    """

    sizes: tuple[AxisOfShape, ...]

    @property
    def axes(self) -> Axes:
        """The same, to be compared."""
        return read_axes(" ".join(map(_word, self.sizes)))

    def __repr__(self) -> str:
        """As it is written."""
        shown = ", ".join("..." if each is ... else repr(each) for each in self.sizes)
        return f"Shape[{shown or '()'}]"


def _word(size: AxisOfShape) -> str:
    if size is ...:
        return "..."
    return "_" if size == _ANY else str(size)


class _Notation:
    """What ``Shape`` is: a value, so that type checkers take any number of axes."""

    def __getitem__(self, sizes: AxisOfShape | tuple[AxisOfShape, ...]) -> ArrayShape:
        """Say which axes an array must have."""
        each = sizes if isinstance(sizes, tuple) else (sizes,)
        for size in each:
            _check(size)
        if each.count(...) > 1:
            raise TypeError("Shape takes ... once: how should two of them be told apart?")
        return ArrayShape(each)

    def __repr__(self) -> str:
        return "Shape"


def _check(size: object) -> None:
    is_number = type(size) is int and size >= 0
    is_name = isinstance(size, str) and (size == _ANY or size.isidentifier())
    if size is not ... and not is_number and not is_name:
        raise TypeError(
            f"an axis of Shape is a number, '*' for any size, a name, or ... for any number of "
            f"axes, not {size!r}"
        )


Shape: Final = _Notation()
"""The shape of an array, to be checked where it is stored and where a step is given it.

>>> def centred(points: Annotated[NDArray[np.float64], Shape["*", 3]]) -> Any: ...
>>> Shape["n", "n"], Shape[..., 3], Shape[()]
(Shape['n', 'n'], Shape[..., 3], Shape[()])
"""
