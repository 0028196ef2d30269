"""NumPy's arrays and scalars as a head and the bytes of the items, and back.

The head has the data type as JSON data: ``"<f8"``, and more where that does not say all.
"""

from __future__ import annotations

from math import prod
from typing import Any, Final

from funsies.core.encoding.frames import Frame, library
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused

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
        ValueRefused: if it is not installed.
    """
    return library("numpy", "a NumPy array")


def taken_apart(value: Any) -> Frame:
    """Take an array or a scalar apart.

    Raises:
        ValueRefused: if its data type cannot be stored.
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
        ValueRefused: if the frame is not that of one.
    """
    head = frame.head
    if type(head) is not dict or len(frame.parts) != 1:
        raise ValueRefused(_NOT_AN_ARRAY)
    dtype, shape = read_dtype(head.get("dtype")), _shape(head.get("shape"))
    data = memoryview(frame.parts[0])
    if data.nbytes != prod(shape) * dtype.itemsize:
        raise ValueRefused("an array with more or fewer bytes than its shape says")
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
    raise ValueRefused(_NOT_AN_ARRAY)


def _shape(raw: Json) -> tuple[int, ...]:
    if type(raw) is not list or not all(type(size) is int and size >= 0 for size in raw):
        raise ValueRefused(_NOT_AN_ARRAY)
    return tuple(raw)


_LONGEST_FIELD_LIST: Final = 4
_OBJECTS: Final = "it holds Python objects, which have no bytes; convert it, for example "


def write_dtype(dtype: Any) -> Json:
    """Write a data type.

    Raises:
        ValueRefused: if what is read would not be the same.
    """
    if dtype.hasobject:
        fixed = "astype(float) or astype(str)" if dtype.kind == "O" else "astype(str)"
        raise ValueRefused(
            f"an array of {dtype} cannot be stored: {_OBJECTS}with {fixed}, or to a list"
        )
    raw = _written(dtype)
    if dtype.metadata is None and _is_same(read_dtype(raw), dtype):
        return raw
    raise ValueRefused(f"an array of {dtype!r} cannot be stored: its dtype would not come back")


def _is_same(found: Any, dtype: Any) -> bool:
    is_same_struct = found.isalignedstruct == dtype.isalignedstruct
    return bool(found == dtype) and found.type is dtype.type and is_same_struct


def _written(dtype: Any) -> Json:
    if dtype.subdtype is not None:
        return {"base": _written(dtype.base), "shape": list(dtype.shape)}
    if dtype.names is None:
        return _simple(dtype)
    fields = [[name, *_field(*dtype.fields[name])] for name in dtype.names]
    return {"fields": fields, "bytes": dtype.itemsize, "aligned": dtype.isalignedstruct}


def _field(dtype: Any, offset: int, title: str | None = None) -> list[Json]:
    if title is not None and type(title) is not str:
        raise ValueRefused(
            "an array whose fields have titles that are no texts cannot be stored"
        )
    return [_written(dtype), int(offset), *([] if title is None else [title])]


def _simple(dtype: Any) -> Json:
    """Long doubles have the same name on machines where they are not the same."""
    text: str = dtype.str
    digits = _long_double_digits(dtype)
    return text if digits is None else {"long": text, "digits": digits}


def _long_double_digits(dtype: Any) -> int | None:
    numpy = library("numpy", "a NumPy array")
    is_long = dtype.char in "gG"
    return int(numpy.finfo(numpy.longdouble).nmant) if is_long else None


def read_dtype(raw: Json) -> Any:
    """Read a data type.

    Raises:
        ValueRefused: if the data are not those of one, or it is not known here.
    """
    try:
        return _read(raw)
    except (KeyError, TypeError, ValueError, SyntaxError):
        raise ValueRefused("an array of a dtype that is not known here") from None


def _read(raw: Any) -> Any:
    numpy = library("numpy", "a NumPy array")
    if type(raw) is str:
        dtype = numpy.dtype(raw)
        if dtype.hasobject or dtype.str != raw:
            raise TypeError
        return dtype
    if "long" in raw:
        dtype = numpy.dtype(raw["long"])
        if _long_double_digits(dtype) != raw["digits"]:
            raise ValueRefused("an array of long doubles of another kind of machine")
        return dtype
    if "base" in raw:
        return numpy.dtype((_read(raw["base"]), tuple(raw["shape"])))
    return _read_fields(numpy, raw)


def _read_fields(numpy: Any, raw: Any) -> Any:
    columns = list(
        zip(*((*field, None)[:_LONGEST_FIELD_LIST] for field in raw["fields"]), strict=True)
    )
    names, dtypes, offsets, titles = columns or ((), (), (), ())
    described = {
        "names": names,
        "formats": [_read(each) for each in dtypes],
        "offsets": offsets,
        "itemsize": raw["bytes"],
    }
    if any(title is not None for title in titles):
        described["titles"] = titles
    return numpy.dtype(described, align=raw["aligned"])
