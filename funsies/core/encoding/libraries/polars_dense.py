"""Series of polars, laid out in one way: equal ones have equal memory."""

from __future__ import annotations

from typing import Any


def dense(polars: Any, series: Any) -> Any:
    """The same series in memory of its own, with nothing in it where it is null.

    Args:
        polars: the library.
        series: in one chunk.
    """
    if _is_dense(polars, series):
        return series
    if not len(series):
        return polars.Series(series.name, [], series.dtype)
    if series.dtype == polars.Struct:
        series = _structs(polars, series)
    elif series.dtype == polars.Array:
        lists = dense(polars, series.arr.to_list())
        series = lists.list.to_array(series.dtype.shape[0])
    elif series.dtype == polars.List:
        series = _lists(polars, series)
    elif series.dtype == polars.Categorical:  # some versions keep categories that are not used
        series = series.cast(polars.String).cast(series.dtype)
    return _gathered(polars, series, polars.int_range(len(series), eager=True))


def _is_dense(polars: Any, series: Any) -> bool:
    """True for numbers of which none is null, and of which none can be."""
    if not (series.dtype.is_integer() or series.dtype.is_float()) or series.null_count():
        return False
    one = polars.zeros(1, dtype=series.dtype, eager=True)
    return bool(series.estimated_size() == len(series) * one.estimated_size())


def _gathered(polars: Any, series: Any, places: Any, known: Any = None) -> Any:
    """Take items from their places, and nothing where there is none.

    Args:
        polars: the library.
        series: the items.
        places: of the items, in order.
        known: which are there; None if the items themselves say it.
    """
    known = series.is_not_null() if known is None else known
    nothing = polars.Series([None], dtype=places.dtype).new_from_index(0, len(places))
    return series.gather(places.zip_with(known, nothing))


def _structs(polars: Any, series: Any) -> Any:
    fields = {name: series.struct.field(name).rechunk() for name in series.struct.fields}
    if not fields:
        return series
    parts = {name: dense(polars, each) for name, each in fields.items()}
    made = polars.DataFrame(parts).to_struct(series.name)
    if not series.null_count():
        return made
    places = polars.int_range(len(series), eager=True)
    return _gathered(polars, made, places, series.is_not_null())


def _lists(polars: Any, series: Any) -> Any:
    """Make the lists again of their items, if among these there may be any that is null."""
    sizes = series.list.len().fill_null(0)
    is_some = (sizes > 0) & series.is_not_null()  # some versions count below a null as well
    if not is_some.any():
        return polars.Series(series.name, series.to_list(), series.dtype)
    items = series.filter(is_some).explode().rechunk()
    is_plain = not items.dtype.is_nested() and items.dtype != polars.Categorical
    if is_plain and not items.null_count():
        return series
    rows = polars.int_range(int(is_some.sum()), eager=True)
    counted = polars.DataFrame({"owner": rows, "size": sizes.filter(is_some)})
    owners = counted.select(polars.col("owner").repeat_by("size")).to_series().explode()
    items = dense(polars, items).alias("items")
    frame = polars.DataFrame({"owner": owners, "items": items})
    grouped = frame.group_by("owner", maintain_order=True).agg(polars.col("items"))
    made = polars.concat([grouped.get_column("items"), items.head(0).implode()]).rechunk()
    last = polars.Series([len(made) - 1]).new_from_index(0, len(series))
    places = (is_some.cast(polars.Int64).cum_sum() - 1).zip_with(is_some, last)
    return _gathered(polars, made, places, series.is_not_null()).alias(series.name)
