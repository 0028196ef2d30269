from __future__ import annotations

import json
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum
from pathlib import Path

import funsies as f


@f.task
def square(x: int) -> int:
    return x * x


class State(Enum):
    RUNNING = "running"
    DONE = "done"


@f.task
def state_of(log: str) -> State:
    return State.DONE if "done" in log else State.RUNNING


# %% a value
basis = f.put("6-31g")
if basis == "6-31g":  # Raises: cannot be compared with a value  # E: it cannot be compared with "str"
    print("never")

# %% a value on the left
energy = square(3)
print(9 == energy)  # Raises: cannot be compared with a value  # E: it cannot be compared with "int"

# %% one of several values in a tuple
step = f.shell("run", strict=False)
if step.returncode in (0, 2):  # Raises: cannot be compared with a value  # E: it cannot be searched for in "tuple[int, int]"
    print("never")

# %% one of several values in a set
method = f.put("b3lyp")
is_dft = method in {"b3lyp", "pbe"}  # E: it cannot be searched for in "set[str]"
print(is_dft)

# %% not among the keys of a dict
charges = {"H": 1, "He": 2}
if f.put("Li") not in charges:  # E: it cannot be searched for in "dict[str, int]"
    print("always")

# %% a value among artefacts
squares = [square(n) for n in range(3)]
if 4 in squares:  # Raises: cannot be compared with a value  # E: it cannot be compared with "int"
    print("never")

# %% a list of exit codes
steps = [f.shell("true"), f.shell("false", strict=False)]
codes = [step.returncode for step in steps]
if codes == [0, 0]:  # Raises: cannot be compared with a value  # E: it cannot be compared with "int"
    print("never")

# %% a dict of results
results = {"a": square(1), "b": square(2)}
assert results == {"a": 1, "b": 4}  # Raises: cannot be compared with a value  # E: it cannot be compared with "int"

# %% a pair
def halves(x: int) -> tuple[int, int]:
    return x // 2, x - x // 2


quotient, rest = f.py(halves, 7)
print((quotient, rest) == (3, 1))  # Raises: cannot be compared with a value  # E: it cannot be compared with "int"

# %% a member of an enum
state = state_of("all done")
if state == State.DONE:  # Raises: cannot be compared with a value  # E: it cannot be compared with "State"
    print("never")

# %% a member of an enum, by identity
state = state_of("all done")
if state is State.DONE:  # E: Non-overlapping identity check
    print("never")

# %% true, by identity
flag = f.morph(bool, "x")
print(flag is True)  # E: Non-overlapping identity check

# %% a match of literals
code = f.shell("run", strict=False).returncode
match code:
    case 0:  # Raises: cannot be compared with a value  # E: it cannot be compared with "int"
        print("never")
    case _:
        print("always")

# %% a match of members of an enum
match state_of("x"):
    case State.RUNNING | State.DONE:  # Raises: compared with a value  # E: it cannot be compared with "State"
        print("never")

# %% a match of classes
step = square(2)
match step:
    case int():  # E: it cannot be compared with "int"
        print("never")
    case f.Artefact():
        print("always")

# %% a match of a sequence
match f.put([1, 2]):
    case [first, *_]:  # E: it cannot be compared with "list[Any]"
        print(first)
    case _:
        print("always")

# %% a match of a pair of artefacts
def halves(x: int) -> tuple[int, int]:
    return x // 2, x - x // 2


match f.py(halves, 7):
    case (3, 4):  # Raises: compared with a value  # E: it cannot be compared with "int"
        print("never")

# %% less than
if square(2) < 5:  # Raises: compared with <  # E: Unsupported
    print("never")

# %% between
if 0 < square(2) <= 5:  # Raises: compared with  # E: Unsupported
    print("never")

# %% sorted
ordered = sorted([square(3), square(2)])  # Raises: compared with <  # E: cannot be "Artefact[int]"

# %% the largest
best = max(square(n) for n in range(3))  # Raises: compared with >  # E: "Artefact[int]"

# %% the smallest of two
least = min(square(1), square(2))  # Raises: compared with <  # E: No overload

# %% arithmetic
total = square(1) + square(2)  # Raises: used with +  # E: Unsupported

# %% arithmetic with a number on the left
half = 0.5 * square(2)  # Raises: used with *  # E: Unsupported

# %% the sum of artefacts
total = sum(square(n) for n in range(3))  # Raises: f.reduce(sum, f.gather([...]))  # E: Artefact[int]

# %% a difference of decimals
gap = f.put(Decimal("1.5")) - Decimal("0.5")  # Raises: used with -  # E: Unsupported

# %% adding in place
total = square(1)
total += 1  # Raises: used with +  # E: Unsupported

# %% the key of a dict of values
names = {1: "one", 4: "four"}
print(names[square(2)])  # Raises: KeyError  # E: Invalid index type

# %% an index
rows = ["a", "b", "c"]
print(rows[square(1)])  # Raises: used as an index or a count  # E: No overload

# %% a count
for i in range(square(2)):  # Raises: used as an index or a count  # E: No overload
    print(i)

# %% a text with its value
label = f"energy = {square(2)}"  # Raises: cannot be formatted  # E: it cannot be formatted

# %% a file name
path = Path("out") / f.put("name.txt")  # Raises: used with /  # E: Unsupported

# %% a part of a text
text = ", ".join([f.put("a"), f.put("b")])  # Raises: TypeError  # E: expected "str"

# %% a number in JSON
print(json.dumps(square(2)))  # Raises: not JSON serializable  # E: it cannot be written as JSON

# %% a report in JSON
report = json.dumps({"name": "water", "energies": [square(2), square(3)]})  # Raises: not JSON serializable  # E: it cannot be written as JSON

# %% a file to open
with open(f.put("in.txt")) as file:  # Raises: TypeError  # E: No overload
    print(file.read())

# %% a shell step and a value
done = f.shell("run")
if done == 0:  # Raises: is a shell step  # E: is a shell step; it cannot be compared with "int"
    print("never")

# %% a result and a value
with f.Fun():
    number = square(2)
    f.execute(number).wait()
    result = f.take(number, strict=False)
    if result == 4:  # E: never equals "int"
        print("never")

# %% one of several results
with f.Fun():
    number = square(2)
    f.execute(number).wait()
    if f.take(number, strict=False) in (4, 5):  # E: never equals "int"
        print("never")

# %% results and values
with f.Fun():
    numbers = [square(2), square(3)]
    f.execute(numbers).wait()
    results = [f.take(number, strict=False) for number in numbers]
    print(results == [4, 9])  # E: never equals "int"

# %% an attribute of a dataclass
@dataclass(frozen=True)
class Molecule:
    name: str
    charge: f.Artefact[int]


ion = Molecule("Li", square(1))
print([each for each in [ion] if each.charge == 1])  # Raises: compared with a value  # E: compared with "int"
