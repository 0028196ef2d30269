"""SMILES -> all conformers (Open Babel, confab) -> relaxed (xtb) -> sorted by energy.

How many conformers a molecule has is known only once confab has run, on a worker: the steps
that relax them are built there.

Usage: funsies run recipes/conformers/search.py [FILE_WITH_SMILES]
"""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from returns.result import Result, Success

import funsies as f

MOLECULES = Path(__file__).with_name("flexible.smi")
TABLE = Path("conformers.txt")
KJ_PER_HARTREE = 2625.4996


@dataclass(frozen=True)
class Conformer:
    """A relaxed structure and its energy."""

    energy_hartree: float
    xyz: str


def split_xyz(structures: bytes) -> list[bytes]:
    """Split a file with many structures: each begins with the number of its atoms."""
    lines = structures.decode().splitlines(keepends=True)
    parts: list[bytes] = []
    while lines:
        length = int(lines[0]) + 2
        parts.append("".join(lines[:length]).encode())
        del lines[:length]
    return parts


@f.task
def read_conformer(relaxed: bytes, _converged: bytes) -> Conformer:
    """Read what xtb wrote: the energy stands in the second line.

    xtb writes the second file only if it has converged: without it, this is not run.
    """
    xyz = relaxed.decode()
    energy = re.search(r"energy:\s+(\S+)", xyz.splitlines()[1])
    if energy is None:
        raise ValueError("xtb wrote no energy")
    return Conformer(float(energy[1]), xyz)


def relax(start: f.Artefact[bytes]) -> f.Artefact[Conformer]:
    """Add the steps for one conformer; called on a worker."""
    relaxed = f.shell(
        "xtb start.xyz --opt tight",
        inp={"start.xyz": start},
        out=["xtbopt.xyz", ".xtboptok"],
        opt=f.options(env={"OMP_NUM_THREADS": "1"}, timeout_seconds=300),
    )
    return read_conformer(relaxed.out["xtbopt.xyz"], relaxed.out[".xtboptok"])


@f.task
def sort_by_energy(conformers: list[Conformer]) -> list[Conformer]:
    """Put the lowest energy first."""
    return sorted(conformers, key=lambda conformer: conformer.energy_hartree)


def gather_sorted(relaxed: Sequence[f.Artefact[Conformer]]) -> f.Artefact[list[Conformer]]:
    """Add the steps that join the conformers of a molecule; called on a worker."""
    return sort_by_energy(f.gather(list(relaxed)))


def search(smiles: str) -> f.Artefact[list[Conformer]]:
    """Add the steps for one molecule."""
    # Open Babel ends with exit code 0 and an empty file when it can do nothing with its input.
    built = f.shell(
        "obabel molecule.smi -O start.mol --gen3d",
        inp={"molecule.smi": smiles},
        out=["start.mol"],
    )
    found = f.shell(
        "obabel start.mol -O conformers.xyz --confab --verbose",
        inp={"start.mol": f.utils.not_empty(built.out["start.mol"])},
        out=["conformers.xyz"],
    )
    conformers = f.utils.not_empty(found.out["conformers.xyz"])
    return f.dynamic.sac(split_xyz, relax, gather_sorted, conformers)


@f.task
def as_table(found: dict[str, Result[list[Conformer], f.Error]]) -> str:
    """Write one line for each conformer, or for the reason why a molecule has none."""
    lines = [f"{'molecule':<18}{'energy/Eh':>12}{'above/kJ/mol':>14}"]
    for name, result in found.items():
        match result:
            case Success(conformers):
                lines += [_line(name, each, conformers[0]) for each in conformers]
            case _:
                error = result.failure()
                lines.append(f"{name:<18}{error.kind.value} in {error.task}")
    return "\n".join(lines) + "\n"


def _line(name: str, conformer: Conformer, lowest: Conformer) -> str:
    above = (conformer.energy_hartree - lowest.energy_hartree) * KJ_PER_HARTREE
    return f"{name:<18}{conformer.energy_hartree:>12.5f}{above:>14.1f}"


def read_molecules(path: Path) -> dict[str, str]:
    """Read a file with a SMILES and a name on each line."""
    pairs = [line.split(maxsplit=1) for line in path.read_text().splitlines()]
    return {name: f"{smiles} {name}\n" for smiles, name in pairs}


def main() -> None:
    """Build the graph, have it computed, and show the table."""
    molecules = read_molecules(Path(sys.argv[1]) if sys.argv[1:] else MOLECULES)
    with f.Fun():
        conformers = {name: search(smiles) for name, smiles in molecules.items()}
        table = as_table(f.gather(conformers, strict=False))
        f.execute(table)
        f.wait_for(table)
        f.takeout(table, TABLE)
        print(f.take(table), end="")


if __name__ == "__main__":
    main()
