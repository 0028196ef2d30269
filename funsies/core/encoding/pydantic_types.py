"""What pydantic has of its own for plain values: names of their types, and a time zone."""

from __future__ import annotations

import sys
from datetime import date, datetime, timedelta, tzinfo
from importlib import import_module
from typing import Any, Final

from funsies.core.encoding.node import Refused

_PLAIN: Final[dict[tuple[str, str], type]] = {
    ("pydantic.types", "AwareDatetime"): datetime,
    ("pydantic.types", "NaiveDatetime"): datetime,
    ("pydantic.types", "PastDatetime"): datetime,
    ("pydantic.types", "FutureDatetime"): datetime,
    ("pydantic.types", "PastDate"): date,
    ("pydantic.types", "FutureDate"): date,
    ("pydantic.networks", "EmailStr"): str,
}
"""Classes that have no objects: they only tell pydantic how to check a plain value."""


def plain_type(kind: type) -> type | None:
    """Find the type of the values of which a class of pydantic is only a name, if it is one."""
    return _PLAIN.get((kind.__module__, kind.__qualname__))


def is_pydantic_zone(zone: tzinfo) -> bool:
    """Tell whether this is a time zone that pydantic makes when it reads a text or a number."""
    pydantic = sys.modules.get("pydantic_core")
    return pydantic is not None and type(zone) is pydantic.TzInfo


def pydantic_zone(offset: timedelta) -> tzinfo:
    """Make the time zone that pydantic makes for this offset.

    Raises:
        Refused: if pydantic is not installed.
    """
    try:
        core: Any = import_module("pydantic_core")
    except ImportError as problem:
        raise Refused("this time zone is one of pydantic, which is not installed") from problem
    zone: tzinfo = core.TzInfo(offset.total_seconds())
    return zone
