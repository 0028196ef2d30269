from __future__ import annotations

from dataclasses import dataclass

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


# %% an attribute that the value does not have
with f.Fun():
    step = ion("Li", 1)
    f.execute(step).wait()
    match f.take(step, strict=False):
        case Success(molecule):
            print(molecule.chrage)  # E: "Molecule" has no attribute "chrage"
        case Failure(error):
            print(error.kind)

# %% an attribute that the error does not have
with f.Fun():
    step = f.morph(int, "one")
    f.execute(step).wait()
    match f.take(step, strict=False):
        case Success(number):
            print(number + 1)
        case Failure(error):
            print(error.message)  # E: "Error" has no attribute "message"

# %% the value of a success is used as another type
def shown(result: f.Result[int]) -> str:
    match result:
        case Success(value):
            return value  # E: Incompatible return value type (got "int", expected "str")
        case _:
            return "failed"


print(shown(Success(1)))

# %% arithmetic with the error
def total(results: list[f.Result[float]]) -> float:
    found = 0.0
    for result in results:
        match result:
            case Success(energy):
                found += energy
            case Failure(error):
                found += error  # E: Unsupported operand types
    return found


print(total([Success(1.0)]))

# %% unwrapped after isinstance
with f.Fun():
    step = ion("Na", 1)
    f.execute(step).wait()
    result = f.take(step, strict=False)
    if isinstance(result, Success):
        print(result.unwrap().nmae)  # E: "Molecule" has no attribute "nmae"

# %% the error after isinstance
with f.Fun():
    step = f.morph(int, "one")
    f.execute(step).wait()
    result = f.take(step, strict=False)
    if isinstance(result, Failure):
        print(result.failure().reason)  # E: "Error" has no attribute "reason"

# %% values of good results
with f.Fun():
    steps = [square(n) for n in range(3)]
    f.execute(steps).wait()
    results = [f.take(step, strict=False) for step in steps]
    print([result.unwrap().upper() for result in results if isinstance(result, Success)])  # E: "int" has no attribute "upper"

# %% Success of what take gives when it is strict
with f.Fun():
    step = square(2)
    f.execute(step).wait()
    match f.take(step):
        case Success(value):  # E: never equals "int"
            print(value)
        case _:
            print("always")

# %% Success of an artefact
match square(2):
    case Success(value):  # E: it cannot be compared with "Success[Any]"
        print(value)
    case _:
        print("always")

# %% a value where there is a result
with f.Fun():
    step = square(2)
    f.execute(step).wait()
    match f.take(step, strict=False):
        case 4:  # E: never equals "int"
            print("never")
        case _:
            print("always")

# %% an Error where there is a result
with f.Fun():
    step = square(2)
    f.execute(step).wait()
    match f.take(step, strict=False):
        case f.Error(kind=kind):  # E: never equals "Error"
            print(kind)
        case _:
            print("always")

# %% isinstance of Error
with f.Fun():
    step = f.morph(int, "one")
    f.execute(step).wait()
    if isinstance(f.take(step, strict=False), f.Error):  # E: is never an Error, but may hold one
        print("never")

# %% isinstance of an artefact
step = square(2)
if isinstance(step, int):  # E: it cannot be told apart by isinstance()
    print("never")

# %% isinstance of an artefact and several classes
step = square(2)
assert not isinstance(step, (float, int))  # E: it cannot be told apart by isinstance()

# %% a result in arithmetic
with f.Fun():
    step = square(2)
    f.execute(step).wait()
    print(f.take(step, strict=False) + 1)  # E: Unsupported

# %% an attribute of a result
with f.Fun():
    step = ion("K", 1)
    f.execute(step).wait()
    print(f.take(step, strict=False).charge)  # E: has no attribute "charge"

# %% a task that may be given an error and takes it for the value
@f.task(strict=False)
def recovered(x: f.Result[int]) -> int:
    match x:
        case Success(value):
            return value
        case Failure(error):
            return error  # E: Incompatible return value type (got "Error", expected "int")
        case _:
            return 0


print(recovered(square(2)))
