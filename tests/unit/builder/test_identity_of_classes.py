"""What the classes of a step's inputs do counts, also where the step does not name them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import funsies as f

from .conftest import Load


@dataclass
class Left:
    number: int


@dataclass
class Right:
    number: int


def make_left(number: int):
    return Left(number)


def make_right(number: int):
    return Right(number)


TEXT = """
    from dataclasses import dataclass
    import funsies as f

    @dataclass
    class Molecule:
        smiles: str
        {fields}

        def size(self) -> int:
            return {size}

    @f.task
    def size_of(molecule: Molecule) -> int:
        return molecule.size()

    def unsaid(molecule):
        return molecule.size()

    def made(smiles):
        return Molecule(smiles)

    @f.task(ignore=["Molecule"])
    def careless(molecule: Molecule) -> int:
        return Molecule.size(molecule)

    @f.task(version="1")
    def versioned(molecule: Molecule) -> int:
        return molecule.size()
"""


def steps_of(load: Load, *, size: str = "len(self.smiles)", fields: str = "") -> dict[str, str]:
    return hashes(load(TEXT.format(size=size, fields=fields)))


def hashes(module: Any) -> dict[str, str]:
    molecule = module.Molecule("C")
    steps = {
        "annotated": module.size_of(molecule),
        "put": f.put(molecule).map(module.unsaid),
        "unsaid": f.reduce(module.made, "C").map(module.unsaid),
        "lambda": f.put(molecule).map(lambda molecule: molecule.size()),
        "ignored": module.careless(molecule),
        "versioned": module.versioned(molecule),
        "plain": f.put("C").map(len),
    }
    return {name: step.hash for name, step in steps.items()}


def test_steps_are_new_when_a_method_of_their_input_has_changed(load: Load) -> None:
    before = steps_of(load)
    after = steps_of(load, size="2 * len(self.smiles)")
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"annotated", "put", "unsaid", "lambda"}


def test_steps_are_the_same_when_only_the_layout_has_changed(load: Load) -> None:
    assert steps_of(load) == steps_of(load, size="(len(self.smiles))  # a comment")


def test_the_shape_of_a_class_counts_for_all_steps(load: Load) -> None:
    before, after = steps_of(load), steps_of(load, fields="charge: int = 0")
    assert {name for name in before if before[name] == after[name]} == {"plain"}


UNSEEN = """
    from dataclasses import dataclass
    import funsies as f

    @dataclass
    class Molecule:
        smiles: str

        def unused(self) -> int:
            return eval("{number}")

    @f.task
    def size_of(molecule: Molecule) -> int:
        return len(molecule.smiles)
"""


def test_a_class_that_cannot_be_seen_whole_counts_by_its_text(load: Load) -> None:
    """What a step need not use is no reason to refuse it."""
    one, other = load(UNSEEN.format(number=1)), load(UNSEEN.format(number=2))
    assert one.size_of(one.Molecule("C")).hash != other.size_of(other.Molecule("C")).hash


def test_two_classes_behind_one_function_are_two_steps() -> None:
    """What a worker reads the input as must not depend on which was built first."""
    one, other = f.put(1).map(make_left), f.put(1).map(make_right)
    tasks = [step.map(str).operation for step in (one, other)]
    assert len({step.task.digest for step in tasks if step is not None}) == len(tasks)
