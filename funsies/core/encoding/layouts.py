"""Data types and axes of arrays, where an annotation names them.

``Annotated[np.ndarray, Shape["*", 3], np.float64]``, or jaxtyping's
``Float[np.ndarray, "n 3"]``.
"""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING, Any, NamedTuple, TypeGuard

from funsies.core.axes import Axes, are_other_axes, have_shape, read_axes
from funsies.core.encoding.constraints import ConstrainedNode
from funsies.core.encoding.node import Node
from funsies.core.encoding.refusal import TypeRefused
from funsies.core.shape import ArrayShape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence


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


class ShapedNode(ConstrainedNode):
    """A type of arrays, of which not all data types or axes are allowed.

    Args:
        inner: the type.
        layout: what is allowed.
        label: the annotation, as a reader would write it.
        dtypes: the data types, as the annotation calls them.
    """

    def __init__(self, inner: Node, layout: Layout, label: str, dtypes: str) -> None:
        self.layout = layout
        self._dtypes = dtypes
        super().__init__(inner)
        self.label: str = label  # it has the names of axes, which say nothing of the type

    def written(self, parts: Sequence[str]) -> str:
        """Write the type, axes and data types."""
        axes = self.layout.axes
        told = "any shape" if axes is None else repr(axes.written())
        return f"Annotated[{', '.join(filter(None, (*parts, told, self._dtypes)))}]"

    def problem(self, value: Any) -> str:
        """Why the data type or the axes of an array are others."""
        problem = self._problem(value)
        return f"expected {self.label}, {problem}" if problem else ""

    def _problem(self, value: object) -> str:
        try:
            return self.layout.problem(value)
        except (AttributeError, TypeError):
            return f"got a {type(value).__name__}, which has no such data type or shape"

    def admits(self, value: object) -> bool:
        """True for what the type admits, with such a data type and such axes."""
        return self.inner.admits(value) and not self._problem(value)

    def layouts(self) -> tuple[Layout, ...]:
        """This one, and what the type says itself."""
        return (self.layout, *self.inner.layouts())


def shaped(inner: Node, metadata: Sequence[object]) -> Node:
    """Add the shapes and data types among the metadata of an annotation of arrays."""
    shape = next((each for each in metadata if isinstance(each, ArrayShape)), None)
    scalars = [each for each in metadata if is_scalar(each)]
    if shape is None and not (scalars and inner.layouts()):
        return inner
    _check_has_axes(inner, shape)
    dtypes = frozenset[str]().union(*map(names_below, scalars)) if scalars else None
    layout = Layout(None if shape is None else shape.axes, dtypes)
    names = [each.__name__ for each in scalars]
    told = ", ".join([inner.label, *([repr(shape)] if shape else []), *names])
    return ShapedNode(inner, layout, f"Annotated[{told}]", " | ".join(sorted(names)))


def is_scalar(metadata: object) -> TypeGuard[type]:
    """True of classes of NumPy's scalars, which name data types."""
    numpy: Any = sys.modules.get("numpy")
    return bool(numpy) and isinstance(metadata, type) and issubclass(metadata, numpy.generic)


def _check_has_axes(inner: Node, shape: ArrayShape | None) -> None:
    kinds = inner.accepts or ()
    if kinds and not any(hasattr(kind, "shape") for kind in kinds):
        raise TypeRefused(
            f"{shape} of {inner.label}, whose values have no shape, and which",
            "leave the shape out, or name a class of arrays",
        )


def jaxtyped(kind: type, compile_inner: Callable[[object], Node]) -> Node | None:
    """Compile ``Float[np.ndarray, "n 3"]``; None if that is none.

    Args:
        kind: the class that jaxtyping makes of it.
        compile_inner: compiles the class of the arrays.
    """
    jaxtyping: Any = sys.modules.get("jaxtyping")
    if jaxtyping is None or not issubclass(kind, jaxtyping.AbstractArray):
        return None
    known: Any = kind
    layout = Layout(read_axes(known.dim_str), _dtypes(known.dtypes))
    called = _called(jaxtyping, known)
    return ShapedNode(compile_inner(known.array_type), layout, known.__name__, called)


def _dtypes(dtypes: object) -> frozenset[str] | None:
    """The names of the data types; None if all are allowed, as the library's mark says then."""
    return names_like(dtypes) if isinstance(dtypes, (tuple, list)) else None


def _called(jaxtyping: Any, kind: Any) -> str:
    """How the data types are called, which say more where they are not those of the library."""
    name = str(kind.__name__).partition("[")[0]
    dtypes = _dtypes(kind.dtypes)
    usual = getattr(jaxtyping, name, None)
    if usual is not None and dtypes == _dtypes(usual.dtypes):
        return name
    return f"{name} = {' | '.join(sorted(dtypes or ('any',)))}"
