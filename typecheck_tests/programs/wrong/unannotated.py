import enum
import re
import threading
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path

import funsies as f

# %% an open file as the result of a function
with f.Fun():
    f.execute(f.morph(open, "results.csv"))  # E: which has no encoding; pass what it contains

# %% an open file as the result of a method
with f.Fun():
    f.execute(f.morph(Path.open, Path("results.csv")))  # E: which has no encoding; pass what it contains

# %% a generator as the result of a lambda
with f.Fun():
    f.execute(f.put([1, 2]).map(lambda items: (2 * item for item in items)))  # E: which has no encoding; it can be read only once

# %% a function as the result of a lambda
with f.Fun():
    f.execute(f.put(2).map(lambda number: lambda other: number * other))  # E: which has no encoding; make the function a part of the task

# %% a bound method as the result
with f.Fun():
    f.execute(f.put("text").map(lambda text: text.upper))  # E: which has no encoding; make the function a part of the task

# %% a compiled pattern
with f.Fun():
    f.execute(f.reduce(re.match, "a+", "a"))  # E: has no encoding

# %% map, which gives its items only once
with f.Fun():
    f.execute(f.reduce(map, str.upper, ["a"]))  # Raises: has no encoding  # E: has no encoding

# %% enumerate, which gives its items only once
with f.Fun():
    f.execute(f.reduce(enumerate, ["a"]))  # Raises: it can be read only once  # E: it can be read only once

# %% the keys of a dict
with f.Fun():
    f.execute(f.put({"a": 1}).map(lambda table: table.keys()))  # E: which has no encoding; make a list of it

# %% a lock
with f.Fun():
    f.execute(f.reduce(lambda number: threading.Lock(), 1))  # E: has no encoding

# %% a class that does not say its fields
class Molecule:
    def __init__(self, smiles: str) -> None:
        self.smiles = smiles


with f.Fun():
    f.execute(f.put("C").map(lambda smiles: Molecule(smiles)))  # E: "Molecule", which has no encoding; make it a dataclass

# %% such a class inside of a list
class Reader:
    def __init__(self, name: str) -> None:
        self.name = name


with f.Fun():
    names = f.morph(str.split, "a b")
    f.execute(f.map_each(lambda name: Reader(name), names))  # E: "Reader", which has no encoding

# %% an exception as a value
with f.Fun():
    f.execute(f.put("x").map(lambda text: ValueError(text)))  # E: which has no encoding; return a str or a dataclass

# %% a class as a value
with f.Fun():
    f.execute(f.put(1).map(lambda number: type(number)))  # E: which has no encoding; pass its name, or an Enum

# %% a record whose field is an open file
@dataclass
class Log:
    name: str
    lines: "re.Match[str]"


def look(text: str) -> Log:
    found = re.match("a", text)
    assert found is not None
    return Log(text, found)


with f.Fun():
    f.execute(f.put("a").map(look))  # Raises: Match at .lines  # E: at .lines, which has no encoding

# %% a changed record where a text is wanted
@dataclass(frozen=True)
class Ion:
    charge: int


@f.task
def shout(text: str) -> str:
    return text.upper()


with f.Fun():
    ion = f.put(Ion(0)).map(lambda it: replace(it, charge=1))
    f.execute(shout(ion))  # E: needs "str" inside the artefact

# %% a member of an enumeration where another is wanted
class Method(enum.Enum):
    HF = 1


class Basis(enum.Enum):
    SVP = 1


@f.task
def run(method: Method, basis: Basis) -> int:
    return method.value + basis.value


with f.Fun():
    method = f.put(1).map(lambda number: Method(number))
    f.execute(run(method, method))  # E: needs "Basis" inside the artefact

# %% an attribute that the result of a lambda does not have
with f.Fun():
    larger = f.reduce(max, Decimal(1), Decimal(2))
    f.execute(larger.map(lambda number: number.mantissa))  # E: "Decimal" has no attribute "mantissa"

# %% a partial of a class that cannot be stored
import functools


class Grid:
    def __init__(self, size: int, step: float = 0.1) -> None:
        self.size = size
        self.step = step


with f.Fun():
    f.execute(f.reduce(functools.partial(Grid, step=0.2), 3))  # Raises: Grid has no encoding  # E: "Grid", which has no encoding
