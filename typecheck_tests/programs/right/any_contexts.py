from __future__ import annotations

from dataclasses import dataclass
from typing import Any, assert_type

import funsies as f
from funsies import parametric


@dataclass
class Atom:
    symbol: str
    charge: int = 0


@f.task
def square(x: int) -> int:
    return x * x


# %% execute of whatever is built in its argument
with f.Fun():
    f.execute(
        [square(2), f.put({"a": [1, 2]}), f.morph(lambda atom: atom.symbol, Atom("H"))]
    ).wait()
    assert f.take(square(2)) == 4

# %% take of what is written out
with f.Fun():
    f.execute(f.put([1, 2]).map(len)).wait()
    number = f.take(f.put([1, 2]).map(len))
    assert_type(number, int)
    assert number == 2

# %% steps of different types in one list
with f.Fun():
    steps: list[f.Artefact[Any]] = [square(3), f.put("text"), f.gather([square(1), square(2)])]
    f.execute(steps).wait()
    assert [f.take(step) for step in steps] == [9, "text", [1, 4]]

# %% what is committed
with f.Fun():
    x = f.put(4)
    parametric.commit("square", inp={"x": x}, out={"y": square(x), "twice": x.map(lambda n: 2 * n)})
    found = parametric.recall("square", inp={"x": 5})
    f.execute(*found.values()).wait()
    assert {name: f.take(step) for name, step in found.items()} == {"y": 25, "twice": 10}

# %% a starred lambda
with f.Fun():
    squares = tuple(square(n) for n in range(4))
    total = f.reduce(lambda *xs: sum(xs), *squares)
    largest = f.reduce(lambda *xs: max(xs), *squares, 7)
    assert_type(total, f.Artefact[int])
    assert_type(largest, f.Artefact[int])
    f.execute(total, largest).wait()
    assert (f.take(total), f.take(largest)) == (14, 9)

# %% a first parameter, and the rest
with f.Fun():
    text = f.reduce(lambda first, *rest: first + "".join(rest), "a", f.put("b"), *["c", "d"])
    assert_type(text, f.Artefact[str])
    f.execute(text).wait()
    assert f.take(text) == "abcd"

# %% a separator after a number of inputs
with f.Fun():
    parts = [f.put("a"), f.put("b")]
    joined = f.reduce(lambda *each: each[-1].join(each[:-1]), *parts, "-")
    f.execute(joined).wait()
    assert f.take(joined) == "a-b"

# %% two parameters of a list of two
with f.Fun():
    pair = [square(2), square(3)]
    difference = f.reduce(lambda low, high: high - low, *pair)
    f.execute(difference).wait()
    assert f.take(difference) == 5

# %% inputs of different types that are counted
with f.Fun():
    count = f.reduce(lambda *things: len(things), square(1), "text", Atom("He"))
    f.execute(count).wait()
    assert f.take(count) == 3
