"""``DataFrame[Schema]`` of pandera: the schema accepts what is stored and what is read."""

from __future__ import annotations

import pickle
from typing import Any

import cloudpickle
import pytest

from funsies.core.encoding import contradicts, decode_for, encoding_of
from funsies.core.errors import EncodingError, UnsupportedTypeError

pd = pytest.importorskip("pandas")
pa = pytest.importorskip("pandera.pandas")
typing_of_pandera: Any = pytest.importorskip("pandera.typing")
DataFrame, Series = typing_of_pandera.DataFrame, typing_of_pandera.Series


class Points(pa.DataFrameModel):  # type: ignore[misc]  # imported above
    x: int = pa.Field(gt=0)
    y: float = pa.Field(nullable=True)


class Coerced(Points):
    class Config:  # noqa: D106 - as pandera wants it
        coerce = True


class Named(pa.DataFrameModel):  # type: ignore[misc]
    x: str


class Other(pa.DataFrameModel):  # type: ignore[misc]
    z: float

    class Config:  # noqa: D106 - as pandera wants it
        strict = True


RIGHT = pd.DataFrame({"x": [1, 2], "y": [0.5, float("nan")]}, index=["a", "b"])
WRONG = pd.DataFrame({"x": [1, 0], "y": [1, 2]})


@pytest.mark.parametrize("schema", [Points, Coerced])
def test_what_the_schema_accepts_comes_back_as_a_plain_frame(schema):
    encoding = encoding_of(DataFrame[schema])
    for frame in RIGHT, schema.validate(RIGHT), DataFrame[schema](RIGHT):
        found = encoding.decode(encoding.encode(frame))
        assert type(found) is pd.DataFrame
        pd.testing.assert_frame_equal(found, RIGHT)


def test_what_it_refuses_is_told_with_column_and_check():
    with pytest.raises(EncodingError, match=r"'x' failed.*greater_than\(0\).*'y'.*float64"):
        encoding_of(DataFrame[Points]).encode(WRONG)
    with pytest.raises(EncodingError, match=r"at \[1\]: .*greater_than"):
        encoding_of(list[DataFrame[Points]]).encode([RIGHT, WRONG])
    with pytest.raises(EncodingError, match="expected DataFrame, got"):
        encoding_of(DataFrame[Points]).encode([1])


def test_nothing_is_told_at_length():
    many = pd.DataFrame({"x": range(-1000, 0), "y": 0.5})
    with pytest.raises(EncodingError) as caught:
        encoding_of(DataFrame[Points]).encode(many)
    assert len(str(caught.value)) < 500


@pytest.mark.parametrize(
    "frame", [RIGHT.assign(y=[1, 2]), RIGHT.assign(x=["1", "2"]), RIGHT.astype({"x": "int8"})]
)
def test_a_schema_that_changes_the_frame_is_asked_to_do_so_by_the_program(frame):
    with pytest.raises(EncodingError, match=r"give Coerced.validate\(frame\)"):
        encoding_of(DataFrame[Coerced]).encode(frame)
    encoding_of(DataFrame[Coerced]).encode(Coerced.validate(frame))


def test_the_reader_of_any_frame_looks_too():
    produced = encoding_of(pd.DataFrame)
    wanted = encoding_of(DataFrame[Points])
    assert decode_for(wanted, produced, produced.encode(RIGHT)).equals(RIGHT)
    with pytest.raises(EncodingError, match="greater_than"):
        decode_for(wanted, produced, produced.encode(WRONG))


def test_schemas_that_no_frame_fits_are_known_before_there_is_one():
    points, named, other = (encoding_of(DataFrame[each]) for each in (Points, Named, Other))
    assert contradicts(points, named)
    assert contradicts(points, other)
    assert contradicts(points, encoding_of(pd.Series))
    assert contradicts(
        encoding_of(list[DataFrame[Points]]), encoding_of(list[DataFrame[Named]])
    )
    assert not contradicts(other, points)
    assert not contradicts(points, encoding_of(DataFrame[Coerced]))
    assert not contradicts(points, encoding_of(pd.DataFrame))
    assert not contradicts(encoding_of(pd.DataFrame), points)


def test_the_schema_travels_with_the_type():
    encoding = encoding_of(DataFrame[Points])
    assert encoding.classes == (Points,)
    again = pickle.loads(cloudpickle.dumps(encoding))  # noqa: S301 - made right here
    assert again == encoding
    with pytest.raises(EncodingError, match="greater_than"):
        again.encode(WRONG)


def test_without_a_schema_it_is_the_frame_itself():
    assert encoding_of(DataFrame) == encoding_of(pd.DataFrame)
    with pytest.raises(UnsupportedTypeError, match="annotate it as Series"):
        encoding_of(Series[int])


def test_frames_of_polars_have_schemas_as_well():
    pl, pp = pytest.importorskip("polars"), pytest.importorskip("pandera.polars")
    of_polars = pytest.importorskip("pandera.typing.polars")

    class Flat(pp.DataFrameModel):  # type: ignore[misc, name-defined]
        x: int = pp.Field(gt=0)

    encoding = encoding_of(of_polars.DataFrame[Flat])
    right = pl.DataFrame({"x": [1, 2]})
    assert encoding.decode(encoding.encode(right)).equals(right)
    with pytest.raises(EncodingError, match="greater_than"):
        encoding.encode(pl.DataFrame({"x": [0]}))
