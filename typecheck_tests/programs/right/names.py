import json
from dataclasses import dataclass
from pathlib import PurePosixPath

import funsies as f

# %% an input file of a step goes into the next
with f.Fun():
    first = f.shell("tr a-z A-Z < a.txt", inp={"a.txt": "abc"})
    second = f.shell("cat a.txt", inp={"a.txt": first.inp["a.txt"]})
    f.execute(second).wait()
    assert f.take(second.stdout) == b"abc"

# %% input files by names that are only known at run time
names = [f"part{number}.txt" for number in range(3)]

with f.Fun():
    step = f.shell("cat part*.txt", inp={name: name[4] for name in names})
    again = f.shell("cat last", inp={"last": step.inp[names[-1]]})
    f.execute(step, again).wait()
    assert f.take(step.stdout) + f.take(again.stdout) == b"0122"

# %% input files from a dict that changes
files = {"a": "1"}
files["b"] = "2"

with f.Fun():
    step = f.shell("cat a b", inp=files)
    copy = f.shell("cat b", inp={"b": step.inp["b"]})
    f.execute(step, copy).wait()
    assert (f.take(step.stdout), f.take(copy.stdout)) == (b"12", b"2")

# %% which input files a step has
with f.Fun():
    step = f.shell("cat a b", inp={"a": "1", "b": "2"})
    f.execute(step).wait()
    assert sorted(step.inp) == ["a", "b"]
    assert len(step.inp) == 2
    assert "c" not in step.inp
    assert step.inp.get("c") is None
    assert f.take(step.stdout) == b"12"

# %% an input file that a pure path names
with f.Fun():
    step = f.shell("cat data/a.txt", inp={PurePosixPath("data/a.txt"): "deep"})
    f.execute(step).wait()
    assert f.take(step.inp["data/a.txt"]) == "deep"
    assert f.take(step.stdout) == b"deep"

# %% a global that does not count
VERBOSE = True


@f.task(ignore=["VERBOSE"])
def mean(samples: list[float]) -> float:
    if VERBOSE:
        print("mean of", samples)
    return sum(samples) / len(samples)


with f.Fun():
    step = mean([1.0, 2.0])
    f.execute(step).wait()
    assert f.take(step) == mean.fn([1.0, 2.0]) == 1.5

# %% a global of a helper that does not count
LEVEL = 2


def log(text: str) -> None:
    if LEVEL > 1:
        print(text)


@f.task(ignore=("LEVEL",))
def halved(number: float) -> float:
    log("halving")
    return number / 2


with f.Fun():
    step = halved(3.0)
    f.execute(step).wait()
    assert f.take(step) == 1.5


# %% a captured variable that does not count
def make(label: str) -> f.Task[[int], int]:
    @f.task(ignore=["label"])
    def shown(number: int) -> int:
        print(label, number)
        return number + 1

    return shown


with f.Fun():
    one, other = make("a")(1), make("b")(1)
    f.execute(one, other).wait()
    assert one == other
    assert f.take(one) == 2


# %% an attribute of a module that does not count
@f.task(ignore=["json.dumps"])
def text(number: int) -> str:
    return json.dumps({"n": number})


with f.Fun():
    step = text(2)
    f.execute(step).wait()
    assert f.take(step) == json.dumps({"n": 2})


# %% a default that does not count
@f.task(ignore=["threads"])
def total(numbers: list[int], threads: int = 4) -> int:
    return sum(numbers)


with f.Fun():
    step = total([1, 2, 3])
    f.execute(step).wait()
    assert f.take(step) == 6


# %% a version of one's own, and a name that is used no longer
@f.task(version="2", ignore=["CACHE"])
def squared(number: int) -> int:
    return number**2


with f.Fun():
    step = squared(5)
    f.execute(step).wait()
    assert f.take(step) == 25


# %% objects of a class, made in a step
@dataclass(frozen=True)
class Molecule:
    smiles: str
    charge: int = 0


with f.Fun():
    step = f.reduce(Molecule, f.put("C"), 1)
    f.execute(step).wait()
    assert f.take(step) == Molecule("C", 1)


# %% a task that makes objects of a class
@dataclass(frozen=True)
class Box:
    sides: tuple[float, float]


@f.task(name="a box")
def box(width: float, height: float) -> Box:
    return Box((width, height))


with f.Fun():
    step = box(1.0, 2.0)
    f.execute(step).wait()
    assert f.take(step).sides == (1.0, 2.0)
