from __future__ import annotations

from dataclasses import dataclass
from typing import assert_type

import funsies as f
from funsies.types import Failure, Success


@dataclass(frozen=True)
class Molecule:
    name: str
    charge: int = 0


@f.task
def ion(name: str, charge: int) -> Molecule:
    return Molecule(name, charge)


@f.task
def square(x: int) -> int:
    return x * x


# %% what Success holds
with f.Fun():
    step = ion("Li", 1)
    f.execute(step).wait()
    match f.take(step, strict=False):
        case Success(molecule):
            assert_type(molecule, Molecule)
            assert molecule.charge == 1
        case Failure(error):
            raise AssertionError(error.kind)

# %% what Failure holds
with f.Fun():
    step = f.morph(int, "one")
    f.execute(step).wait()
    told = ""
    match f.take(step, strict=False):
        case Success(number):
            told = f"{number:d}"
        case Failure(error):
            assert_type(error, f.Error)
            told = f"{error.kind.name} {error.exception}"
    assert told == "ExceptionRaised ValueError"

# %% patterns below Success and Failure
with f.Fun():
    steps = [ion("Li", 1), ion("Ne", 0)]
    f.execute(steps).wait()
    names = []
    for step in steps:
        match f.take(step, strict=False):
            case Success(Molecule(name=name, charge=0)):
                names.append(f"{name} is neutral")
            case Success(Molecule(name=name)):
                names.append(name)
            case Failure(f.Error(kind=f.ErrorKind.OutOfMemory)):
                names.append("too large")
            case Failure(error):
                names.append(error.details or "")
    assert names == ["Li", "Ne is neutral"]

# %% isinstance
with f.Fun():
    results = []
    for text in ("1", "one"):
        step = f.morph(int, text)
        f.execute(step).wait()
        results.append(f.take(step, strict=False))
    good, bad = results
    assert isinstance(good, Success) and isinstance(bad, Failure)
    assert_type(good.unwrap(), int)
    assert_type(bad.failure(), f.Error)
    assert (good.unwrap(), bad.failure().exception) == (1, "ValueError")

# %% the good ones of several
with f.Fun():
    steps = [f.morph(int, text) for text in ("1", "one", "3")]
    f.execute(steps).wait()
    results = [f.take(step, strict=False) for step in steps]
    values = [result.unwrap() for result in results if isinstance(result, Success)]
    errors = [result.failure() for result in results if isinstance(result, Failure)]
    assert_type(values, list[int])
    assert_type(errors, list[f.Error])
    assert (values, len(errors)) == ([1, 3], 1)

# %% a step that is given results
@f.task(strict=False)
def or_zero(x: f.Result[int]) -> int:
    match x:
        case Success(value):
            return value
        case _:
            return 0


with f.Fun():
    steps = [or_zero(square(3)), or_zero(f.morph(int, "one"))]
    f.execute(steps).wait()
    assert [f.take(step) for step in steps] == [9, 0]

# %% a function of results
def described(result: f.Result[float]) -> str:
    if isinstance(result, Failure):
        return f"failed: {result.failure().kind.name}"
    return f"{result.unwrap():.1f}"


with f.Fun():
    steps = [f.morph(float, text) for text in ("1.25", "many")]
    f.execute(steps).wait()
    told = [described(f.take(step, strict=False)) for step in steps]
    assert told == ["1.2", "failed: ExceptionRaised"]

# %% methods of results, without asking what it is
with f.Fun():
    step = square(4)
    f.execute(step).wait()
    result = f.take(step, strict=False)
    assert result.map(str).value_or("none") == "16"
    assert f.unwrap(result) == 16

# %% an alternative in one case
with f.Fun():
    step = f.put("text")
    match f.take(step, strict=False):
        case Success("a" | "text" as known):
            assert known == "text"
        case _:
            raise AssertionError
