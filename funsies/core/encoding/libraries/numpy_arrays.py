"""NumPy's arrays, and its scalars that Python has not.

The head says data type, shape, and, where they are not the usual ones, order and class. Equal
arrays have equal bytes, whatever their strides; an array in Fortran's order stays one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, get_args, get_origin

from funsies.core.axes import Axes, Axis
from funsies.core.encoding.frames import Frame, FrameNode
from funsies.core.encoding.layouts import Layout, names_below
from funsies.core.encoding.libraries.numpy_frames import (
    NAMED_CLASSES,
    PLAIN_CLASSES,
    made,
    numpy_here,
    taken_apart,
)
from funsies.core.encoding.refusal import TypeRefused, ValueRefused, type_name

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from funsies.core.encoding.node import Node

FORM: Final = "$array"


class _FormNode(FrameNode):
    """Any array or scalar: what reads them all."""

    form = FORM
    label = "ndarray"
    shapes: frozenset[str] = frozenset({FORM})

    def to_frame(self, value: object) -> Frame:
        """Take an array or a scalar apart."""
        return taken_apart(value)

    def from_frame(self, frame: Frame) -> object:
        """Make an array or a scalar."""
        return made(frame)


class NdarrayNode(_FormNode):
    """``ndarray``, or one of the classes of NumPy that derive from it.

    Args:
        kind: the class.
        scalars: classes of scalars, of one of which the items must be; None for all.
        axes: None for any.
        label: the annotation, as a reader would write it.
    """

    def __init__(
        self,
        kind: type,
        scalars: tuple[type, ...] | None = None,
        axes: Axes | None = None,
    ) -> None:
        self.kind = kind
        dtypes = None if scalars is None else frozenset[str]().union(*map(names_below, scalars))
        self.layout: Layout = Layout(axes, dtypes)
        self.label: str = _label(kind, scalars, axes)
        known = [getattr(numpy_here(), name) for name in (*PLAIN_CLASSES, *NAMED_CLASSES)]
        self.accepts: frozenset[type] | None = frozenset(
            each for each in known if issubclass(each, kind)
        )

    def to_frame(self, value: object) -> Frame:
        """Take an array apart."""
        if type(value) not in (self.accepts or ()):
            self._refuse_array(value)
        self._check(value)
        return taken_apart(value)

    def from_frame(self, frame: Frame) -> object:
        """Make an array."""
        value = made(frame)
        if type(value) not in (self.accepts or ()):
            raise ValueRefused(f"expected {self.label}, found a {type_name(type(value))}")
        self._check(value)
        return value

    def _refuse_array(self, value: object) -> None:
        if isinstance(value, numpy_here().ma.MaskedArray):
            raise ValueRefused(
                f"expected {self.label}, got a MaskedArray, whose mask would be lost; pass "
                "data and mask as two arrays, or filled() of it"
            )
        if isinstance(value, numpy_here().ndarray):
            raise ValueRefused(
                f"expected {self.label}, got a {type_name(type(value))}, which may hold "
                "more than an array; pass np.asarray(...) of it, or register_codec() for it"
            )
        self.refuse(value)

    def _check(self, array: Any) -> None:
        if problem := self.layout.problem(array):
            raise ValueRefused(f"expected {self.label}, {problem}")

    def admits(self, value: object) -> bool:
        """True for arrays of such a class, with such items and such a shape."""
        return isinstance(value, self.kind) and not self.layout.problem(value)

    def layouts(self) -> tuple[Layout, ...]:
        """Data type and axes."""
        return (self.layout,)


class NumpyScalarNode(_FormNode):
    """A class of NumPy's scalars that no class of Python equals: ``datetime64``."""

    def __init__(self, kind: type) -> None:
        self.kind = kind
        self.label: str = kind.__name__
        self.accepts: frozenset[type] | None = frozenset({kind})

    def to_frame(self, value: object) -> Frame:
        """Take a scalar apart."""
        if type(value) is not self.kind:
            self.refuse(value)
        return taken_apart(value)

    def from_frame(self, frame: Frame) -> object:
        """Make a scalar."""
        value = made(frame)
        if type(value) is not self.kind:
            raise ValueRefused(f"expected {self.label}, found a {type_name(type(value))}")
        return value


FORMS: Final[Mapping[str, Callable[[], Node]]] = {FORM: _FormNode}


def node_for(kind: type, arguments: tuple[object, ...]) -> Node | None:
    """Compile a class of NumPy: of arrays or of scalars; None if it is none of them."""
    numpy = numpy_here()
    if issubclass(kind, numpy.ndarray):
        names = (*PLAIN_CLASSES, *NAMED_CLASSES)
        if not any(kind is getattr(numpy, name) for name in names):
            return None
        shape, dtype, *_ = (*arguments, None, None)
        return NdarrayNode(kind, _scalars(dtype), _axes(shape))
    is_concrete = kind is numpy.void or not kind.__subclasses__()
    if not issubclass(kind, numpy.generic) or kind is numpy.object_ or not is_concrete:
        return None
    return NumpyScalarNode(kind) if kind.__module__ == "numpy" else None


def annotation_of(value: object) -> Any:
    """Say of which type the items of an array are; None if it is no array."""
    numpy = numpy_here()
    if type(value) is not numpy.ndarray:
        return None
    return numpy.ndarray[Any, numpy.dtype[value.dtype.type]]  # type: ignore[attr-defined,index]  # an array


def _scalars(dtype: object) -> tuple[type, ...] | None:
    """The classes that ``dtype[float64]`` allows; None if it allows all."""
    for argument in get_args(dtype):
        return _classes(argument)
    return None


def _classes(argument: object) -> tuple[type, ...] | None:
    if isinstance(argument, TypeVar):
        bounds = argument.__constraints__ or (argument.__bound__,)
        return _all_of(bounds)
    if isinstance(argument, type) and issubclass(argument, numpy_here().generic):
        return None if argument is numpy_here().generic else (argument,)
    return _all_of(get_args(argument)) if get_args(argument) else None


def _all_of(arguments: Sequence[object]) -> tuple[type, ...] | None:
    found = [_classes(each) for each in arguments]
    return None if None in found else tuple(kind for kinds in found for kind in kinds or ())


def _axes(shape: object) -> Axes | None:
    """The axes that ``tuple[int, Literal[3]]`` allows; None if it allows all."""
    arguments = get_args(shape)
    if get_origin(shape) is not tuple or Ellipsis in arguments:
        return None
    return Axes(tuple(map(_axis, arguments)))


def _axis(size: object) -> Axis:
    if get_origin(size) is not Literal:
        return Axis()
    values = get_args(size)
    if len(values) == 1 and type(values[0]) is int:
        return Axis(frozenset(values))
    raise TypeRefused(f"an axis of size {size}", "name one number: Literal[3]")


def _label(kind: type, scalars: tuple[type, ...] | None, axes: Axes | None) -> str:
    items = " | ".join(sorted(each.__name__ for each in scalars or ())) or "Any"
    if axes is not None:
        sizes = [f"Literal[{max(axis.sizes)}]" if axis.sizes else "int" for axis in axes.first]
        return f"{kind.__name__}[tuple[{', '.join(sizes) or '()'}], dtype[{items}]]"
    if scalars is None:
        return kind.__name__
    return f"NDArray[{items}]" if kind is numpy_here().ndarray else f"{kind.__name__}[{items}]"
