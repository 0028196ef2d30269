"""What annotations say of the data types and axes of arrays, and what can never fit."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from funsies.core.axes import Axes, are_other_axes, have_shape

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator


class Layout(NamedTuple):
    """A data type and axes.

    Attributes:
        axes: None for any.
        dtypes: names of the data types, as of NumPy's scalars; None for any.
    """

    axes: Axes | None = None
    dtypes: frozenset[str] | None = None

    def problem(self, array: Any) -> str:
        """Say what about an array is not as it should be; "" if all is."""
        if self.dtypes is not None and not self.dtypes & dtype_names(array):
            return f"got an array of {array.dtype}{_conversion(self.dtypes)}"
        if self.axes is not None and not have_shape(self.axes, array.shape):
            return f"got an array of shape {tuple(array.shape)}"
        return ""


def are_other_layouts(one: Layout, other: Layout) -> bool:
    """True if no array can be what both say."""
    if one.axes is not None and other.axes is not None and are_other_axes(one.axes, other.axes):
        return True
    return one.dtypes is not None and other.dtypes is not None and not one.dtypes & other.dtypes


def _conversion(dtypes: frozenset[str]) -> str:
    usual = (each for each in ("float64", "int64", "complex128") if each in dtypes)
    name = next(usual, min(dtypes, default=""))
    return f"; convert it, for example with astype(np.{name})" if name in numpy_names() else ""


def dtype_names(array: Any) -> frozenset[str]:
    """How the data type of an array is called: by the class of its items, and as shown."""
    kind, shown = getattr(array.dtype, "type", None), str(array.dtype)
    name = kind.__name__ if isinstance(kind, type) else shown.rpartition(".")[2]
    return frozenset({name, shown})


def names_below(kind: Any) -> frozenset[str]:
    """Names of the data types that a class of NumPy's scalars, ``np.floating``, stands for."""
    below = (each for each in kind.__subclasses__() if each.__module__ == "numpy")
    return frozenset({kind.__name__}).union(*map(names_below, below))


def numpy_names() -> frozenset[str]:
    """Names of all data types of NumPy, if the program uses it."""
    numpy = sys.modules.get("numpy")
    kinds = numpy.sctypeDict.values() if numpy else ()
    return frozenset(kind.__name__ for kind in kinds)


def names_like(patterns: Iterable[str | re.Pattern[str]]) -> frozenset[str]:
    """Names of data types, of which some are given as patterns."""
    return frozenset(name for each in patterns for name in _names_like(each))


def _names_like(each: str | re.Pattern[str]) -> Iterator[str]:
    if isinstance(each, str):
        yield each
    else:
        yield from filter(each.match, numpy_names())
