"""Data types and axes of arrays, as annotations name them: which ones can never fit."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from mypy.types import Instance, TupleType, Type, get_proper_type

from funsies.core.axes import Axes, Axis, are_other_axes, read_axes

from .types import literal_value

SHAPE: Final = "<shape>"
SHAPE_SHOWN: Final = "<shape as it is written>"
DTYPES: Final = "<data types>"
DTYPES_SHOWN: Final = "<data types as they are written>"
"""Not attributes that a program can name."""

LAYOUT: Final = (SHAPE, SHAPE_SHOWN, DTYPES, DTYPES_SHOWN)

_ARRAY: Final = "numpy.ndarray"
_INTS: Final = ("int8", "int16", "int32", "int64")
_UINTS: Final = tuple(f"u{each}" for each in _INTS)
_FLOATS: Final = ("float16", "float32", "float64", "longdouble")
_COMPLEX: Final = ("complex64", "complex128", "clongdouble")
_OTHERS: Final = ("str_", "bytes_", "bool", "datetime64", "timedelta64")
_CLASSES: Final[dict[str, tuple[str, ...]]] = {
    "signedinteger": (*_INTS, "longlong"),
    "unsignedinteger": (*_UINTS, "ulonglong"),
    "integer": (*_INTS, *_UINTS, "longlong", "ulonglong"),
    "floating": _FLOATS,
    "complexfloating": _COMPLEX,
    "inexact": (*_FLOATS, *_COMPLEX),
    "number": (*_INTS, *_UINTS, "longlong", "ulonglong", *_FLOATS, *_COMPLEX),
    "character": ("str_", "bytes_"),
    **{each: (each,) for each in (*_INTS, *_UINTS, *_FLOATS, *_COMPLEX, *_OTHERS)},
    "bool_": ("bool",),
}
"""Classes of NumPy's scalars, and the data types that they stand for."""

_SMALL_FLOATS: Final = ("float16", "float32", "float64")
_SMALL_COMPLEX: Final = ("complex64", "complex128")
_OF_JAXTYPING: Final[dict[str, tuple[str, ...]]] = {
    "Bool": ("bool",),
    "Int": _INTS,
    "UInt": _UINTS,
    "Integer": (*_INTS, *_UINTS),
    "Float": _SMALL_FLOATS,
    "Complex": _SMALL_COMPLEX,
    "Inexact": (*_SMALL_FLOATS, *_SMALL_COMPLEX),
    "Real": (*_INTS, *_UINTS, *_SMALL_FLOATS),
    "Num": (*_INTS, *_UINTS, *_SMALL_FLOATS, *_SMALL_COMPLEX),
    **{
        each.title().replace("Ui", "UI"): (each,)
        for each in (*_INTS, *_UINTS, *_SMALL_FLOATS, *_SMALL_COMPLEX)
    },
}
"""Names that jaxtyping has for data types; ``Shaped`` says nothing of them."""

JAXTYPING: Final = frozenset(_OF_JAXTYPING) | {"Shaped"}

_BY_BITS: Final = {
    "signedinteger": "int",
    "unsignedinteger": "uint",
    "floating": "float",
    "complexfloating": "complex",
}


@dataclass(frozen=True)
class Layout:
    """What is said of an array.

    Attributes:
        axes: None for any.
        dtypes: names of data types; None for any.
        shape_shown: how the axes are written.
        dtypes_shown: how the data types are written.
    """

    axes: Axes | None = None
    dtypes: frozenset[str] | None = None
    shape_shown: str = ""
    dtypes_shown: str = ""


def dtypes_of_class(name: str) -> tuple[str, ...]:
    """Data types that a class of NumPy's scalars stands for; none if that is not known."""
    return _CLASSES.get(name, ())


def dtypes_of_jaxtyping(name: str) -> tuple[str, ...]:
    """Data types that a name of jaxtyping stands for; none if that is not known."""
    return _OF_JAXTYPING.get(name, ())


def difference(given: Type, wanted: Type) -> tuple[str, str] | None:
    """How the one array and the other one are written, if no array can be both."""
    for one in _layouts(given):
        for other in _layouts(wanted):
            if one.axes and other.axes and are_other_axes(one.axes, other.axes):
                return f"shape {one.shape_shown}", f"shape {other.shape_shown}"
            if one.dtypes and other.dtypes and not one.dtypes & other.dtypes:
                return one.dtypes_shown, other.dtypes_shown
    return None


def without_layout(kind: Type) -> Type:
    """A type of arrays, without what an annotation says besides."""
    found = get_proper_type(kind)
    if not isinstance(found, Instance) or found.extra_attrs is None:
        return kind
    if not found.extra_attrs.attrs.keys() & set(LAYOUT):
        return kind
    plain = found.copy_modified()
    plain.extra_attrs = None
    return plain


def _layouts(kind: Type) -> Iterator[Layout]:
    found = get_proper_type(kind)
    if not isinstance(found, Instance):
        return
    if found.extra_attrs is not None:
        yield _annotated(found)
    if found.type.fullname == _ARRAY and len(found.args) == 2:  # noqa: PLR2004 - shape and type
        yield _of_arguments(*found.args)


def _annotated(kind: Instance) -> Layout:
    def told(name: str) -> str | None:
        attrs = kind.extra_attrs.attrs if kind.extra_attrs else {}
        value = literal_value(attrs[name]) if name in attrs else None
        return value if isinstance(value, str) else None

    shape, dtypes = told(SHAPE), told(DTYPES)
    return Layout(
        None if shape is None else read_axes(shape),
        None if dtypes is None else frozenset(dtypes.split()),
        told(SHAPE_SHOWN) or "",
        told(DTYPES_SHOWN) or "",
    )


def _of_arguments(shape: Type, dtype: Type) -> Layout:
    dtypes = _dtype_of(dtype)
    sizes = get_proper_type(shape)
    axes = Axes(tuple(map(_axis, sizes.items))) if isinstance(sizes, TupleType) else None
    shown = "(" + ", ".join(map(_shown, axes.first)) + ")" if axes else ""
    return Layout(axes, frozenset(dtypes) or None, shown, " | ".join(dtypes))


def _shown(axis: Axis) -> str:
    return "*" if axis.sizes is None else str(max(axis.sizes))


def _axis(size: Type) -> Axis:
    value = literal_value(size)
    return Axis(frozenset({value})) if type(value) is int else Axis()


def _dtype_of(dtype: Type) -> tuple[str, ...]:
    """The data types of ``dtype[float64]``; none if that is not known."""
    found = get_proper_type(dtype)
    scalar = (
        get_proper_type(found.args[0]) if isinstance(found, Instance) and found.args else None
    )
    if not isinstance(scalar, Instance) or not scalar.type.fullname.startswith("numpy."):
        return ()
    bits = [get_proper_type(each) for each in scalar.args]
    name = _by_bits(scalar.type.name, [each for each in bits if isinstance(each, Instance)])
    return dtypes_of_class(name or scalar.type.name)


def _by_bits(name: str, bits: list[Instance]) -> str:
    """``int64`` of ``signedinteger[_64Bit]``; "" of what has no bits."""
    numbers = [each.type.name.strip("_").removesuffix("Bit") for each in bits]
    if name not in _BY_BITS or not numbers or not all(map(str.isdecimal, numbers)):
        return ""
    return f"{_BY_BITS[name]}{sum(map(int, numbers))}"
