"""NumPy's arrays for those who need not have NumPy: a line to look at, a ``.npy`` file."""

from __future__ import annotations

import struct
from math import prod
from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_SHOWN_ITEMS: Final = 6
FORMATS: Final = {
    "b1": "?",
    **{f"i{size}": code for size, code in zip((1, 2, 4, 8), "bhiq", strict=True)},
    **{f"u{size}": code for size, code in zip((1, 2, 4, 8), "BHIQ", strict=True)},
    **{f"f{size}": code for size, code in zip((2, 4, 8), "efd", strict=True)},
}
"""How :mod:`struct` calls the data types whose items are shown."""
_NAMES: Final = {"b": "bool", "i": "int", "u": "uint", "f": "float", "c": "complex"}
_TIMES: Final = {"M": "datetime64", "m": "timedelta64"}
_BEGIN: Final = b"\x93NUMPY\x01\x00"
_LENGTH: Final = struct.Struct("<H")
_ALIGNMENT: Final = 64
to_file: Final = None
"""The bytes are the file, behind what :func:`file_header` makes."""


def preview(head: Json, parts: Sequence[memoryview]) -> str:
    """Say on one line what an array is, with its first items.

    Args:
        head: what ``numpy_frames.py`` wrote.
        parts: the bytes, or the beginning of them.

    >>> preview({"dtype": "<i2", "shape": [2]}, [memoryview(bytes([1, 0, 2, 0]))])
    'array of int16, shape (2,): 1, 2'
    """
    about = _checked(head)
    name = about.get("class", "array")
    text = f"{name} of {name_of_dtype(about['dtype'])}, shape {tuple(about['shape'])}"
    items = list(_items(about, parts[0])) if parts else []
    is_all = len(items) == prod(about["shape"])
    return f"{text}: {', '.join(items)}{'' if is_all else ', ...'}" if items else text


def _items(head: dict[str, Any], data: memoryview) -> Iterator[str]:
    """The first items, in the order of C."""
    dtype, count = head["dtype"], min(_SHOWN_ITEMS, prod(head["shape"]))
    code = FORMATS.get(dtype[1:]) if isinstance(dtype, str) else None
    if code is None or (head.get("order") == "F" and count > 1):
        return
    one = struct.Struct((dtype[0].replace("|", "=")) + code)
    for index in range(min(count, data.nbytes // one.size)):
        yield repr(one.unpack_from(data, index * one.size)[0])


def name_of_dtype(dtype: Json) -> str:
    """How NumPy calls a data type.

    >>> name_of_dtype("<f8")
    'float64'
    """
    if not isinstance(dtype, str):
        return "long doubles" if isinstance(dtype, dict) and "long" in dtype else "records"
    kind, size = dtype[1:2], dtype[2:]
    if dtype == "|b1":
        return "bool"
    order = "big-endian " if dtype[0] == ">" else ""
    if kind in _TIMES:
        return f"{order}{_TIMES[kind]}{dtype[3:]}"
    is_number = kind in _NAMES and size.isdigit()
    return order + (f"{_NAMES[kind]}{8 * int(size)}" if is_number else dtype[1:])


table: Final = preview
"""An array is shown on one line, also where there is room for more."""


def file_header(head: Json) -> bytes | None:
    """What stands before the bytes of an array in a ``.npy`` file.

    Returns:
        None for an array of records or long doubles, whose head says more than the file could.
    """
    about = _checked(head)
    if not isinstance(about["dtype"], str):
        return None
    described = {
        "descr": about["dtype"],
        "fortran_order": about.get("order") == "F",
        "shape": tuple(about["shape"]),
    }
    text = repr(described).encode()
    filling = -(len(_BEGIN) + _LENGTH.size + len(text) + 1) % _ALIGNMENT
    return _BEGIN + _LENGTH.pack(len(text) + filling + 1) + text + b" " * filling + b"\n"


def _checked(head: Json) -> dict[str, Any]:
    if type(head) is not dict or type(head.get("shape")) is not list or "dtype" not in head:
        raise ValueRefused("expected an array, found other data")
    return head
