"""Arrays, frames, series, tables: no one of them is taken for another."""

from __future__ import annotations

from itertools import permutations
from typing import Annotated, Any

import pytest

from funsies.core.encoding import contradicts, decode_for, encoding_of
from funsies.core.errors import EncodingError
from funsies.core.shape import Shape

np = pytest.importorskip("numpy")
pd = pytest.importorskip("pandas")
pl = pytest.importorskip("polars")
pa = pytest.importorskip("pyarrow")
sparse = pytest.importorskip("scipy.sparse")
xr = pytest.importorskip("xarray")
jaxtyping = pytest.importorskip("jaxtyping")
pandera = pytest.importorskip("pandera.pandas")
DataFrame = pytest.importorskip("pandera.typing").DataFrame

COLUMNS = {"a": [1.0, 2.0]}


class Numbers(pandera.DataFrameModel):  # type: ignore[misc, name-defined]  # imported above
    a: float


VALUES = {
    np.ndarray: np.array([1.0, 2.0]),
    pd.DataFrame: pd.DataFrame(COLUMNS),
    pd.Series: pd.Series(COLUMNS["a"]),
    pd.Index: pd.Index(COLUMNS["a"]),
    pl.DataFrame: pl.DataFrame(COLUMNS),
    pl.Series: pl.Series(COLUMNS["a"]),
    pa.Table: pa.table(COLUMNS),
    pa.Array: pa.array(COLUMNS["a"]),
    sparse.csr_array: sparse.csr_array(np.eye(2)),
    xr.Dataset: xr.Dataset(COLUMNS),
    xr.DataArray: xr.DataArray(COLUMNS["a"]),
    list[float]: COLUMNS["a"],
    bytes: b"1.0",
}
NARROWER: list[tuple[Any, Any]] = [
    (Annotated[np.ndarray, Shape[2], np.float64], np.ndarray),
    (jaxtyping.Float[np.ndarray, "n"], np.ndarray),  # type: ignore[name-defined]
    (DataFrame[Numbers], pd.DataFrame),
    (Annotated[pd.DataFrame, Shape["*", 1]], pd.DataFrame),
]


@pytest.mark.parametrize(("wanted", "given"), list(permutations(VALUES, 2)), ids=str)
def test_one_kind_is_never_given_where_another_one_is_asked_for(wanted, given):
    parameter, produced = encoding_of(wanted), encoding_of(given)
    assert contradicts(parameter, produced)
    with pytest.raises(EncodingError):
        parameter.encode(VALUES[given])
    with pytest.raises(EncodingError):
        decode_for(parameter, produced, produced.encode(VALUES[given]))


@pytest.mark.parametrize(("narrower", "kind"), NARROWER, ids=str)
def test_what_says_more_of_a_kind_is_still_that_kind(narrower, kind):
    for other, value in VALUES.items():
        fits = other == kind
        assert contradicts(encoding_of(narrower), encoding_of(other)) != fits
        assert contradicts(encoding_of(other), encoding_of(narrower)) != fits
        if fits:
            found = encoding_of(narrower).decode(encoding_of(narrower).encode(value))
            assert type(found) is type(value)
