"""Values of pandas as files: CSV."""

from __future__ import annotations

from typing import Any

from funsies.core.encoding.libraries.pandas_parts import pandas_here


def to_csv(value: Any) -> bytes:
    r"""Write a frame, a series or an index as CSV, a scalar as a text.

    The index is left out if it is only the numbers of the rows, without a name.

    >>> import pandas as pd
    >>> to_csv(pd.DataFrame({"a": [1, 2]}))
    b'a\n1\n2\n'
    >>> to_csv(pd.Series([0.5], name="x", index=["first"]))
    b',x\nfirst,0.5\n'
    """
    table = _as_table(value)
    if table is None:
        return f"{value}".encode()
    text: str = table.to_csv(index=not _counts_rows(table.index), lineterminator="\n")
    return text.encode("utf-8", "surrogatepass")


def _as_table(value: Any) -> Any:
    pandas = pandas_here()
    if isinstance(value, pandas.DataFrame):
        return value
    if isinstance(value, pandas.Index):
        return value.to_frame(index=False)
    if isinstance(value, pandas.Series):
        return value.to_frame() if value.name is not None else value.to_frame(0)
    is_array = isinstance(value, pandas.api.extensions.ExtensionArray)
    return pandas.Series(value).to_frame(0) if is_array else None


def _counts_rows(index: Any) -> bool:
    is_range = isinstance(index, pandas_here().RangeIndex) and index.name is None
    return is_range and index.start == 0 and index.step == 1
