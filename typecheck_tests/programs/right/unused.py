from collections import defaultdict
from dataclasses import dataclass, field

import funsies as f


@f.task
def square(number: int) -> int:
    return number**2

# %% a loop that carries its step on
with f.Fun():
    step = f.put(3)
    for _ in range(2):
        step = square(step)
    f.execute(step).wait()
    assert f.take(step) == 81

# %% a loop that collects its steps
with f.Fun():
    steps = []
    for number in range(4):
        step = square(number)
        steps.append(step)
    total = f.reduce(sum, f.gather(steps))
    f.execute(total).wait()
    assert f.take(total) == 14

# %% the first that fits, and then the loop ends
with f.Fun():
    for number in range(10):
        step = square(number)
        if number > 2:
            break
    f.execute(step).wait()
    assert f.take(step) == 9

# %% a step for one of the rounds
with f.Fun():
    best = square(0)
    for number in (3, 1, 2):
        if number > 2:
            best = square(number)
    f.execute(best).wait()
    assert f.take(best) == 9

# %% each round executes its own
values = []

with f.Fun():
    for number in range(3):
        step = square(number)
        f.execute(step).wait()
        values.append(f.take(step))
    assert values == [0, 1, 4]

# %% the rounds are used by a function that is defined before
steps: list[f.Artefact[int]] = []


def keep() -> None:
    steps.append(step)


with f.Fun():
    for number in range(3):
        step = square(number)
        keep()
    f.execute(steps).wait()
    assert [f.take(each) for each in steps] == [0, 1, 4]

# %% the last of a chain, and one only
def chain(length: int) -> f.Artefact[int]:
    step = square(2)
    while length:
        step = square(step)
        length -= 1
    return step


with f.Fun():
    last = chain(1)
    f.execute(last).wait()
    assert f.take(last) == 16

# %% steps in a dict
def table(numbers: list[int]) -> dict[int, f.Artefact[int]]:
    steps = {}
    for number in numbers:
        steps[number] = square(number)
    return steps


with f.Fun():
    steps = table([2, 5])
    f.execute(steps).wait()
    assert {number: f.take(step) for number, step in steps.items()} == {2: 4, 5: 25}

# %% groups of steps
groups = defaultdict(list)

with f.Fun():
    for number in range(4):
        groups["even" if number % 2 == 0 else "odd"].append(square(number))
    sums = {name: f.reduce(sum, f.gather(steps)) for name, steps in groups.items()}
    f.execute(sums).wait()
    assert {name: f.take(total) for name, total in sums.items()} == {"even": 4, "odd": 10}

# %% a holder of steps
@dataclass
class Batch:
    steps: list[f.Artefact[int]] = field(default_factory=list)

    def add(self, number: int) -> None:
        step = square(number)
        self.steps.append(step)


with f.Fun():
    batch = Batch()
    for number in range(3):
        batch.add(number)
    f.execute(batch.steps).wait()
    assert [f.take(step) for step in batch.steps] == [0, 1, 4]

# %% one of several results
def halves(number: int) -> tuple[int, int]:
    return number // 2, number - number // 2


with f.Fun():
    small, _ = f.py(halves, 17)
    f.execute(small).wait()
    assert f.take(small) == halves(17)[0]

# %% two loops, one inside the other
with f.Fun():
    rows = []
    for row in range(2):
        cells = []
        for column in range(2):
            cell = square(row + column)
            cells.append(cell)
        joined = f.gather(cells)
        rows.append(joined)
    f.execute(rows).wait()
    assert [f.take(row) for row in rows] == [[0, 1], [1, 4]]

# %% a Fun that is made before it is entered
fun = f.Fun()

with fun:
    step = square(6)
    f.execute(step).wait()
    assert f.take(step) == 36

# %% a step that is kept for its name
def build() -> f.Artefact[int]:
    _for_later = square(100)
    return square(1)


with f.Fun():
    step = build()
    f.execute(step).wait()
    assert f.take(step) == 1

# %% retried with what came before
with f.Fun():
    guess = f.put(1.0)
    for tolerance in (0.1, 0.01):
        better = f.reduce(lambda x, t: (x + 2 / x) / 2 + 0 * t, guess, tolerance, out=float)
        guess = better
    f.execute(guess).wait()
    assert round(f.take(guess), 2) == 1.42
