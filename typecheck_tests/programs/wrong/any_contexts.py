from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import funsies as f
from funsies import debug, parametric


@dataclass
class Atom:
    symbol: str


class Connection:
    """Something that cannot be stored."""


@f.task
def square(x: int) -> int:
    return x * x


def joined(words: list[str]) -> str:
    return " ".join(words)


# %% execute of a wrong step
with f.Fun():
    f.execute(f.reduce(joined, [1, 2]))  # Raises: str  # E: incompatible type "int"; expected "str"

# %% execute of a wrong call of a task
with f.Fun():
    f.execute(square("three"))  # Raises: argument 'x' of square  # E: needs "int"

# %% execute of several
with f.Fun():
    f.execute([square(1), square("two")])  # Raises: argument 'x' of square  # E: needs "int"

# %% execute of a dict of steps
with f.Fun():
    f.execute({"one": square(1), "two": square(None)})  # Raises: argument 'x' of square  # E: needs "int"

# %% a lambda that asks for what is not there
with f.Fun():
    f.execute(f.morph(lambda atom: atom.sybmol, Atom("H")))  # E: "Atom" has no attribute "sybmol"

# %% a lambda in take
with f.Fun():
    f.take(f.put([1, 2]).map(lambda numbers: numbers.sum()))  # Raises: it has not been executed  # E: "list[int]" has no attribute "sum"

# %% a value that cannot be stored, in a list
with f.Fun():
    f.execute(f.put([Connection()]))  # Raises: Connection  # E: put() takes "Connection" at [...], which has no encoding

# %% a step inside of a value
with f.Fun():
    f.execute(f.put([square(1)]))  # Raises: gather  # E: a container with artefacts inside; use gather()

# %% a step inside of a dict that is committed
with f.Fun():
    x = f.put(1)
    parametric.commit("squares", inp={"x": x}, out={"all": f.put({"a": square(x)})})  # Raises: gather  # E: a container with artefacts inside; use gather()

# %% what is committed
with f.Fun():
    x = f.put("text")
    parametric.commit("square", inp={"x": x}, out={"y": square(x)})  # Raises: parameter 'x' of square  # E: needs "int" inside the artefact

# %% what is taken out to a file
with f.Fun():
    f.takeout(f.reduce(joined, f.put([1])), "out.txt")  # Raises: list[str]  # E: needs "list[str]" inside the artefact

# %% what is reset
with f.Fun():
    f.reset(square("text"))  # Raises: argument 'x' of square  # E: needs "int"

# %% what is waited for
with f.Fun():
    f.wait_for(square(x=1.5))  # Raises: argument 'x' of square  # E: needs "int"

# %% a variable of any artefact
anything: f.Artefact[Any] = square("text")  # Raises: argument 'x' of square  # E: needs "int"

# %% a list of any artefacts
steps: list[f.Artefact[Any]] = [square(1), f.morph(joined, f.put(2))]  # Raises: list[str]  # E: needs "list[str]" inside the artefact

# %% an input of a shell step
with f.Fun():
    f.execute(f.shell("cat a", inp={"a": f.morph(joined, [b"x"])}))  # Raises: str  # E: expected "str"

# %% a function that takes any artefact
def shown(step: f.Artefact[Any]) -> str:
    return repr(step)


print(shown(f.morph(lambda atom: atom.sybmol, Atom("H"))))  # E: "Atom" has no attribute "sybmol"

# %% bind of a wrong task
with f.Fun():
    f.execute(f.put("text").bind(lambda text: square(text)))  # E: needs "int"

# %% a starred lambda of texts
with f.Fun():
    words = [f.put("a"), f.put("b")]
    f.execute(f.reduce(lambda *numbers: sum(numbers), *words))  # E: "tuple[str, ...]"; expected "Iterable[bool]"

# %% a starred lambda of numbers and a text
with f.Fun():
    f.execute(f.reduce(lambda first, *rest: first + sum(rest), square(1), 2, "three"))  # E: "tuple[int | str, ...]"

# %% an item of a starred parameter
with f.Fun():
    atoms = tuple(f.put(Atom(symbol)) for symbol in "HO")
    f.execute(f.reduce(lambda *each: each[0].name, *atoms))  # E: "Atom" has no attribute "name"

# %% a starred lambda of a list of values
with f.Fun():
    f.execute(f.reduce(lambda *parts: "".join(parts), *[1, 2]))  # E: "tuple[int, ...]"; expected "Iterable[str]"

# %% a misspelt name of funsies
with f.Fun():
    f.execut(square(1))  # Raises: did you mean 'execute'?  # E: has no attribute "execut"

# %% a misspelt name of a module of funsies
with f.Fun():
    print(f.types.Artefac)  # Raises: did you mean 'Artefact'?  # E: has no attribute "Artefac"
