"""Three simulations, one of which fails: errors are values, and the rest goes on."""

import csv
import io
from pathlib import Path

from returns.result import Failure, Success

import funsies as f

PROGRAM = Path(__file__).with_name("simulate.sh")
TEMPERATURES_KELVIN = (300, 600, 5000)


@f.task
def analyze_data(results: bytes) -> float:
    """Return the mean of the energies."""
    energies = [float(row["energy"]) for row in csv.DictReader(io.StringIO(results.decode()))]
    return sum(energies) / len(energies)


with f.Fun():
    program = f.put_file(PROGRAM)
    steps = {
        kelvin: f.shell(
            "sh simulate.sh data.inp",
            inp={"simulate.sh": program, "data.inp": f"temperature = {kelvin}\n"},
            out=["results.csv"],
        )
        for kelvin in TEMPERATURES_KELVIN
    }
    finals = {kelvin: analyze_data(step.out["results.csv"]) for kelvin, step in steps.items()}

    f.execute(*finals.values())
    f.wait_for(*finals.values())

    for kelvin, final in finals.items():
        match f.take(final, strict=False):
            case Success(energy):
                print(f"{kelvin:>4} K: mean energy {energy:.1f}")
            case Failure(error):
                said = f.take(steps[kelvin].stderr).decode().strip()
                print(f"{kelvin:>4} K: {error.kind} in {error.task}: {said}")
