"""Time zones of pandas' moments: by the class of zones that they are of."""

from __future__ import annotations

import sys
from datetime import timezone
from typing import Any, Final
from zoneinfo import ZoneInfo

from funsies.core.encoding.any_node import decode_any, encode_any
from funsies.core.encoding.frames import library
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import Refused, type_name

_REMEDY: Final = 'convert it, for example with tz_convert(zoneinfo.ZoneInfo("Europe/Paris"))'


def write_zone(zone: Any) -> Json:
    """Write a time zone.

    Raises:
        Refused: if it would not come back equal.
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
        raise Refused(
            f"the time zone {zone} of type {type_name(type(zone))} is not stored; {_REMEDY}"
        )
    return raw


def read_zone(raw: Json) -> Any:
    """Read a time zone.

    Raises:
        Refused: if it is not known here.
    """
    if type(raw) is not dict or not raw.keys() & {"pytz", "pytz_minutes"}:
        return decode_any(raw)
    pytz = library("pytz", "a time zone of pytz")
    if "pytz_minutes" in raw:
        return pytz.FixedOffset(raw["pytz_minutes"])
    try:
        return pytz.timezone(raw["pytz"])
    except pytz.UnknownTimeZoneError:
        raise Refused(f"the time zone {raw['pytz']} is not known here") from None
