import csv
import functools
import json
import math
import random
import zipfile
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Annotated, Literal, TypedDict

import funsies as f


@dataclass(frozen=True)
class Molecule:
    name: str
    charge: int = 0


@f.task
def smiles_of(name: str) -> str:
    return {"water": "O", "methane": "C"}[name]


@f.task
def energy(smiles: str, basis: str = "sto-3g") -> float:
    return -1.5 * len(smiles) - len(basis) / 100


@f.task
def energies(smiles: list[str]) -> list[float]:
    return [-1.5 * len(one) for one in smiles]


@f.task
def lowest(values: list[float]) -> float:
    return min(values)


@f.task
def names() -> list[str]:
    return ["O", "C"]


# %% a random generator of the script
generator = random.Random(3)


@f.task
def noise(count: int) -> list[float]:
    return [generator.gauss() for _ in range(count)]  # E: random generator "generator", which changes


with f.Fun():
    noise(3)  # Raises: a random generator changes each time

# %% a random generator in a lambda
with f.Fun():
    dice = random.Random(1)
    f.morph(lambda number: number + dice.random(), 3, out=float)  # Raises: a random generator  # E: make it inside the function, from a seed

# %% a generator that no file can be without
chance = random.SystemRandom()


def shaken(number: float) -> float:
    return number + chance.random()  # E: random generator "chance"


with f.Fun():
    f.reduce(shaken, 1.0)  # Raises: a random generator changes

# %% a reader of a table
rows = csv.reader(["O,1", "C,2"])


@f.task
def count_rows(start: int) -> int:
    return start + len(list(rows))  # E: cannot be sent to a worker; make it inside


with f.Fun():
    count_rows(3)  # Raises: Make it inside the function

# %% a reader of a table with a header
records = csv.DictReader(["name,charge", "O,1"])


@f.task
def charges(start: int) -> list[str]:
    return [record["charge"] for record in records]  # E: cannot be sent to a worker; make it


with f.Fun():
    charges(3)  # Raises: Make it inside the function

# %% a table to be written
table = csv.writer(open("/dev/null", "w"))


@f.task
def written(energy: float) -> float:
    table.writerow([energy])  # E: cannot be sent to a worker; make it inside
    return energy


with f.Fun():
    written(3.0)  # Raises: Make it inside the function

# %% an archive that stays open
archive = zipfile.ZipFile("/dev/null", "w")


@f.task
def members(prefix: str) -> list[str]:
    return [each for each in archive.namelist() if each.startswith(prefix)]  # E: open it inside


with f.Fun():
    members("run")  # Raises: Make it inside the function


# %% sac with another out= than its last function
def halves(numbers: list[int]) -> list[list[int]]:
    return [numbers[:1], numbers[1:]]


def largest(part: f.Artefact[list[int]]) -> f.Artefact[int]:
    return part.map(max)


def mean_of(found: list[f.Artefact[int]]) -> f.Artefact[float]:
    return f.reduce(lambda *numbers: sum(numbers) / len(numbers), *found, out=float)


with f.Fun():
    f.execute(f.dynamic.sac(halves, largest, mean_of, [3, 9], out=str))  # Raises: mean_of returns float, which is no str  # E: "mean_of" returns "float", which is no "str", as out= says


# %% a value for a function
def double(number: float) -> float:
    return 2 * number


with f.Fun():
    f.execute(f.reduce(double(2.0)))  # Raises: a step cannot call 4.0  # E: give the function itself, and its inputs after it

# %% what execute returns is taken
with f.Fun():
    handle = f.execute(energy("O"))
    f.take(handle)  # Raises: is not an artefact  # E: take the artefact that was executed

# %% a shell step is taken
with f.Fun():
    step = f.shell("echo 1")
    f.execute(step).wait()
    f.take(step)  # E: take .stdout or .out["name"]

# %% an output by a dot
with f.Fun():
    step = f.shell("echo 1 > result", out=["result"])
    f.execute(step.result)  # Raises: give one of its outputs  # E: give one of its outputs: .stdout

# %% an output by a call
with f.Fun():
    step = f.shell("echo 1 > result", out=["result"])
    f.execute(step.out("result"))  # Raises: not callable  # E: write out["name"]

# %% a search in what a command prints
with f.Fun():
    step = f.shell("echo converged")
    f.execute(step).wait()
    if b"converged" in step.stdout:  # E: do it in a step
        print("fine")

# %% input files without contents
with f.Fun():
    f.execute(f.shell("wc -l data.csv", inp=["data.csv"]))  # Raises: is a mapping from file name to value  # E: inp= gives each file its content

# %% a command in words
with f.Fun():
    f.execute(f.shell(["echo", "1"]))  # Raises: a command is text, not list  # E: a command is one text

# %% Fun without its brackets
with f.Fun:  # Raises: context manager protocol  # E: write `with Fun():`
    f.execute(energy("O"))

# %% outputs for out
with f.Fun():
    f.execute(f.shell("echo 1 > one", outputs=["one"]))  # Raises: did you mean out?  # E: did you mean "out"?

# %% a task that takes an artefact
@f.task
def shifted(number: f.Artefact[float]) -> float:  # E: take its value as the parameter
    return f.take(number) - 1


with f.Fun():
    f.execute(shifted(energy("O")))  # Raises: take its value as the parameter  # E: take its value as the parameter


# %% a function for bind that takes an artefact
def carry_on(number: f.Artefact[float]) -> f.Artefact[float]:
    return number


with f.Fun():
    f.execute(energy("O").bind(carry_on))  # Raises: take its value as the parameter  # E: take the value as the parameter


# %% results without strict=False
def count_good(*values: f.Result[float]) -> int:
    return len(values)


with f.Fun():
    f.execute(f.reduce(count_good, energy("O")))  # Raises: only a strict=False step is given results  # E: only a strict=False step is given results

# %% a task that is not called
with f.Fun():
    f.execute(f.morph(str, energy))  # Raises: call it, and give what it returns  # E: call it, and give what it returns

# %% a built-in function for a value
with f.Fun():
    f.execute(f.put(math.sin))  # Raises: make the function a part of the task  # E: make the function a part of the task

# %% a method that is not offered
@f.task
def run(method: Literal["hf", "dft"]) -> float:
    return 1.0


with f.Fun():
    f.execute(run("ccsd"))  # Raises: got str 'ccsd'  # E: needs "Literal['hf', 'dft']"


# %% the text of a member
class Basis(Enum):
    SMALL = "sto-3g"


@f.task
def energy_in(smiles: str, basis: Basis) -> float:
    return -1.0


with f.Fun():
    f.execute(energy_in("O", "sto-3g"))  # Raises: expected Basis, got str  # E: needs "Basis"

# %% a name for the contents of a file
@f.task
def size(table: bytes) -> int:
    return len(table)


with f.Fun():
    f.execute(size("data.csv"))  # Raises: expected bytes, got str 'data.csv'  # E: needs "bytes"


# %% a key that is left out
class Point(TypedDict):
    x: float
    y: float


@f.task
def norm(point: Point) -> float:
    return math.hypot(point["x"], point["y"])


with f.Fun():
    f.execute(norm({"x": 1.0}))  # Raises: without the key 'y'  # E: Missing key "y"

# %% JSON that nobody reads
@f.task
def total_of(data: dict[str, float]) -> float:
    return data["total"]


with f.Fun():
    step = f.shell("echo '{\"total\": 1}' > run.json", out=["run.json"])
    f.execute(total_of(step.out["run.json"]))  # Raises: given an artefact of bytes  # E: needs "dict[str, float]" inside the artefact

# %% an artefact in JSON
with f.Fun():
    text = json.dumps({"energy": energy("O")})  # Raises: not JSON serializable  # E: cannot be written as JSON
    f.execute(f.shell("cat in.json", inp={"in.json": text}))

# %% an artefact in a dataclass
with f.Fun():
    f.execute(f.put(Molecule(smiles_of("water"))))  # Raises: with artefacts inside  # E: f.reduce(Molecule, ...)

# %% an artefact in a dict
@f.task
def mean(values: dict[str, float]) -> float:
    return sum(values.values()) / len(values)


with f.Fun():
    f.execute(mean({"O": energy("O")}))  # Raises: f.gather({...})  # E: a container with artefacts inside

# %% a table for a list
with f.Fun():
    joined = f.gather({"O": energy("O"), "C": energy("C")})
    f.execute(lowest(joined))  # Raises: given an artefact of dict[str, float]  # E: needs "list[float]"

# %% a list for several inputs
@f.task
def best(*values: float) -> float:
    return min(values)


with f.Fun():
    joined = f.gather([energy("O"), energy("C")])
    f.execute(best(joined))  # Raises: given an artefact of list[float]  # E: needs "float" inside the artefact

# %% results that are joined, for numbers
with f.Fun():
    joined_results = f.gather([energy("O")], strict=False)
    f.execute(lowest(joined_results))  # Raises: artefact of list[Result[float, Error]]  # E: needs "list[float]"

# %% results of each item, for numbers
with f.Fun():
    f.execute(lowest(f.map_each(energy, names(), strict=False)))  # Raises: artefact of list[Result[float, Error]]  # E: needs "list[float]"

# %% a function of the whole list for each item
with f.Fun():
    f.execute(f.map_each(energies, names()))  # E: An item of the list has type "str"

# %% a function of two inputs for each item
@f.task
def repeated(text: str, times: int) -> str:
    return text * times


with f.Fun():
    f.execute(f.map_each(repeated, names()))  # E: Missing positional argument "times"

# %% the list before the function
with f.Fun():
    f.execute(f.map_each(names(), energy))  # Raises: must be a list, not Task  # E: goes over a list, not "Task

# %% each item of a table
@f.task
def weights() -> dict[str, float]:
    return {"O": 16.0}


with f.Fun():
    f.execute(f.map_each(math.sqrt, weights()))  # Raises: must be a list, not an artefact of dict  # E: goes over a list, not "dict

# %% nanometres in a list, for electronvolts
@f.task
def spectrum() -> list[Annotated[float, "nm"]]:
    return [500.0]


@f.task
def colour(photon: Annotated[float, "eV"]) -> str:
    return "red" if photon < 2 else "blue"


with f.Fun():
    f.execute(f.map_each(colour, spectrum()))  # Raises: is in 'eV', but it is given  # E: is in "eV", but it is given

# %% a pattern, and one of its files
with f.Fun():
    step = f.shell("touch a.csv", out=["*.csv"])
    f.execute(step.out["a.csv"])  # Raises: has no output 'a.csv'  # E: has no output "a.csv"

# %% an interpreter in one text
with f.Fun():
    f.execute(f.shell("print(1)", interpreter="python3 -c"))  # Raises: Write a list of words  # E: "Literal['python3 -c']"

# %% a variable that is a number
with f.Fun():
    f.execute(f.shell("echo $THREADS", env={"THREADS": 4}))  # Raises: is text, not int  # E: expected "str"

# %% options where a command stands
with f.Fun():
    f.execute(f.shell("true", f.options(retries=2)))  # Raises: a command is text, not Options  # E: incompatible type "Options"

# %% options that are a dict
with f.Fun():
    f.execute(f.shell("true", opt={"retries": 2}))  # Raises: opt= is made by options(...)  # E: expected "Options | None"

# %% an address for a server
with f.Fun("redis://localhost:6379"):  # Raises: Fun takes a Server  # E: expected "Server | None"
    f.execute(energy("O"))

# %% braces as in Python
with f.Fun():
    f.execute(f.template("charge {charge}", {"charge": 1}))  # E: The template has no key "charge"

# %% a filled-in template for a text
with f.Fun():
    f.execute(energy(f.template("{{name}}", {"name": "O"})))  # Raises: given an artefact of bytes  # E: needs "str" inside

# %% a part of a partial, misspelt
with f.Fun():
    fixed = functools.partial(energy, bassis="def2-svp")  # E: did you mean "basis"?
    fixed("O")  # Raises: did you mean 'basis'?

# %% a name that was not committed
with f.Fun():
    pressure = f.put(1.0)
    doubled = f.reduce(lambda number: number * 2, pressure, out=float)
    f.parametric.commit("work", {"pressure": pressure}, {"energy": doubled})
    f.parametric.recall("works", {"pressure": 3.0})  # Raises: nothing was committed as 'works'; there is 'work'

# %% an input that no output needs
with f.Fun():
    formula = f.put("O2")
    f.parametric.commit("work", {"formula": formula}, {"energy": energy("C")})  # Raises: no output depends on the input formula

# %% a limit below zero
@f.task(timeout_seconds=-1)  # Raises: timeout_seconds is more than 0
def late(number: int) -> int:
    return number


# %% steps that are built in one another
@f.task
def difference(one: str, other: str) -> float:
    return energy(one) - energy(other)  # E: calls the task "energy" inside of a step


with f.Fun():
    f.execute(difference("O", "C"))  # Raises: Call its function, energy.fn

# %% a value before it is there
with f.Fun():
    f.take(energy("O"))  # Raises: it has not been executed

# %% to wait without asking
with f.Fun():
    f.wait_for(energy("O"))  # Raises: use execute() first

# %% no Fun
f.execute(energy("O"))  # Raises: do it inside `with Fun(): ...`

# %% a path for a file
with f.Fun():
    f.execute(f.shell("wc -l data.csv", inp={"data.csv": Path("data.csv")}))  # Raises: use put_file('data.csv')  # E: use put_file(path)
