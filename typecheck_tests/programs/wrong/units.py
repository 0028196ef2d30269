from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Annotated, TypeAlias

import funsies as f

# %% electronvolts for hartrees
@f.task
def energy(atoms: int) -> Annotated[float, "eV"]:
    return -13.6 * atoms


@f.task
def doubled(value: Annotated[float, "hartree"]) -> float:
    return 2 * value


with f.Fun():
    f.execute(doubled(energy(1)))  # Raises: parameter 'value' of doubled is in 'hartree', but it is given an artefact in 'eV'; convert it in a task between them  # E: Parameter "value" of "doubled" is in "hartree", but it is given a value in "eV"; convert it in a task between them

# %% angstroms for nanometres, through a variable
@f.task
def length(n: int) -> Annotated[float, "angstrom"]:
    return 1.5 * n


@f.task
def volume(side: Annotated[float, "nm"]) -> Annotated[float, "nm^3"]:
    return side**3


with f.Fun():
    side = length(2)
    f.execute(volume(side))  # Raises: is in 'nm', but it is given an artefact in 'angstrom'  # E: is in "nm", but it is given a value in "angstrom"

# %% a keyword, and calories for joules
@f.task
def heat(n: int) -> Annotated[float, "kcal/mol"]:
    return 1.0 * n


@f.task
def total(first: Annotated[float, "kJ/mol"], second: Annotated[float, "kJ/mol"] = 0.0) -> float:
    return first + second


with f.Fun():
    f.execute(total(1.0, second=heat(1)))  # Raises: parameter 'second' of total is in 'kJ/mol'  # E: Parameter "second" of "total" is in "kJ/mol"

# %% an optional parameter
@f.task
def temperature(n: int) -> Annotated[float, "celsius"]:
    return 20.0 + n


@f.task
def entropy(temperature: Annotated[float, "K"] | None) -> float:
    return 0.0 if temperature is None else 1 / temperature


with f.Fun():
    f.execute(entropy(temperature(1)))  # Raises: is in 'K', but it is given an artefact in 'celsius'  # E: is in "K", but it is given a value in "celsius"

# %% a list
@f.task
def times(n: int) -> list[Annotated[float, "fs"]]:
    return [1.0] * n


@f.task
def mean(values: Sequence[Annotated[float, "ps"]]) -> float:
    return sum(values) / len(values)


with f.Fun():
    f.execute(mean(times(3)))  # Raises: is in 'ps', but it is given an artefact in 'fs'  # E: is in "ps", but it is given a value in "fs"

# %% each item of a list
@f.task
def times(n: int) -> list[Annotated[float, "fs"]]:
    return [1.0] * n


@f.task
def seconds(value: Annotated[float, "ps"]) -> Annotated[float, "s"]:
    return value / 1e12


with f.Fun():
    f.execute(f.map_each(seconds, times(3)))  # Raises: is in 'ps', but it is given an artefact in 'fs'  # E: is in "ps", but it is given a value in "fs"

# %% joined first
@f.task
def mass(n: int) -> Annotated[float, "g"]:
    return 1.0 * n


@f.task
def heaviest(masses: list[Annotated[float, "kg"]]) -> float:
    return max(masses)


with f.Fun():
    joined = f.gather([mass(n) for n in range(3)])
    f.execute(heaviest(joined))  # Raises: is in 'kg', but it is given an artefact in 'g'  # E: is in "kg", but it is given a value in "g"

# %% a plain function given to map
def square(side: Annotated[float, "m"]) -> Annotated[float, "m^2"]:
    return side**2


@f.task
def side(n: int) -> Annotated[float, "cm"]:
    return 10.0 * n


with f.Fun():
    f.execute(side(1).map(square))  # Raises: parameter 'side' of square is in 'm'  # E: Parameter "side" of "square" is in "m"

# %% a plain function given to reduce
def ratio(left: Annotated[float, "mm"], right: Annotated[float, "mm"]) -> float:
    return left / right


@f.task
def width(n: int) -> Annotated[float, "mm"]:
    return 1.0 * n


@f.task
def height(n: int) -> Annotated[float, "inch"]:
    return 1.0 * n


@f.task
def depth(n: int) -> Annotated[float, "feet"]:
    return 1.0 * n


with f.Fun():
    f.execute(f.reduce(ratio, width(1), height(1)))
    f.execute(f.reduce(ratio, width(1), depth(1)))  # Raises: parameter 'right' of ratio is in 'mm'  # E: Parameter "right" of "ratio" is in "mm"

# %% an enum of units
class Unit(Enum):
    EV = "eV"
    HARTREE = "Eh"


@f.task
def energy(n: int) -> Annotated[float, Unit.EV]:
    return 1.0 * n


@f.task
def used(energy: Annotated[float, Unit.HARTREE]) -> float:
    return energy


with f.Fun():
    f.execute(used(energy(1)))  # Raises: is in <Unit.HARTREE: 'Eh'>  # E: Unit.HARTREE", but it is given a value in

# %% units of one's own, compared when the step is built
class Unit:
    def __init__(self, name: str) -> None:
        self.name = name

    def __repr__(self) -> str:
        return self.name


MONOLAYER, SITE = Unit("monolayer"), Unit("site")


@f.task
def covered(n: int) -> Annotated[float, MONOLAYER]:
    return n / 2


@f.task
def counted(sites: Annotated[float, SITE]) -> float:
    return sites


with f.Fun():
    f.execute(counted(covered(1)))  # Raises: is in site, but it is given an artefact in monolayer

# %% names for units
eV = Annotated[float, "eV"]
Hartree = Annotated[float, "hartree"]


@f.task
def scf(basis: str) -> Hartree:
    return -1.0 * len(basis)


@f.task
def gap(lower: eV, upper: eV) -> eV:
    return upper - lower


with f.Fun():
    energies = [scf("sto-3g"), scf("tz")]
    f.execute(gap(energies[0], 2.0))  # Raises: parameter 'lower' of gap is in 'eV'  # E: Parameter "lower" of "gap" is in "eV", but it is given a value in "hartree"
    f.execute(gap(1.0, scf("tz")))  # E: Parameter "upper" of "gap" is in "eV", but it is given a value in "hartree"

# %% a name for a unit, declared as an alias
Kelvin: TypeAlias = Annotated[float, "the temperature", "K"]


@f.task
def warmed(temperature: Annotated[float, "degC"]) -> float:
    return temperature + 1


@f.task
def measured(n: int) -> Kelvin:
    return 300.0 * n


with f.Fun():
    f.execute(warmed(measured(1)))  # Raises: is in 'degC', but it is given an artefact in 'K'  # E: is in "degC", but it is given a value in "K"

# %% a field of a record
@dataclass(frozen=True)
class Result:
    energy: Annotated[float, "kJ/mol"]


@f.task
def computed(n: int) -> Result:
    return Result(1.0 * n)


@f.task
def shown(energy: Annotated[float, "kcal/mol"]) -> str:
    return str(energy)


with f.Fun():
    f.execute(shown(computed(1).map(lambda each: each.energy)))  # E: Parameter "energy" of "shown" is in "kcal/mol"
