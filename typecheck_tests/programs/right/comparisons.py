from __future__ import annotations

import json
from collections import Counter
from enum import Enum
from typing import Any

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


# %% steps are the same if their addresses are
with f.Fun():
    assert square(2) == square(2) != square(3)
    assert square(2) in [square(1), square(2)]
    assert square(4) not in {square(1), square(2)}
    assert square(1) in {square(1): "one"}
    step = square(2)
    f.execute(step).wait()
    assert f.take(step) == 4

# %% containers of steps
with f.Fun():
    steps = [square(n) for n in range(3)]
    assert steps == [square(n) for n in range(3)]
    assert steps != [] and (steps[0], "a") == (square(0), "a")
    assert {"a": steps[0]} == {"a": square(0)}
    f.execute(steps).wait()
    assert [f.take(step) for step in steps] == [0, 1, 4]

# %% values are compared in steps
with f.Fun():
    done = f.morph(lambda state: state == State.DONE, state_of("all done"))
    known = f.reduce(lambda name, names: name in names, f.put("pbe"), ["pbe", "b3lyp"])
    f.execute(done, known).wait()
    assert f.take(done) and f.take(known)

# %% values are compared once they are taken
with f.Fun():
    step = state_of("still running")
    f.execute(step).wait()
    match f.take(step):
        case State.RUNNING:
            told = "wait"
        case State.DONE:
            told = "go"
    assert told == "wait" and f.take(step) is State.RUNNING

# %% a match on what a parameter is given
def shown(x: f.Artefact[int] | int | str) -> str:
    match x:
        case f.Artefact():
            return "a step"
        case 0 | 1:
            return "small"
        case int():
            return "a number"
        case _:
            return x


with f.Fun():
    step = square(3)
    assert [shown(x) for x in (step, 1, 5, "text")] == ["a step", "small", "a number", "text"]
    f.execute(step).wait()
    assert f.take(step) == 9

# %% the order of steps is that of something else
with f.Fun():
    steps = {name: square(len(name)) for name in ("ccc", "a", "bb")}
    ordered = sorted(steps.values(), key=lambda step: step.hash)
    assert sorted(steps) == ["a", "bb", "ccc"]
    f.execute(ordered).wait()
    assert sorted(map(f.take, ordered)) == [1, 4, 9]
    assert max(steps, key=lambda name: f.take(steps[name])) == "ccc"

# %% arithmetic in steps
with f.Fun():
    total = f.reduce(lambda a, b: a + b, square(1), square(2))
    gap = f.put(1.5).map(lambda x: x - 0.5)
    whole = f.reduce(sum, f.gather([square(n) for n in range(4)]))
    f.execute(total, gap, whole).wait()
    assert (f.take(total), f.take(gap), f.take(whole)) == (5, 1.0, 14)

# %% steps as keys
with f.Fun():
    names = {square(n): f"{n} squared" for n in (1, 2)}
    f.execute(*names).wait()
    assert {name: f.take(step) for step, name in names.items()} == {
        "1 squared": 1,
        "2 squared": 4,
    }
    assert Counter([square(1), square(1)])[square(1)] == 2

# %% JSON of values
with f.Fun():
    steps = [square(n) for n in (1, 2)]
    f.execute(steps).wait()
    report = {"hashes": [step.hash for step in steps], "values": [f.take(s) for s in steps]}
    assert json.loads(json.dumps(report))["values"] == [1, 4]

# %% a pointer is shown, not its value
with f.Fun():
    step = square(5)
    print(step, f"{step!r}", step.hash, repr(step))
    f.execute(step).wait()
    assert f"{f.take(step)}" == "25"

# %% what is compared with anything
def position(thing: object, things: list[Any]) -> int:
    return things.index(thing) if thing in things else -1


with f.Fun():
    step = square(6)
    assert position(step, [square(1), step]) == 1
    assert position(None, [step]) == -1
    assert step != None  # noqa: E711
    f.execute(step).wait()
    assert f.take(step) == 36

# %% results are compared with results
with f.Fun():
    steps = [square(2), f.morph(lambda x: x + x, 2)]
    f.execute(steps).wait()
    first, second = (f.take(step, strict=False) for step in steps)
    assert first == second and first in [second]
    assert first.value_or(0) == 4
