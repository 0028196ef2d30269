"""The indexes of pandas, of all kinds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from funsies.core.encoding.libraries.pandas_parts import (
    NOT_PANDAS,
    Sink,
    pandas_here,
    read_cell,
    write_name,
)
from funsies.core.encoding.libraries.pandas_vectors import (
    read_vector,
    values_of,
    write_freq,
    write_vector,
)
from funsies.core.encoding.parts import Json
from funsies.core.encoding.refusal import Refused, type_name

if TYPE_CHECKING:
    from collections.abc import Sequence

KINDS: Final = (
    "Index",
    "RangeIndex",
    "MultiIndex",
    "CategoricalIndex",
    "DatetimeIndex",
    "TimedeltaIndex",
    "PeriodIndex",
    "IntervalIndex",
)
_WITH_FREQUENCY: Final = ("DatetimeIndex", "TimedeltaIndex")
_RANGE_PARTS: Final = 3


def write_index(index: Any, sink: Sink) -> dict[str, Json]:
    """Write an index.

    Raises:
        Refused: if it would not come back as it is.
    """
    kind = type(index)
    if kind.__name__ not in KINDS or kind is not getattr(pandas_here(), kind.__name__):
        raise Refused(
            f"an index of class {type_name(kind)} would lose what it has besides its values; "
            "pass pd.Index(...) of it"
        )
    raw: dict[str, Json] = {"is": kind.__name__}
    if kind.__name__ == "MultiIndex":
        return {**raw, **_write_levels(index, sink)}
    if index.name is not None:
        raw["name"] = write_name(index.name)
    if kind.__name__ == "RangeIndex":
        return {**raw, "range": [index.start, index.stop, index.step]}
    if kind.__name__ in _WITH_FREQUENCY and index.freq is not None:
        raw["freq"] = write_freq(index.freq)
    return {**raw, "values": write_vector(values_of(index), sink)}


def _write_levels(index: Any, sink: Sink) -> dict[str, Json]:
    raw: dict[str, Json] = {
        "names": [write_name(name) for name in index.names],
        "levels": [write_index(level.rename(None), sink) for level in index.levels],
        "codes": [write_vector(codes, sink) for codes in index.codes],
    }
    return raw if index.sortorder is None else {**raw, "sortorder": int(index.sortorder)}


def read_index(raw: Json, parts: Sequence[Any]) -> Any:
    """Read an index.

    Raises:
        Refused: if the data are not those of one.
    """
    if type(raw) is not dict or raw.get("is") not in KINDS:
        raise Refused(NOT_PANDAS)
    index = _made(raw, parts)
    if type(index).__name__ != raw["is"]:
        raise Refused(f"expected a {raw['is']}, found a {type_name(type(index))}")
    return index


def _made(raw: dict[str, Any], parts: Sequence[Any]) -> Any:
    pandas = pandas_here()
    if raw["is"] == "MultiIndex":
        return _made_of_levels(raw, parts)
    name = read_cell(raw.get("name"))
    if raw["is"] == "RangeIndex":
        return pandas.RangeIndex(*raw["range"], name=name)
    values = read_vector(raw.get("values"), parts)
    if raw["is"] in _WITH_FREQUENCY:
        index = getattr(pandas, raw["is"])(values, freq=raw.get("freq"), copy=False)
    else:
        index = pandas.Index(values, dtype=values.dtype, copy=False, tupleize_cols=False)
    return index if name is None else index.rename(name)


def _made_of_levels(raw: dict[str, Any], parts: Sequence[Any]) -> Any:
    return pandas_here().MultiIndex(
        levels=[read_index(level, parts) for level in raw["levels"]],
        codes=[read_vector(codes, parts) for codes in raw["codes"]],
        names=[read_cell(name) for name in raw["names"]],
        sortorder=raw.get("sortorder"),
        verify_integrity=False,
    )
