"""Values that are pickled, and do not fit."""

from __future__ import annotations

import funsies as f


class Model:
    slope = 1.0


class Table:
    rows = 0


def fit(points: list[float]) -> f.Pickled[Model]:
    return Model()


def rows(table: f.Pickled[Table]) -> int:
    return table.rows


# %% another class
with f.Fun():
    f.execute(f.reduce(rows, f.reduce(fit, [1.0])))  # Raises: is Pickled[Table], but it is given an artefact of Pickled[Model]  # E: needs "Table" inside the artefact


# %% a value of another class
with f.Fun():
    f.execute(f.reduce(rows, Model()))  # Raises: expected Pickled[Table], got  # E: has type "Model"


# %% without the word
def unsaid(points: list[float]) -> Model:
    return Model()


with f.Fun():
    f.execute(f.reduce(unsaid, [1.0]))  # Raises: annotate it as funsies.Pickled[...]  # E: which has no encoding; make it a dataclass, annotate it as funsies.Pickled[...]


# %% what takes it does not say so
def slope(model: Model) -> float:
    return model.slope


with f.Fun():
    f.execute(f.reduce(slope, f.reduce(fit, [1.0])))  # Raises: annotate it as funsies.Pickled[...]  # E: Parameter "model" of "slope" is "Model", which has no encoding
