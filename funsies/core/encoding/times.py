"""Dates, times, time spans and time zones."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from typing import Final
from zoneinfo import ZoneInfo

from funsies.core.encoding.node import STRING, Node, special_form
from funsies.core.encoding.parts import Json
from funsies.core.encoding.pydantic_types import is_pydantic_zone, pydantic_zone
from funsies.core.encoding.refusal import ValueRefused, show, type_name
from funsies.core.encoding.scalars import StrNode, encode_text

_SPAN: Final = re.compile(r"P(-?\d{1,9})DT(\d{1,5})(?:\.(\d{6}))?S", re.ASCII)
_TEXT: Final = StrNode()


def _zone_fields(zone: tzinfo | None) -> dict[str, Json]:
    """Say what of a time zone ISO 8601 does not: its name."""
    if zone is None:
        return {}
    if type(zone) is ZoneInfo and zone.key is not None:
        return {"zone": zone.key}
    if is_pydantic_zone(zone):
        return {"offset": encode_span(zone.utcoffset(None) or timedelta()), "by": "pydantic"}
    if type(zone) is not timezone:
        raise ValueRefused(
            f"a time zone of type {type_name(type(zone))} is not stored; use zoneinfo.ZoneInfo"
        )
    offset = zone.utcoffset(None)
    if offset.microseconds == 0 and not _is_named(zone):
        return {}
    return {"offset": encode_span(offset), "name": encode_text(zone.tzname(None))}


def _is_named(zone: timezone) -> bool:
    """True if its name is not just that of its offset."""
    return zone.tzname(None) != timezone(zone.utcoffset(None)).tzname(None)


def _encode_moment(value: datetime | time) -> Json:
    fields = _zone_fields(value.tzinfo)
    if value.fold:
        fields["fold"] = 1
    if not fields:
        return value.isoformat()
    is_plain = "zone" not in fields and "offset" not in fields
    plain = value if is_plain else value.replace(tzinfo=None)
    return {"$time": plain.replace(fold=0).isoformat(), **fields}


def _decode_zone(raw: dict[str, Json], zone: tzinfo | None) -> tzinfo | None:
    key, offset, name = raw.get("zone"), raw.get("offset"), _TEXT.decode(raw.get("name", ""))
    if type(key) is str:
        return ZoneInfo(key)
    if type(offset) is not str or type(name) is not str:
        return zone
    span = decode_span(offset)
    if raw.get("by") == "pydantic":
        return pydantic_zone(span)
    return timezone(span) if name == timezone(span).tzname(None) else timezone(span, name)


def encode_span(value: timedelta) -> str:
    """Write an ISO 8601 duration in days and seconds; only the days may be negative."""
    fraction = f".{value.microseconds:06d}" if value.microseconds else ""
    return f"P{value.days}DT{value.seconds}{fraction}S"


def decode_span(text: str) -> timedelta:
    """Read what encode_span wrote."""
    match = _SPAN.fullmatch(text)
    if match is None:
        raise ValueRefused(f"expected a duration like P1DT2.500000S, found {show(text)}")
    days, seconds, microseconds = match.groups(default="0")
    return timedelta(int(days), int(seconds), int(microseconds))


class TimezoneNode(Node):
    """``datetime.timezone``: offset, and the name if it has one of its own."""

    label = "timezone"
    accepts: frozenset[type] | None = frozenset({timezone})
    shapes: frozenset[str] = frozenset({"$timezone"})

    def encode(self, value: object) -> Json:
        """Write offset and name."""
        if type(value) is not timezone:
            self.refuse(value)
        offset = value.utcoffset(None)
        own = [encode_text(value.tzname(None))] if _is_named(value) else []
        return {"$timezone": [encode_span(offset), *own]}

    def decode(self, raw: Json) -> object:
        """Read offset and name."""
        parts = special_form(raw, "$timezone")
        if type(parts) is not list or not parts or type(parts[0]) is not str:
            self.refuse_json(raw)
        names = [str(_TEXT.decode(each)) for each in parts[1:2]]
        try:
            return timezone(decode_span(parts[0]), *names)
        except ValueError:
            self.refuse_json(raw)


class MomentNode(Node):
    """``datetime`` or ``time``: ISO 8601, with a zone's name and the fold where they matter."""

    shapes: frozenset[str] = frozenset({STRING, "$time"})

    def __init__(self, kind: type[datetime | time]) -> None:
        self.kind = kind
        self.label: str = kind.__name__
        self.accepts: frozenset[type] | None = frozenset({kind})

    def encode(self, value: object) -> Json:
        """Write ISO 8601."""
        if type(value) is not self.kind:
            return self.encode_other(value)
        assert isinstance(value, (datetime, time))  # noqa: S101  (self.kind is one of the two)
        return _encode_moment(value)

    def decode(self, raw: Json) -> object:
        """Read ISO 8601."""
        text = raw if type(raw) is str else special_form(raw, "$time")
        if type(text) is not str:
            return self.decode_other(raw)
        try:
            value = self.kind.fromisoformat(text)
            if type(raw) is not dict:
                return value
            fold = 1 if raw.get("fold") else 0
            return value.replace(tzinfo=_decode_zone(raw, value.tzinfo), fold=fold)
        except (ValueError, OSError, LookupError) as problem:
            raise ValueRefused(f"expected the JSON of {self.label}: {problem}") from problem


class DateNode(Node):
    """``date``: ISO 8601."""

    label = "date"
    accepts: frozenset[type] | None = frozenset({date})
    shapes: frozenset[str] = frozenset({STRING})

    def encode(self, value: object) -> Json:
        """Write ISO 8601."""
        if type(value) is not date:
            return self.encode_other(value)
        return value.isoformat()

    def decode(self, raw: Json) -> object:
        """Read ISO 8601."""
        if type(raw) is not str:
            return self.decode_other(raw)
        try:
            return date.fromisoformat(raw)
        except ValueError:
            self.refuse_json(raw)


class TimedeltaNode(Node):
    """``timedelta``: an ISO 8601 duration in days and seconds, exact to the microsecond."""

    label = "timedelta"
    accepts: frozenset[type] | None = frozenset({timedelta})
    shapes: frozenset[str] = frozenset({STRING})

    def encode(self, value: object) -> Json:
        """Write an ISO 8601 duration."""
        if type(value) is not timedelta:
            return self.encode_other(value)
        return encode_span(value)

    def decode(self, raw: Json) -> object:
        """Read an ISO 8601 duration."""
        if type(raw) is not str:
            return self.decode_other(raw)
        return decode_span(raw)


class ZoneInfoNode(Node):
    """``ZoneInfo``: its key."""

    label = "ZoneInfo"
    accepts: frozenset[type] | None = frozenset({ZoneInfo})
    shapes: frozenset[str] = frozenset({STRING})

    def encode(self, value: object) -> Json:
        """Write the key."""
        if type(value) is not ZoneInfo:
            self.refuse(value)
        if value.key is None:
            raise ValueRefused(
                "a ZoneInfo that was read from a file without a key is not stored"
            )
        return value.key

    def decode(self, raw: Json) -> object:
        """Look the key up."""
        if type(raw) is not str:
            self.refuse_json(raw)
        try:
            return ZoneInfo(raw)
        except (ValueError, OSError, LookupError) as problem:
            raise ValueRefused(
                f"no time zone {raw!a} on this machine; install tzdata"
            ) from problem
