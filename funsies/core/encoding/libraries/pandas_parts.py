"""What the parts of pandas' values have in common: where they go, cells and time zones."""

from __future__ import annotations

import sys
from datetime import timezone
from typing import TYPE_CHECKING, Any, Final
from zoneinfo import ZoneInfo

from funsies.core.encoding.any_node import decode_any, encode_any
from funsies.core.encoding.frames import library
from funsies.core.encoding.libraries.numpy_arrays import FORM as ARRAY
from funsies.core.encoding.libraries.numpy_arrays import FORMS as ARRAYS
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused, show, type_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    from typing_extensions import Buffer

NOT_PANDAS: Final = "expected a value of pandas, found other data"


def pandas_here() -> Any:
    """The library.

    Raises:
        ValueRefused: if it is not installed.
    """
    return library("pandas", "a value of pandas")


def is_before_3() -> bool:
    """True of a pandas that keeps texts itself, and copies unless it is told not to."""
    return int(pandas_here().__version__.partition(".")[0]) < 3  # noqa: PLR2004


def numpy_here() -> Any:
    """NumPy, without which there is no pandas."""
    return library("numpy", "a value of pandas")


class Sink:
    """The parts of a value that is taken apart, by their numbers."""

    def __init__(self) -> None:
        self.parts: list[Buffer] = []

    def put(self, data: Buffer) -> int:
        """Keep some bytes, and say which part they are."""
        self.parts.append(data)
        return len(self.parts) - 1


def part_at(parts: Sequence[Any], index: Json) -> Any:
    """Read a part by its number.

    Raises:
        ValueRefused: if there is none.
    """
    if type(index) is not int or not 0 <= index < len(parts):
        raise ValueRefused("a part of this value is not there")
    return parts[index]


def write_cell(value: object) -> Json:
    """Write one value, of a column of objects for example.

    Scalars of NumPy stay what they are, also in the tuples that are the labels of levels: in a
    table, their type is that of what comes out.

    Raises:
        ValueRefused: if it has no encoding.
    """
    if isinstance(value, numpy_here().generic):
        return ARRAYS[ARRAY]().encode(value)
    if type(value) is tuple:
        return {"$tuple": [write_cell(item) for item in value]}
    return encode_any(value)


def write_name(name: object) -> Json:
    """Write the name of an index or a series.

    Raises:
        ValueRefused: if it has no encoding, or pandas would not take it for a name.
    """
    try:
        hash(name)
    except TypeError:
        raise ValueRefused(
            f"the name {show(name)}, which is not hashable; use a tuple"
        ) from None
    return write_cell(name)


def read_cell(raw: Json) -> Any:
    """Read one value.

    Raises:
        ValueRefused: if it cannot be read.
    """
    return decode_any(raw)


_REMEDY: Final = 'convert it, for example with tz_convert(zoneinfo.ZoneInfo("Europe/Paris"))'


def write_zone(zone: Any) -> Json:
    """Write a time zone.

    Raises:
        ValueRefused: if it would not come back equal.
    """
    if type(zone) in (ZoneInfo, timezone):
        return encode_any(zone)
    pytz = sys.modules.get("pytz")
    raw: Json = None
    if pytz is not None and isinstance(zone, pytz.tzinfo.BaseTzInfo) and zone.zone:
        raw = {"pytz": zone.zone}
    elif pytz is not None and type(zone) is type(pytz.FixedOffset(1)):
        raw = {"pytz_minutes": int(zone.utcoffset(None).total_seconds() // 60)}
    if raw is None or type(read_zone(raw)) is not type(zone):
        raise ValueRefused(
            f"the time zone {zone} of type {type_name(type(zone))} is not stored; {_REMEDY}"
        )
    return raw


def read_zone(raw: Json) -> Any:
    """Read a time zone.

    Raises:
        ValueRefused: if it is not known here.
    """
    if type(raw) is not dict or not raw.keys() & {"pytz", "pytz_minutes"}:
        return decode_any(raw)
    pytz = library("pytz", "a time zone of pytz")
    if "pytz_minutes" in raw:
        return pytz.FixedOffset(raw["pytz_minutes"])
    try:
        return pytz.timezone(raw["pytz"])
    except pytz.UnknownTimeZoneError:
        raise ValueRefused(f"the time zone {raw['pytz']} is not known here") from None
