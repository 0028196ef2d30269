import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame, Series

import funsies as f


class Measured(pa.DataFrameModel):
    sample: str
    litres: float = pa.Field(ge=0)


class Priced(Measured):
    price: Series[float]

    @pa.check("price")
    def is_paid(cls, price: "pd.Series[float]") -> "pd.Series[bool]":
        return price > 0


FRAME = pd.DataFrame({"sample": ["a", "b"], "litres": [0.5, 2.0]})

# %% a schema at both ends
@f.task
def measure(n: int) -> DataFrame[Measured]:
    return Measured.validate(pd.concat([FRAME] * n, ignore_index=True))


@f.task
def price(frame: DataFrame[Measured], per_litre: float) -> DataFrame[Priced]:
    return DataFrame[Priced](frame.assign(price=frame["litres"] * per_litre))


@f.task
def total(frame: DataFrame[Priced]) -> float:
    return float(frame["price"].sum())


with f.Fun():
    step = total(price(measure(2), per_litre=3.0))
    f.execute(step).wait()
    assert f.take(step) == 15.0

# %% a frame that was validated, as a value
def litres(frame: DataFrame[Measured]) -> float:
    return float(frame["litres"].sum())


with f.Fun():
    step = f.reduce(litres, Measured.validate(FRAME))
    made = f.reduce(litres, DataFrame[Measured](FRAME))
    f.execute(step, made).wait()
    assert f.take(step) == f.take(made) == 2.5

# %% a schema with fewer columns, and none
def price(n: int) -> DataFrame[Priced]:
    return Priced.validate(FRAME.assign(price=[1.0 * n, 2.0 * n]))


def rows(frame: pd.DataFrame) -> int:
    return len(frame)


@pa.check_types
def prices(frame: DataFrame[Priced]) -> list[float]:
    return list(frame["price"])


with f.Fun():
    priced = f.reduce(price, 2)
    counted, listed = f.reduce(rows, priced), f.morph(prices, priced)
    f.execute(counted, listed).wait()
    assert f.take(counted) == 2
    assert f.take(listed) == [2.0, 4.0]

# %% frames in lists
def split(frame: DataFrame[Measured]) -> list[DataFrame[Measured]]:
    return [Measured.validate(each) for _, each in frame.groupby("sample")]


def litres(frame: DataFrame[Measured]) -> float:
    return float(frame["litres"].sum())


with f.Fun():
    each = f.map_each(litres, f.reduce(split, Measured.validate(FRAME)))
    f.execute(each).wait()
    assert f.take(each) == [0.5, 2.0]
