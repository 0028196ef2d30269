"""The scalars of pandas: moments, spans of time, periods, intervals, and what is missing."""

from __future__ import annotations

from typing import Any, Final

from funsies.core.encoding.libraries.pandas_parts import (
    NOT_PANDAS,
    numpy_here,
    pandas_here,
    read_cell,
    read_zone,
    write_cell,
    write_zone,
)
from funsies.core.encoding.libraries.pandas_vectors import write_freq
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import ValueRefused

KINDS: Final = ("Timestamp", "Timedelta", "Period", "Interval", "NaTType", "NAType")


def class_of(name: str) -> type:
    """A class of scalars by its name."""
    pandas = pandas_here()
    singles = {"NaTType": pandas.NaT, "NAType": pandas.NA}
    return type(singles[name]) if name in singles else getattr(pandas, name)


def write_scalar(value: Any) -> dict[str, Json]:
    """Write a scalar.

    Raises:
        ValueRefused: if it would not come back as it is.
    """
    name = next((name for name in KINDS if type(value) is class_of(name)), None)
    if name is None:
        raise ValueRefused(NOT_PANDAS)
    return {"is": name, **_written(value, name)}


def _written(value: Any, name: str) -> dict[str, Json]:
    if name == "Timestamp":
        return _write_moment(value)
    if name == "Timedelta":
        return _write_count(value.to_timedelta64())
    if name == "Period":
        return {"ordinal": value.ordinal, "freq": write_freq(value.freq, is_period=True)}
    if name == "Interval":
        sides = {"left": write_cell(value.left), "right": write_cell(value.right)}
        return {**sides, "closed": value.closed}
    return {}


def _write_count(value: Any) -> dict[str, Json]:
    unit, _ = numpy_here().datetime_data(value.dtype)
    return {"unit": unit, "count": int(value.astype("i8"))}


def _write_moment(value: Any) -> dict[str, Json]:
    raw = _write_count(value.to_datetime64())
    if value.tzinfo is not None:
        raw["zone"] = write_zone(value.tzinfo)
    elif value.fold:
        raise ValueRefused("a Timestamp without a time zone that has a fold; use tz_localize()")
    return raw


def read_scalar(raw: dict[str, Any]) -> Any:
    """Read a scalar.

    Raises:
        ValueRefused: if the data are not those of one.
    """
    pandas, numpy, name = pandas_here(), numpy_here(), raw.get("is")
    if name == "Timestamp":
        moment = pandas.Timestamp(numpy.datetime64(raw["count"], raw["unit"]))
        zone = raw.get("zone")
        return moment.tz_localize("UTC").tz_convert(read_zone(zone)) if zone else moment
    if name == "Timedelta":
        return pandas.Timedelta(numpy.timedelta64(raw["count"], raw["unit"]))
    if name == "Period":
        return pandas.Period(ordinal=raw["ordinal"], freq=raw["freq"])
    if name == "Interval":
        return pandas.Interval(read_cell(raw["left"]), read_cell(raw["right"]), raw["closed"])
    return pandas.NaT if name == "NaTType" else pandas.NA
