"""NumPy's data types as JSON data: ``"<f8"``, and more where that does not say all."""

from __future__ import annotations

from typing import Any, Final

from funsies.core.encoding.frames import library
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import Refused

_LONGEST_FIELD_LIST: Final = 4
_OBJECTS: Final = "it holds Python objects, which have no bytes; convert it, for example "


def write_dtype(dtype: Any) -> Json:
    """Write a data type.

    Raises:
        Refused: if what is read would not be the same.
    """
    if dtype.hasobject:
        fixed = "astype(float) or astype(str)" if dtype.kind == "O" else "astype(str)"
        raise Refused(
            f"an array of {dtype} cannot be stored: {_OBJECTS}with {fixed}, or to a list"
        )
    raw = _written(dtype)
    if dtype.metadata is None and _is_same(read_dtype(raw), dtype):
        return raw
    raise Refused(f"an array of {dtype!r} cannot be stored: its dtype would not come back")


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
        raise Refused("an array whose fields have titles that are no texts cannot be stored")
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
        Refused: if the data are not those of one, or it is not known here.
    """
    try:
        return _read(raw)
    except (KeyError, TypeError, ValueError, SyntaxError):
        raise Refused("an array of a dtype that is not known here") from None


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
            raise Refused("an array of long doubles of another kind of machine")
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
