from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from typing import Annotated

import funsies as f

# %% both ends in the same unit
@f.task
def energy(atoms: int) -> Annotated[float, "eV"]:
    return -13.6 * atoms


@f.task
def shown(value: Annotated[float, "eV"]) -> str:
    return f"{value:.1f} eV"


with f.Fun():
    step = shown(energy(2))
    f.execute(step).wait()
    assert f.take(step) == shown.fn(energy.fn(2)) == "-27.2 eV"

# %% a task between them that converts
@f.task
def energy(atoms: int) -> Annotated[float, "hartree"]:
    return -0.5 * atoms


@f.task
def in_electronvolts(value: Annotated[float, "hartree"]) -> Annotated[float, "eV"]:
    return value * 27.2


@f.task
def doubled(value: Annotated[float, "eV"]) -> Annotated[float, "eV"]:
    return 2 * value


with f.Fun():
    step = doubled(in_electronvolts(energy(1)))
    f.execute(step).wait()
    assert f.take(step) == -27.2

# %% two ways to write one unit
@f.task
def heat(moles: float) -> Annotated[float, "kJ/mol"]:
    return 2.5 * moles


@f.task
def total(first: Annotated[float, "kJ mol^-1"], second: Annotated[float, "kJ*mol**-1"]) -> float:
    return first + second


with f.Fun():
    step = total(heat(1.0), heat(2.0))
    f.execute(step).wait()
    assert f.take(step) == 7.5

# %% the same unit by symbol and by name
@f.task
def length(n: int) -> Annotated[float, "nanometers"]:
    return 0.1 * n


@f.task
def as_text(value: Annotated[float, "nm"]) -> str:
    return str(value)


with f.Fun():
    step = as_text(length(5))
    f.execute(step).wait()
    assert f.take(step) == "0.5"

# %% only one end says its unit
@f.task
def plain(n: int) -> float:
    return n / 2


@f.task
def waited(seconds: Annotated[float, "s"]) -> Annotated[float, "ms"]:
    return seconds * 1000


@f.task
def rounded(value: float) -> int:
    return round(value)


with f.Fun():
    step = rounded(waited(plain(3)))
    f.execute(step).wait()
    assert f.take(step) == 1500

# %% texts that are no units
@f.task
def price(n: int) -> Annotated[Decimal, "the net price"]:
    return Decimal(n) / 4


@f.task
def paid(amount: Annotated[Decimal, "what the customer pays"]) -> str:
    return str(amount)


with f.Fun():
    step = paid(price(3))
    f.execute(step).wait()
    assert f.take(step) == "0.75"

# %% a unit, and a word of one's own
@f.task
def steps(n: int) -> Annotated[int, "lattice sites"]:
    return n + 1


@f.task
def walked(distance: Annotated[int, "nm"]) -> int:
    return distance * 2


with f.Fun():
    step = walked(steps(1))
    f.execute(step).wait()
    assert f.take(step) == 4

# %% lists and dicts of values in units
@f.task
def distances(n: int) -> list[Annotated[float, "angstrom"]]:
    return [1.5] * n


@f.task
def by_name(n: int) -> dict[str, Annotated[float, "angstrom"]]:
    return {"CO": 1.1 * n}


@f.task
def longest(
    several: Sequence[Annotated[float, "Å"]], named: Mapping[str, Annotated[float, "Å"]]
) -> float:
    return max(*several, *named.values())


with f.Fun():
    step = longest(distances(3), by_name(2))
    f.execute(step).wait()
    assert f.take(step) == 2.2

# %% an optional parameter
@f.task
def temperature(n: int) -> Annotated[float, "K"]:
    return 300.0 + n


@f.task
def entropy(kelvin: Annotated[float, "kelvin"] | None = None) -> float:
    return 0.0 if kelvin is None else kelvin / 3


with f.Fun():
    step = entropy(temperature(0))
    f.execute(step, entropy()).wait()
    assert f.take(step) == 100.0

# %% fields of a record
@dataclass(frozen=True)
class Result:
    energy: Annotated[float, "eV"]
    length: Annotated[float, "nm"]


@f.task
def measured(n: int) -> Result:
    return Result(energy=1.0 * n, length=2.0)


@f.task
def per_length(energy: Annotated[float, "eV"], length: Annotated[float, "nm"]) -> float:
    return energy / length


with f.Fun():
    result = measured(4)
    step = per_length(
        f.reduce(lambda each: each.energy, result, out=float),
        f.reduce(lambda each: each.length, result, out=float),
    )
    f.execute(step).wait()
    assert f.take(step) == 2.0

# %% aliases for units
eV = Annotated[float, "eV"]
Hartree = Annotated[float, "hartree"]


@f.task
def scf(basis: str) -> Hartree:
    return -1.0 * len(basis)


@f.task
def converted(value: Hartree) -> eV:
    return 27.25 * value


@f.task
def gap(lower: eV, upper: eV) -> eV:
    return upper - lower


with f.Fun():
    step = gap(converted(scf("sto-3g")), converted(scf("tz")))
    f.execute(step).wait()
    assert f.take(step) == 4 * 27.25

# %% an enum of units
class Unit(Enum):
    EV = "eV"
    NM = "nm"


@f.task
def photon(wavelength: Annotated[float, Unit.NM]) -> Annotated[float, Unit.EV]:
    return 1240 / wavelength


@f.task
def is_visible(energy: Annotated[float, Unit.EV]) -> bool:
    return 1.65 < energy < 3.26


with f.Fun():
    step = is_visible(photon(500.0))
    f.execute(step).wait()
    assert f.take(step) is True

# %% one step for each value
@f.task
def times(n: int) -> list[Annotated[float, "fs"]]:
    return [float(i) for i in range(n)]


@f.task
def in_ps(value: Annotated[float, "fs"]) -> Annotated[float, "ps"]:
    return value / 1000


with f.Fun():
    step = f.map_each(in_ps, times(3))
    f.execute(step).wait()
    assert f.take(step) == [0.0, 0.001, 0.002]

# %% derived units
@f.task
def force(newtons: Annotated[float, "N"], arm: Annotated[float, "m"]) -> Annotated[float, "N m"]:
    return newtons * arm


@f.task
def power(work: Annotated[float, "J"], time: Annotated[float, "1/Hz"]) -> Annotated[float, "W"]:
    return work / time


with f.Fun():
    step = power(force(2.0, 3.0), 4.0)
    f.execute(step).wait()
    assert f.take(step) == 1.5
