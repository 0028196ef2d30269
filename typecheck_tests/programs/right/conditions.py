from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import funsies as f
from funsies.types import Failure, Success


@f.task
def square(x: int) -> int:
    return x * x


# %% the condition is in the step
@f.task
def larger(left: int, right: int) -> int:
    return left if left > right else right


with f.Fun():
    best = larger(square(3), square(2))
    f.execute(best).wait()
    assert f.take(best) == 9

# %% the condition is about the value
with f.Fun():
    sizes = [square(n) for n in range(4)]
    f.execute(sizes).wait()
    even = [step for step in sizes if f.take(step) % 2 == 0]
    if f.take(sizes[1]):
        even.append(sizes[1])
    assert [f.take(step) for step in even] == [0, 4, 1]

# %% whether there is a step at all
def refined(start: int, previous: f.Artefact[int] | None = None) -> f.Artefact[int]:
    if previous is None:
        return square(start)
    return f.reduce(max, square(start), previous)


with f.Fun():
    last = None
    for n in (3, 1):
        last = refined(n, last)
    assert last is not None
    f.execute(last).wait()
    assert f.take(last) == 9

# %% whether a list or a dict of steps is empty
with f.Fun():
    pending: dict[str, f.Artefact[int]] = {}
    if not pending:
        pending["first"] = square(5)
    steps = list(pending.values())
    assert steps and pending
    f.execute(steps).wait()
    assert [f.take(step) for step in steps if pending] == [25]

# %% a value or a step that makes it
def doubled(x: f.Artefact[int] | int) -> f.Artefact[int]:
    if isinstance(x, int) and x:
        return f.put(2 * x)
    return f.reduce(lambda value: 2 * value, x)


with f.Fun():
    both = [doubled(4), doubled(square(4))]
    f.execute(both).wait()
    assert [f.take(step) for step in both] == [8, 32]

# %% the same step asked for twice is one
with f.Fun():
    seen: set[f.Artefact[int]] = set()
    for n in (1, 2, 1):
        if (step := square(n)) not in seen:
            seen.add(step)
    assert len(seen) == 2
    f.execute(*seen).wait()
    assert sorted(map(f.take, seen)) == [1, 4]

# %% a flag beside the step
@dataclass
class Job:
    name: str
    is_wanted: bool
    steps: list[f.Artefact[int]] = field(default_factory=list)


def wanted(jobs: Sequence[Job]) -> list[f.Artefact[int]]:
    return [step for job in jobs if job.is_wanted and job.steps for step in job.steps]


with f.Fun():
    chosen = wanted([Job("a", True, [square(6)]), Job("b", False, [square(7)]), Job("c", True)])
    f.execute(chosen).wait()
    assert [f.take(step) for step in chosen] == [36]

# %% conditions on results, told apart by their class
with f.Fun():
    numbers = [f.morph(int, text) for text in ("1", "one", "3")]
    f.execute(numbers).wait()
    results = [f.take(number, strict=False) for number in numbers]
    good = [result.unwrap() for result in results if isinstance(result, Success)]
    bad = [str(r.failure().exception) for r in results if not isinstance(r, Success)]
    assert any(isinstance(result, Failure) for result in results)
    assert (good, bad) == ([1, 3], ["ValueError"])

# %% lambdas with conditions inside of steps
with f.Fun():
    sign = f.morph(lambda x: "positive" if x and x > 0 else "not positive", square(3))
    clipped = f.put([-1, 0, 2]).map(lambda xs: [x for x in xs if x > 0])
    f.execute(sign, clipped).wait()
    assert (f.take(sign), f.take(clipped)) == ("positive", [2])

# %% a loop until a value is small enough
@f.task
def halve(x: float) -> float:
    return x / 2


with f.Fun():
    x = halve(10.0)
    f.execute(x).wait()
    rounds = 1
    while not f.take(x) < 1 and rounds < 10:
        x = halve(x)
        f.execute(x).wait()
        rounds += 1
    assert (rounds, f.take(x)) == (4, 0.625)

# %% is one of these steps the one
with f.Fun():
    steps = [square(n) for n in range(3)]
    assert square(2) in steps and square(9) not in steps
    assert steps.index(square(1)) == 1
    assert {square(2): "two"}[steps[2]] == "two"
    f.execute(steps).wait()
    assert any(f.take(step) == 4 for step in steps)
