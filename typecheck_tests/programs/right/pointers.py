from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from pathlib import PurePosixPath

import funsies as f


@dataclass(frozen=True)
class Molecule:
    name: str
    charge: int = 0


@f.task
def square(number: int) -> int:
    return number**2


@f.task
def words(text: str) -> list[str]:
    return text.split()

# %% the length, in a step
with f.Fun():
    step = f.reduce(len, words("a b"))
    f.execute(step).wait()
    assert f.take(step) == len(words.fn("a b"))

# %% an item, in a step
with f.Fun():
    step = f.morph(lambda value: value[0], words("a b"), out=str)
    f.execute(step).wait()
    assert f.take(step) == "a"

# %% an attribute, in a step
with f.Fun():
    molecule = f.put(Molecule("C", 1))
    step = f.morph(lambda value: value.charge, molecule, out=int)
    f.execute(step).wait()
    assert f.take(step) == 1

# %% each item of a list
with f.Fun():
    step = f.map_each(len, words("a bcd"))
    f.execute(step).wait()
    assert f.take(step) == [1, 3]

# %% several results
def halves(number: int) -> tuple[int, int]:
    return number // 2, number - number // 2


with f.Fun():
    small, large = f.py(halves, 3)
    f.execute(small, large).wait()
    assert (f.take(small), f.take(large)) == halves(3)

# %% one by one, or together
with f.Fun():
    steps = [square(number) for number in range(3)]
    joined = f.gather(steps)
    f.execute(steps, joined).wait()
    assert [f.take(each) for each in steps] == f.take(joined) == [0, 1, 4]

# %% the artefacts of a dict
with f.Fun():
    by_name = {"one": square(1), "two": square(2)}
    joined = f.gather(by_name)
    f.execute(by_name, joined).wait()
    assert f.take(joined) == {name: f.take(each) for name, each in by_name.items()}

# %% the sum of some steps
with f.Fun():
    total = f.reduce(sum, f.gather([square(number) for number in range(4)]))
    f.execute(total).wait()
    assert f.take(total) == sum(number**2 for number in range(4))

# %% a value is used once it is there
with f.Fun():
    count = square(2)
    f.execute(count).wait()
    steps = [square(number) for number in range(f.take(count))]
    f.execute(steps).wait()
    assert [f.take(each) for each in steps] == [0, 1, 4, 9]

# %% what may be None, taken care of before
@f.task
def found(text: str) -> int | None:
    return int(text) if text.isdigit() else None


@f.task
def or_zero(number: int | None) -> int:
    return 0 if number is None else number


with f.Fun():
    step = square(or_zero(found("a")))
    f.execute(step).wait()
    assert f.take(step) == 0

# %% what may be None, taken care of at once
def found(text: str) -> Decimal | None:
    return Decimal(text) if text else None


with f.Fun():
    number = found("-2.5")
    assert number is not None
    step = f.reduce(abs, number, out=Decimal)
    f.execute(step).wait()
    assert f.take(step) == Decimal("2.5")

# %% a function that takes None
def shown(day: date | None) -> str:
    return "never" if day is None else day.isoformat()


with f.Fun():
    one, other = f.reduce(shown, None), f.reduce(shown, f.put(date(2024, 2, 29)))
    f.execute(one, other).wait()
    assert [f.take(one), f.take(other)] == ["never", "2024-02-29"]

# %% the name of a task by keyword
@f.task(name="squared")
def other(number: int) -> int:
    return number**2


with f.Fun():
    step = other(3)
    f.execute(step).wait()
    assert f.take(step) == 9

# %% pointers are compared with pointers, hashed and shown
with f.Fun():
    one, same, other = square(1), square(1), square(2)
    assert one == same != other
    assert len({one, same, other}) == 2
    assert "square" in repr(one)
    f.execute(one).wait()
    assert f.take(one) == 1

# %% pointers in containers of the program
class Kind(Enum):
    SMALL = "small"
    LARGE = "large"


with f.Fun():
    steps = {Kind.SMALL: square(1), Kind.LARGE: square(100)}
    pairs = [(kind, step) for kind, step in steps.items()]
    f.execute(steps).wait()
    assert {kind.value: f.take(step) for kind, step in pairs} == {"small": 1, "large": 10000}

# %% the keys of what a step makes
with f.Fun():
    step = f.shell("echo a > a; echo b > b", out=["a", "b"])
    f.execute(step).wait()
    texts = {PurePosixPath(name): f.take(step.out[name]) for name in step.out}
    assert texts == {PurePosixPath("a"): b"a\n", PurePosixPath("b"): b"b\n"}
