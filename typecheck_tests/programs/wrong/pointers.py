import math
from dataclasses import dataclass
from pathlib import Path

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


@f.task
def halves(number: int) -> tuple[int, int]:
    return number // 2, number - number // 2


@f.task
def molecule(name: str) -> Molecule:
    return Molecule(name)

# %% the length of an artefact
with f.Fun():
    print(len(words("a b")))  # Raises: f.morph(lambda value: len(value), artefact)  # E: do it in a step, f.reduce(len, ...), or execute it and use take()

# %% an item of an artefact
with f.Fun():
    first = words("a b")[0]  # Raises: f.morph(lambda value: value[0], artefact)  # E: is not indexable; an artefact points to a value that may not exist yet: do it in a step, f.morph(lambda value: value[...], artefact)

# %% an attribute of the value
with f.Fun():
    charge = molecule("C").charge  # Raises: f.morph(lambda value: value.charge, artefact)  # E: has no attribute "charge"; an artefact points to a value that may not exist yet: do it in a step, f.morph(lambda value: value.charge, artefact)

# %% a method of the value
with f.Fun():
    print(f.shell("date").stdout.decode())  # Raises: value.decode  # E: f.morph(lambda value: value.decode, artefact), or execute it and use take()

# %% a loop over an artefact
with f.Fun():
    for word in words("a b"):  # Raises: f.map_each(function, artefact) for each item of a list  # E: f.map_each(function, artefact) makes a step for each item of a list
        print(word)

# %% a comprehension over an artefact
with f.Fun():
    lengths = [len(word) for word in words("a b")]  # Raises: f.map_each(function, artefact)  # E: f.map_each(function, artefact) makes a step for each item

# %% several results unpacked from one task
with f.Fun():
    small, large = halves(3)  # Raises: f.py(function, ...) for a function with several results  # E: f.py(function, ...) gives an artefact for each of several results

# %% take of a list
with f.Fun():
    steps = [square(1), square(2)]
    f.execute(steps).wait()
    f.take(steps)  # Raises: one artefact at a time is taken: [f.take(each) for each in ...]  # E: one artefact at a time is taken: [f.take(each) for each in ...]

# %% take of a dict
with f.Fun():
    steps = {"one": square(1)}
    f.execute(steps).wait()
    f.take(steps)  # Raises: one artefact at a time is taken  # E: one artefact at a time is taken

# %% take of a task
with f.Fun():
    f.take(square)  # Raises: call the task, and give what it returns: square(...)  # E: call the task, execute what it returns, and take that

# %% gather of a set
with f.Fun():
    f.execute(f.gather({square(1), square(2)}))  # Raises: gather() keeps an order, which a set has not: give a list  # E: gather([...])

# %% gather of two artefacts
with f.Fun():
    f.execute(f.gather(square(1), square(2)))  # Raises: gather([a, b])  # E: gather([...])

# %% the name of a task by position
@f.task("doubled")  # Raises: @task takes a name by keyword: @task(name='doubled')  # E: "@task" takes a name by keyword: @task(name="doubled")
def double(number: int) -> int:
    return 2 * number

# %% a task given to execute
with f.Fun():
    f.execute(square)  # Raises: call the task, and give what it returns: square(...)  # E: call the task and give what it returns, execute(task(...))

# %% a function given to execute
def work() -> int:
    return 1


with f.Fun():
    f.execute(work)  # Raises: make a step of the function: reduce(work, ...)  # E: make a step of the function, execute(f.reduce(function, ...))

# %% a generator given to execute
with f.Fun():
    f.execute(square(number) for number in range(3))  # Raises: give a list: [... for ... in ...]  # E: give a list: execute([...])

# %% a task given to wait_for
with f.Fun():
    f.wait_for(square)  # Raises: call the task, and give what it returns: square(...)  # E: wait_for(task(...))

# %% two inputs for morph
def power(base: float, exponent: float) -> float:
    return math.pow(base, exponent)


with f.Fun():
    f.execute(f.morph(power, f.put(2.0), 2.0))  # Raises: morph() gives a function one input: reduce(power, ...) gives it several  # E: morph() gives a function one input; f.reduce(function, ...) gives it several

# %% None for a number
def found(text: str) -> int | None:
    return int(text) if text.isdigit() else None


with f.Fun():
    f.execute(square(found("a")))  # Raises: argument 'number' of square: cannot store this as int: expected int, got None  # E: "square" needs "int"; it may be None: take care of that first

# %% an artefact of what may be None
@f.task
def found(text: str) -> int | None:
    return int(text) if text.isdigit() else None


with f.Fun():
    f.execute(square(found("a")))  # E: "square" needs "int"; it may be None: take care of that in a step before

# %% None for a function of Python
def found(text: str) -> int | None:
    return int(text) if text.isdigit() else None


with f.Fun():
    f.execute(f.reduce(abs, found("a")))  # E: "abs" needs "SupportsAbs[int]"; it may be None: take care of that first

# %% a function of Python, given an artefact
with f.Fun():
    print(math.sqrt(square(3)))  # Raises: float(value)  # E: do it in a step, f.reduce(sqrt, ...), or execute it and use take()

# %% a sum of artefacts
with f.Fun():
    print(sum([square(1), square(2)]))  # Raises: f.reduce(sum, f.gather([...]))  # E: join the artefacts for a step: f.reduce(function, f.gather([...]))

# %% the largest of some artefacts
with f.Fun():
    print(max(square(1), square(2)))  # Raises: compared with >  # E: do it in a step, f.reduce(max, ...)

# %% artefacts in order
with f.Fun():
    print(sorted([square(2), square(1)]))  # Raises: compared with <  # E: f.reduce(sorted, f.gather([...]))

# %% an artefact as the index
names = ["a", "b"]

with f.Fun():
    print(names[square(1)])  # Raises: used as an index or a count  # E: f.reduce(lambda items, index: items[index], ...)

# %% a range of an artefact
with f.Fun():
    for number in range(square(2)):  # Raises: used as an index or a count  # E: an artefact points to a value that may not exist yet: execute it and use take()
        print(number)

# %% arithmetic with an artefact
with f.Fun():
    total = 2 * square(3)  # Raises: f.morph(lambda value: 2 * value, artefact)  # E: f.reduce(lambda a, b: a * b, ...)

# %% a plain function given an artefact
def shown(number: int) -> str:
    return f"{number:.1f}"  # Raises: cannot be formatted


with f.Fun():
    print(shown(square(2)))  # E: do it in a step, f.reduce(shown, ...)

# %% a value in a list of artefacts' values
numbers: list[int] = []

with f.Fun():
    numbers.append(square(1))  # E: expected "int"; an artefact points to a value that may not exist yet: execute it and use take()

# %% the annotation of a value on an artefact
def total(numbers: list[int]) -> int:
    return f.reduce(sum, numbers)  # E: return the artefact, and annotate it so


with f.Fun():
    print(total([1]))

# %% an item of an artefact is set
with f.Fun():
    words("a b")[0] = "c"  # Raises: is a pointer to a value that may not exist yet; it cannot be changed  # E: a value cannot be changed: return another one from a step

# %% an artefact as a path
with f.Fun():
    name = f.morph(str.strip, " a ")
    print(Path(name))  # Raises: Artefact  # E: do it in a step, f.reduce(Path, ...)

# %% an artefact called
with f.Fun():
    print(square(1)(2))  # Raises: f.morph(lambda value: value(2), artefact)  # E: not callable; an artefact points to a value
