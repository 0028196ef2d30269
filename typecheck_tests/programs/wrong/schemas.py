import pandas as pd
import pandera.pandas as pa
from pandera.typing import DataFrame

import funsies as f


class Measured(pa.DataFrameModel):
    sample: str
    litres: float = pa.Field(ge=0)


class Counted(pa.DataFrameModel):
    sample: str
    litres: int


FRAME = pd.DataFrame({"sample": ["a", "b"], "litres": [0.5, -2.0]})

# %% another schema
@f.task
def measure(n: int) -> DataFrame[Measured]:
    return Measured.validate(FRAME.head(n))


@f.task
def total(frame: DataFrame[Counted]) -> int:
    return int(frame["litres"].sum())


with f.Fun():
    f.execute(total(measure(1)))  # Raises: is DataFrame[Counted], but it is given an artefact of DataFrame[Measured]  # E: has type "Artefact[DataFrame[Measured]]"

# %% a frame that the schema does not accept
@f.task
def total(frame: DataFrame[Measured]) -> float:
    return float(frame["litres"].sum())


with f.Fun():
    f.execute(total(DataFrame[Measured](FRAME.abs() if FRAME.empty else FRAME)))  # Raises: greater_than_or_equal_to(0)

# %% a frame of which no schema is known
@f.task
def measure(n: int) -> pd.DataFrame:
    return FRAME.head(n)


@f.task
def total(frame: DataFrame[Measured]) -> float:
    return float(frame["litres"].sum())


with f.Fun():
    f.execute(total(measure(1)))  # E: has type "Artefact[DataFrame]"

# %% a series
@f.task
def litres(n: int) -> "pd.Series[float]":
    return FRAME["litres"].head(n)


@f.task
def total(frame: DataFrame[Measured]) -> float:
    return float(frame["litres"].sum())


with f.Fun():
    f.execute(total(litres(1)))  # E: has type "Artefact[Series[float]]"
