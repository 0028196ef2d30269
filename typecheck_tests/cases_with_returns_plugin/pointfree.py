"""Functions of ``returns`` infer exact types for artefacts, with its mypy plugin."""

from __future__ import annotations

from typing import assert_type

from returns.pipeline import flow, pipe
from returns.pointfree import bind, lash, map_

import funsies as f

number = f.put(1)


def half(x: int) -> float:
    return x / 2


def show(x: float) -> f.Artefact[str]:
    return f.put(str(x))


def instead(error: f.Error) -> f.Artefact[int]:
    return f.put(len(error.details))


def shout(text: str) -> str:
    return text.upper()


assert_type(map_(half)(number), f.Artefact[float])
assert_type(bind(show)(number.map(half)), f.Artefact[str])
assert_type(lash(instead)(number), f.Artefact[int])
assert_type(flow(number, map_(half), bind(show)), f.Artefact[str])
assert_type(pipe(map_(half), bind(show))(number), f.Artefact[str])
flow(number, map_(shout))  # E: has incompatible type
