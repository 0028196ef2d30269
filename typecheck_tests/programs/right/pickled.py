"""Values of classes that have no encoding, stored by pickle where an annotation says so."""

from __future__ import annotations

import random

import funsies as f


class Model:
    def __init__(self, slope: float) -> None:
        self.slope = slope

    def predict(self, x: float) -> float:
        return self.slope * x


class Steep(Model):
    """Not named by any annotation."""


class Pair:
    """Holds others."""

    def __init__(self, first: Model, second: Model) -> None:
        self.first, self.second = first, second


def fit(points: list[float]) -> f.Pickled[Model]:
    return Steep(sum(points))


def predict(model: f.Pickled[Model], x: float) -> float:
    return model.predict(x)


# %% a model goes from step to step, as what it is
def kind_of(model: f.Pickled[Model]) -> str:
    return type(model).__name__


with f.Fun():
    model = f.reduce(fit, [1.0, 2.0])
    step, kind = f.reduce(predict, model, 3.0), f.reduce(kind_of, model)
    f.execute(step, kind).wait()
    assert f.take(step) == 9.0
    assert f.take(kind) == "Steep"
    taken: Model = f.take(model)
    assert isinstance(taken, Steep)
    assert taken.slope == 3.0

# %% a value is given to a parameter that says so
with f.Fun():
    step = f.reduce(predict, Steep(2.0), 3.0)
    f.execute(step).wait()
    assert f.take(step) == 6.0


# %% parts of containers, and of a union
def named(model: f.Pickled[Model]) -> dict[str, f.Pickled[Model]]:
    return {"only": model}


def only(models: dict[str, f.Pickled[Model]], other: f.Pickled[Model] | None) -> float:
    return models["only"].slope + (0.0 if other is None else other.slope)


with f.Fun():
    models = f.reduce(named, f.reduce(fit, [1.0]))
    one, two = f.reduce(only, models, None), f.reduce(only, models, Steep(2.0))
    f.execute(one, two).wait()
    assert (f.take(one), f.take(two)) == (1.0, 3.0)


# %% an object in an object, below a base that says nothing
def paired(first: float) -> f.Pickled[object]:
    return Pair(Steep(first), Model(2.0))


def summed(pair: f.Pickled[object]) -> float:
    assert isinstance(pair, Pair)
    return pair.first.slope + pair.second.slope


with f.Fun():
    step = f.reduce(summed, f.reduce(paired, 1.0))
    f.execute(step).wait()
    assert f.take(step) == 3.0


# %% a function whose annotation says nothing takes it, too
from typing import Any


@f.task
def slope_of(model: Any) -> float:
    return float(model.slope)


with f.Fun():
    step = slope_of(f.reduce(fit, [2.0, 3.0]))
    f.execute(step).wait()
    assert f.take(step) == 5.0


# %% one step for each of several values
def doubled(model: f.Pickled[Model]) -> float:
    return model.predict(2.0)


with f.Fun():
    step = f.map_each(doubled, [Steep(1.0), Model(2.0)])
    f.execute(step).wait()
    assert f.take(step) == [2.0, 4.0]


# %% a class of the standard library
def seeded(seed: int) -> f.Pickled[random.Random]:
    return random.Random(seed)


def drawn(generator: f.Pickled[random.Random]) -> int:
    return generator.randrange(1000)


with f.Fun():
    step = f.reduce(drawn, f.reduce(seeded, 7))
    f.execute(step).wait()
    assert f.take(step) == random.Random(7).randrange(1000)

# %% found again by who says what it is
with f.Fun():
    model = f.reduce(fit, [4.0])
    f.execute(model).wait()
    again = f.get(model.hash, as_type=f.Pickled[Model])
    assert f.take(again).slope == 4.0
    assert isinstance(f.take(f.get(model.hash)), bytes)

# %% another name for the annotation
Fitted = f.Pickled[Model]


def fitted(points: list[float]) -> Fitted:
    return Steep(sum(points))


def slopes(models: list[Fitted]) -> list[float]:
    return [model.slope for model in models]


with f.Fun():
    several = f.reduce(slopes, f.gather([f.reduce(fitted, [1.0]), f.reduce(fitted, [2.0])]))
    f.execute(several).wait()
    assert f.take(several) == [1.0, 2.0]

# %% an object of the program's own, and an empty list, said to be of a type
with f.Fun():
    model = f.put(Steep(3.0), as_type=f.Pickled[Model])
    step = f.reduce(predict, model, 2.0)
    empty = f.put([], as_type=list[float])
    f.execute(step, empty.map(len)).wait()
    assert f.take(step) == 6.0
    assert f.take(model).slope == 3.0
    assert f.take(empty) == []
