"""Classes with a codec can be stored."""

from __future__ import annotations

import funsies as f
from funsies import register_codec


class Molecule:
    def __init__(self, smiles: str) -> None:
        self.smiles = smiles


class Other:
    pass


@f.task
def same(molecule: Molecule) -> list[Molecule]:
    return [molecule]


@f.task
def other() -> Other:  # E: Task "other" returns "Other", which has no encoding
    return Other()


register_codec("molecule", Molecule, lambda m: m.smiles.encode(), lambda data: Molecule(data.decode()))
