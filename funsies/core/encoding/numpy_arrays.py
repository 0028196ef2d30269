"""NumPy's arrays, and its scalars that Python has not.

The head says data type, shape, and, where they are not the usual ones, order and class. Equal
arrays have equal bytes, whatever their strides; an array in Fortran's order stays one.
"""

from __future__ import annotations

from math import prod
from typing import TYPE_CHECKING, Any, Final, Literal, TypeVar, get_args, get_origin

from funsies.core.encoding.frames import Frame, FrameNode, library
from funsies.core.encoding.node import CannotEncode, Json, Refused, type_name
from funsies.core.encoding.numpy_dtypes import read_dtype, write_dtype

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from funsies.core.encoding.node import Node

FORM: Final = "$array"

_SCALAR: Final = "scalar"
_PLAIN_CLASSES: Final = ("ndarray", "memmap")
_NAMED_CLASSES: Final = ("matrix", "recarray")
_FRACTION_BITS: Final = 63
"""Of long doubles that have ten bytes, and six more that mean nothing."""
_NOT_AN_ARRAY: Final = "expected an array, found other data"


def _numpy() -> Any:
    return library("numpy", "a NumPy array")


class _FormNode(FrameNode):
    """Any array or scalar: what reads them all."""

    form = FORM
    label = "ndarray"
    shapes: frozenset[str] = frozenset({FORM})

    def to_frame(self, value: object) -> Frame:
        """Take an array or a scalar apart."""
        return _taken_apart(value)

    def from_frame(self, frame: Frame) -> object:
        """Make an array or a scalar."""
        return _made(frame)


class ArrayNode(_FormNode):
    """``ndarray``, or one of the classes of NumPy that derive from it.

    Args:
        kind: the class.
        scalars: classes of scalars, of one of which the items must be; None for all.
        sizes: of the axes, None for any; None for any number of axes.
        label: the annotation, as a reader would write it.
    """

    def __init__(
        self,
        kind: type,
        scalars: tuple[type, ...] | None = None,
        sizes: tuple[int | None, ...] | None = None,
    ) -> None:
        self.kind = kind
        self.scalars = scalars
        self.sizes = sizes
        self.label: str = _label(kind, scalars, sizes)
        known = [getattr(_numpy(), name) for name in (*_PLAIN_CLASSES, *_NAMED_CLASSES)]
        self.accepts: frozenset[type] | None = frozenset(
            each for each in known if issubclass(each, kind)
        )

    def to_frame(self, value: object) -> Frame:
        """Take an array apart."""
        if type(value) not in (self.accepts or ()):
            self._refuse_array(value)
        self._check(value)
        return _taken_apart(value)

    def from_frame(self, frame: Frame) -> object:
        """Make an array."""
        value = _made(frame)
        if type(value) not in (self.accepts or ()):
            raise Refused(f"expected {self.label}, found a {type_name(type(value))}")
        self._check(value)
        return value

    def _refuse_array(self, value: object) -> None:
        if isinstance(value, _numpy().ma.MaskedArray):
            raise Refused(
                f"expected {self.label}, got a MaskedArray, whose mask would be lost; pass "
                "data and mask as two arrays, or filled() of it"
            )
        if isinstance(value, _numpy().ndarray):
            raise Refused(
                f"expected {self.label}, got a {type_name(type(value))}, which may hold "
                "more than an array; pass np.asarray(...) of it, or register_codec() for it"
            )
        self.refuse(value)

    def _check(self, array: Any) -> None:
        if not self._has_dtype(array.dtype.type):
            wanted = " | ".join(each.__name__ for each in self.scalars or ())
            raise Refused(
                f"expected {self.label}, got an array of {array.dtype}; convert it, for "
                f"example with astype(np.{wanted.partition(' ')[0]})"
            )
        if not self._has_shape(array.shape):
            raise Refused(f"expected {self.label}, got an array of shape {array.shape}")

    def _has_dtype(self, scalar: type) -> bool:
        return self.scalars is None or issubclass(scalar, self.scalars)

    def _has_shape(self, shape: tuple[int, ...]) -> bool:
        return self.sizes is None or (
            len(shape) == len(self.sizes)
            and all(
                size in (None, found) for size, found in zip(self.sizes, shape, strict=True)
            )
        )

    def admits(self, value: object) -> bool:
        """True for arrays of such a class, with such items and such a shape."""
        return (
            isinstance(value, self.kind)
            and self._has_dtype(value.dtype.type)  # type: ignore[attr-defined]  # an array
            and self._has_shape(value.shape)  # type: ignore[attr-defined]
        )

    def clashes(self, produced: Node) -> bool:
        """True if no array can be what both say."""
        return isinstance(produced, ArrayNode) and (
            _never_both(self.scalars, produced.scalars) or _differ(self.sizes, produced.sizes)
        )


def _never_both(wanted: tuple[type, ...] | None, given: tuple[type, ...] | None) -> bool:
    if wanted is None or given is None:
        return False
    return not any(
        issubclass(one, other) or issubclass(other, one) for one in wanted for other in given
    )


def _differ(
    wanted: tuple[int | None, ...] | None, given: tuple[int | None, ...] | None
) -> bool:
    if wanted is None or given is None:
        return False
    return len(wanted) != len(given) or any(
        one is not None and other is not None and one != other
        for one, other in zip(wanted, given, strict=True)
    )


class ScalarNode(_FormNode):
    """A class of NumPy's scalars that no class of Python equals: ``datetime64``."""

    def __init__(self, kind: type) -> None:
        self.kind = kind
        self.label: str = kind.__name__
        self.accepts: frozenset[type] | None = frozenset({kind})

    def to_frame(self, value: object) -> Frame:
        """Take a scalar apart."""
        if type(value) is not self.kind:
            self.refuse(value)
        return _taken_apart(value)

    def from_frame(self, frame: Frame) -> object:
        """Make a scalar."""
        value = _made(frame)
        if type(value) is not self.kind:
            raise Refused(f"expected {self.label}, found a {type_name(type(value))}")
        return value


FORMS: Final[Mapping[str, Callable[[], Node]]] = {FORM: _FormNode}


def node_for(kind: type, arguments: tuple[object, ...]) -> Node | None:
    """Compile a class of NumPy: of arrays or of scalars; None if it is none of them."""
    numpy = _numpy()
    if issubclass(kind, numpy.ndarray):
        names = (*_PLAIN_CLASSES, *_NAMED_CLASSES)
        if not any(kind is getattr(numpy, name) for name in names):
            return None
        shape, dtype, *_ = (*arguments, None, None)
        return ArrayNode(kind, _scalars(dtype), _sizes(shape))
    is_concrete = kind is numpy.void or not kind.__subclasses__()
    if not issubclass(kind, numpy.generic) or kind is numpy.object_ or not is_concrete:
        return None
    return ScalarNode(kind) if kind.__module__ == "numpy" else None


def annotation_of(value: object) -> Any:
    """Say of which type the items of an array are; None if it is no array."""
    numpy = _numpy()
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
    if isinstance(argument, type) and issubclass(argument, _numpy().generic):
        return None if argument is _numpy().generic else (argument,)
    return _all_of(get_args(argument)) if get_args(argument) else None


def _all_of(arguments: Sequence[object]) -> tuple[type, ...] | None:
    found = [_classes(each) for each in arguments]
    return None if None in found else tuple(kind for kinds in found for kind in kinds or ())


def _sizes(shape: object) -> tuple[int | None, ...] | None:
    """The sizes that ``tuple[int, Literal[3]]`` allows; None if it allows all."""
    arguments = get_args(shape)
    if get_origin(shape) is not tuple or Ellipsis in arguments:
        return None
    return tuple(map(_size, arguments))


def _size(axis: object) -> int | None:
    if get_origin(axis) is not Literal:
        return None
    values = get_args(axis)
    if len(values) == 1 and type(values[0]) is int:
        return values[0]
    raise CannotEncode(f"an axis of size {axis}", "name one number: Literal[3]")


def _label(
    kind: type, scalars: tuple[type, ...] | None, sizes: tuple[int | None, ...] | None
) -> str:
    items = " | ".join(sorted(each.__name__ for each in scalars or ())) or "Any"
    if sizes is not None:
        shape = ", ".join("int" if size is None else f"Literal[{size}]" for size in sizes)
        return f"{kind.__name__}[tuple[{shape or '()'}], dtype[{items}]]"
    if scalars is None:
        return kind.__name__
    return f"NDArray[{items}]" if kind is _numpy().ndarray else f"{kind.__name__}[{items}]"


def _taken_apart(value: Any) -> Frame:
    numpy = _numpy()
    array = numpy.asarray(value)
    if isinstance(value, numpy.recarray):
        array = array.view(_without_record(numpy, array.dtype))
    head: dict[str, Json] = {"dtype": write_dtype(array.dtype), "shape": list(array.shape)}
    if array.flags.fnc:  # Fortran's order, and not C's
        head["order"] = "F"
        array = array.T
    name = _SCALAR if isinstance(value, numpy.generic) else type(value).__name__
    if name not in _PLAIN_CLASSES:
        head["class"] = name
    return Frame(head, [_data(numpy, array)])


def _without_record(numpy: Any, dtype: Any) -> Any:
    return numpy.dtype((numpy.void, dtype))


def _data(numpy: Any, array: Any) -> Any:
    """The bytes, in the order of C; those that mean nothing are zero."""
    if array.nbytes == 0:
        return b""
    if _has_gaps(array.dtype):
        array = _without_gaps(numpy, array)
    elif array.dtype.char in "gG":
        array = _without_filling(numpy, array)
    return numpy.ascontiguousarray(array).reshape(-1).view(numpy.uint8).data


def _has_gaps(dtype: Any) -> bool:
    """True if not all the bytes of an item belong to a field."""
    if dtype.subdtype is not None:
        return _has_gaps(dtype.base)
    if dtype.names is None:
        return False
    fields = [dtype.fields[name][0] for name in dtype.names]
    return sum(each.itemsize for each in fields) != dtype.itemsize or any(
        map(_has_gaps, fields)
    )


def _without_gaps(numpy: Any, array: Any) -> Any:
    clean = numpy.zeros(array.shape, array.dtype)
    _copy_fields(clean, array)
    return clean


def _copy_fields(target: Any, source: Any) -> None:
    if target.dtype.names is None:
        target[...] = source
        return
    for name in target.dtype.names:
        _copy_fields(target[name], source[name])


def _without_filling(numpy: Any, array: Any) -> Any:
    if numpy.finfo(numpy.longdouble).nmant != _FRACTION_BITS:
        return array
    clean = numpy.array(array, order="C", ndmin=1)
    size_bytes = numpy.dtype(numpy.longdouble).itemsize
    clean.reshape(-1).view(numpy.uint8).reshape(-1, size_bytes)[:, 10:] = 0
    return clean


def _made(frame: Frame) -> Any:
    head = frame.head
    if type(head) is not dict or len(frame.parts) != 1:
        raise Refused(_NOT_AN_ARRAY)
    dtype, shape = read_dtype(head.get("dtype")), _shape(head.get("shape"))
    data = memoryview(frame.parts[0])
    if data.nbytes != prod(shape) * dtype.itemsize:
        raise Refused("an array with more or fewer bytes than its shape says")
    numpy, order = _numpy(), "F" if head.get("order") == "F" else "C"
    array = (
        numpy.ndarray(shape, dtype, data, order=order)
        if data.nbytes
        else numpy.zeros(shape, dtype, order=order)
    )
    return _of_class(numpy, array, head.get("class", "ndarray"))


def _of_class(numpy: Any, array: Any, name: object) -> Any:
    if name == "ndarray":
        return array
    if name == _SCALAR and array.shape == ():
        return array[()]
    if name in _NAMED_CLASSES:
        return array.view(getattr(numpy, str(name)))
    raise Refused(_NOT_AN_ARRAY)


def _shape(raw: Json) -> tuple[int, ...]:
    if type(raw) is not list or not all(type(size) is int and size >= 0 for size in raw):
        raise Refused(_NOT_AN_ARRAY)
    return tuple(raw)
