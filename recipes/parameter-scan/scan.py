"""A simulation code over a grid of parameters, and a plot of what it found.

Usage: funsies run recipes/parameter-scan/scan.py
"""

import csv
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from curves import draw

import funsies as f

HERE = Path(__file__).parent
PLOT = Path("magnetisation.svg")
SIZES = (4, 8, 16)
TEMPERATURES = tuple(1.5 + 0.25 * step for step in range(9))
SWEEPS = 600


@dataclass(frozen=True)
class Point:
    """What one simulation found."""

    size: int
    temperature: float
    magnetisation: float


@f.task
def mean_magnetisation(results: bytes) -> float:
    """Average the strength of the magnetisation, after half of the sweeps."""
    rows = list(csv.DictReader(results.decode().splitlines()))
    settled = [abs(float(row["magnetisation"])) for row in rows[len(rows) // 2 :]]
    return sum(settled) / len(settled)


@f.task
def plot(points: list[Point]) -> str:
    """Draw one curve for each size."""
    curves = {
        f"{size} x {size}": [(point.temperature, point.magnetisation) for point in group]
        for size, group in groupby(points, key=lambda point: point.size)
    }
    return draw(curves, across="temperature", up="magnetisation")


def commit_simulation() -> None:
    """Build the steps of one simulation, and give them a name: ``ising``."""
    size, temperature = f.put(SIZES[0]), f.put(TEMPERATURES[0])
    given = f.template(
        (HERE / "ising.inp.mustache").read_text(),
        {"size": size, "temperature": temperature, "sweeps": SWEEPS, "seed": 1},
    )
    run = f.shell(
        "python3 ising.py ising.inp",
        inp={"ising.py": f.put_file(HERE / "ising.py"), "ising.inp": given},
        out=["magnetisation.csv"],
        name="ising",
    )
    found = mean_magnetisation(run.out["magnetisation.csv"])
    f.parametric.commit(
        "ising", {"size": size, "temperature": temperature}, {"magnetisation": found}
    )


def point_at(size: int, temperature: float) -> f.Artefact[Point]:
    """Build the steps of the simulation on other inputs.

    Any script that uses the same server could do this: all that it needs is the name.
    """
    simulation = f.parametric.recall("ising", {"size": size, "temperature": temperature})
    return f.reduce(Point, size, temperature, simulation["magnetisation"])


def main() -> None:
    """Scan the grid, and write the plot."""
    with f.Fun():
        commit_simulation()
        grid = [(size, each) for size in SIZES for each in TEMPERATURES]
        points = f.gather([point_at(size, temperature) for size, temperature in grid])
        drawn = plot(points)
        f.execute(drawn)
        f.wait_for(drawn)
        f.takeout(drawn, PLOT)
        for point in f.take(points):
            print(f"{point.size:>3} {point.temperature:>5.2f} {point.magnetisation:>7.3f}")


if __name__ == "__main__":
    main()
