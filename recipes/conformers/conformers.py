"""SMILES -> structures (Open Babel) -> energies (xtb) -> one sorted table, as text and JSON.

Usage: funsies run recipes/conformers/conformers.py
"""

import json
import re
from collections import Counter
from dataclasses import asdict, dataclass
from pathlib import Path

from returns.result import Failure, Result, Success

import funsies as f

MOLECULES = Path(__file__).with_name("molecules.smi")
TABLE = Path("energies.json")


@dataclass(frozen=True)
class Molecule:
    """A line of the list: a name and how the atoms are bound."""

    name: str
    smiles: str


@dataclass(frozen=True)
class Energy:
    """What xtb says of a relaxed structure."""

    total_hartree: float
    gap_ev: float


@dataclass(frozen=True)
class Structure:
    """What a structure is made of, e.g. ``C2H6O``, and how many atoms that are."""

    formula: str
    atoms: int


@dataclass(frozen=True)
class Row:
    """A line of the table: either an energy and a structure, or the reason why not."""

    molecule: Molecule
    energy: Energy | None = None
    structure: Structure | None = None
    error: str | None = None


@f.task
def read_energy(report: bytes) -> Energy:
    """Find the total energy and the HOMO-LUMO gap in what xtb printed."""
    text = report.decode()
    return Energy(
        total_hartree=float(re.findall(r"TOTAL ENERGY\s+(\S+) Eh", text)[-1]),
        gap_ev=float(re.findall(r"HOMO-LUMO GAP\s+(\S+) eV", text)[-1]),
    )


@f.task
def read_structure(xyz: bytes) -> Structure:
    """Count the atoms of an xyz file, carbon and hydrogen first."""
    elements = Counter(line.split()[0] for line in xyz.decode().splitlines()[2:])
    ordered = sorted(elements.items(), key=lambda item: (item[0] not in "CH", item[0]))
    formula = "".join(f"{element}{count if count > 1 else ''}" for element, count in ordered)
    return Structure(formula, elements.total())


@f.task(strict=False)
def make_row(
    molecule: Result[Molecule, f.Error],
    energy: Result[Energy, f.Error],
    structure: Result[Structure, f.Error],
) -> Row:
    """Make a line of the table, also where a step before it failed."""
    match energy, structure:
        case Success(known_energy), Success(known_structure):
            return Row(molecule.unwrap(), known_energy, known_structure)
        case (Failure(error), _) | (_, Failure(error)):
            return Row(molecule.unwrap(), error=_reason(error))
    raise AssertionError("a result is a success or a failure")


def _reason(error: f.Error) -> str:
    told = [line.strip() for line in error.details.splitlines() if "SMILES" in line]
    return f"{error.kind} in {error.task}: {' '.join(told)}".removesuffix(": ")


@f.task
def sort_rows(*rows: Row) -> list[Row]:
    """Sort by energy, lowest first, errors last."""
    return sorted(
        rows,
        key=lambda row: (row.energy.total_hartree if row.energy else 0.0, row.molecule.name),
    )


@f.task
def as_json(rows: list[Row]) -> bytes:
    """Write the table for other programs."""
    return json.dumps([asdict(row) for row in rows], indent=2).encode() + b"\n"


def row_of(molecule: Molecule) -> f.Artefact[Row]:
    """Add the steps for one molecule."""
    built = f.shell(
        # Open Babel ends with exit code 0 and an empty file when it cannot read a SMILES.
        "obabel molecule.smi -O start.xyz --gen3d && test -s start.xyz",
        inp={"molecule.smi": f"{molecule.smiles} {molecule.name}\n"},
        out=["start.xyz"],
    )
    relaxed = f.shell(
        "xtb start.xyz --opt tight",
        inp={"start.xyz": built.out["start.xyz"]},
        out=["xtbopt.xyz"],
        opt=f.options(env={"OMP_NUM_THREADS": "1"}, timeout_seconds=300),
    )
    return make_row(
        molecule, read_energy(relaxed.stdout), read_structure(relaxed.out["xtbopt.xyz"])
    )


def read_molecules(path: Path) -> list[Molecule]:
    """Read a file with a SMILES and a name on each line."""
    pairs = [line.split(maxsplit=1) for line in path.read_text().splitlines()]
    return [Molecule(name, smiles) for smiles, name in pairs]


def print_table(rows: list[Row]) -> None:
    """Print one line for each molecule."""
    print(f"{'molecule':<14}{'formula':<12}{'energy/Eh':>14}{'gap/eV':>10}")
    for row in rows:
        if row.energy and row.structure:
            numbers = f"{row.energy.total_hartree:>14.5f}{row.energy.gap_ev:>10.2f}"
            print(f"{row.molecule.name:<14}{row.structure.formula:<12}{numbers}")
        else:
            print(f"{row.molecule.name:<14}{row.error}")


def main() -> None:
    """Build the graph, have it computed, and show the table."""
    with f.Fun():
        table = sort_rows(*(row_of(molecule) for molecule in read_molecules(MOLECULES)))
        document = as_json(table)
        f.execute(document)
        f.wait_for(document)
        f.takeout(document, str(TABLE))
        print_table(f.take(table))


if __name__ == "__main__":
    main()
