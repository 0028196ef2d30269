"""NumPy's arrays and scalars as a head and the bytes of the items, and back."""

from __future__ import annotations

from math import prod
from typing import Any, Final

from funsies.core.encoding.frames import Frame, library
from funsies.core.encoding.libraries.numpy_dtypes import read_dtype, write_dtype
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import Refused

PLAIN_CLASSES: Final = ("ndarray", "memmap")
"""Classes of arrays that come back as ``ndarray``."""

NAMED_CLASSES: Final = ("matrix", "recarray")
"""Classes of arrays that the head names."""

_SCALAR: Final = "scalar"
_FRACTION_BITS: Final = 63
"""Of long doubles that have ten bytes, and six more that mean nothing."""
_NOT_AN_ARRAY: Final = "expected an array, found other data"


def numpy_here() -> Any:
    """The library.

    Raises:
        Refused: if it is not installed.
    """
    return library("numpy", "a NumPy array")


def taken_apart(value: Any) -> Frame:
    """Take an array or a scalar apart.

    Raises:
        Refused: if its data type cannot be stored.
    """
    numpy = numpy_here()
    array = numpy.asarray(value)
    if isinstance(value, numpy.recarray):
        array = array.view(_without_record(numpy, array.dtype))
    head: dict[str, Json] = {"dtype": write_dtype(array.dtype), "shape": list(array.shape)}
    if array.flags.fnc:  # Fortran's order, and not C's
        head["order"] = "F"
        array = array.T
    name = _SCALAR if isinstance(value, numpy.generic) else type(value).__name__
    if name not in PLAIN_CLASSES:
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


def made(frame: Frame) -> Any:
    """Make the array or the scalar.

    Raises:
        Refused: if the frame is not that of one.
    """
    head = frame.head
    if type(head) is not dict or len(frame.parts) != 1:
        raise Refused(_NOT_AN_ARRAY)
    dtype, shape = read_dtype(head.get("dtype")), _shape(head.get("shape"))
    data = memoryview(frame.parts[0])
    if data.nbytes != prod(shape) * dtype.itemsize:
        raise Refused("an array with more or fewer bytes than its shape says")
    numpy, order = numpy_here(), "F" if head.get("order") == "F" else "C"
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
    if name in NAMED_CLASSES:
        return array.view(getattr(numpy, str(name)))
    raise Refused(_NOT_AN_ARRAY)


def _shape(raw: Json) -> tuple[int, ...]:
    if type(raw) is not list or not all(type(size) is int and size >= 0 for size in raw):
        raise Refused(_NOT_AN_ARRAY)
    return tuple(raw)
