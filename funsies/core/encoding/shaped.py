"""Arrays whose data type or axes an annotation names.

``Annotated[np.ndarray, Shape["*", 3], np.float64]``, or jaxtyping's
``Float[np.ndarray, "n 3"]``.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TypeGuard

from funsies.core.axes import read_axes
from funsies.core.encoding.constraints import ConstrainedNode
from funsies.core.encoding.layouts import Layout, names_below, names_like
from funsies.core.encoding.node import CannotEncode, Node, Refused
from funsies.core.shape import ArrayShape

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from funsies.core.encoding.describe import Scope


class ShapedNode(ConstrainedNode):
    """A type of arrays, of which not all data types or axes are allowed.

    Args:
        inner: the type.
        layout: what is allowed.
        label: the annotation, as a reader would write it.
        dtypes: the data types, as the annotation calls them.
    """

    def __init__(self, inner: Node, layout: Layout, label: str, dtypes: str) -> None:
        super().__init__(inner, ())
        self.layout = layout
        self.label: str = label
        axes = "any shape" if layout.axes is None else repr(layout.axes.written())
        self._text = ", ".join(filter(None, (axes, dtypes)))

    def _check(self, value: object) -> None:
        if problem := self._problem(value):
            raise Refused(f"expected {self.label}, {problem}")

    def _problem(self, value: object) -> str:
        try:
            return self.layout.problem(value)
        except (AttributeError, TypeError):
            return f"got a {type(value).__name__}, which has no such data type or shape"

    def admits(self, value: object) -> bool:
        """True for what the type admits, with such a data type and such axes."""
        return self.inner.admits(value) and not self._problem(value)

    def describe(self, scope: Scope) -> str:
        """Write the type, axes and data types; names of axes say nothing."""
        return f"Annotated[{self.inner.describe(scope)}, {self._text}]"

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
        raise CannotEncode(
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
