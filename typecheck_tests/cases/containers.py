"""``map``, ``bind``, ``lash``, ``apply``: what one does with a container."""

from __future__ import annotations

from typing import assert_type

import funsies as f

number = f.put(1)


def half(x: int) -> float:
    return x / 2


def show(x: int) -> f.Artefact[str]:
    return f.put(str(x))


def instead(error: f.Error) -> f.Artefact[int]:
    return f.put(len(error.details))


def otherwise(error: f.Error) -> f.Artefact[str]:
    return f.put(error.details)


assert_type(number.map(half), f.Artefact[float])
assert_type(number.map(lambda x: x * 1.5), f.Artefact[float])
assert_type(number.map(str), f.Artefact[str])
assert_type(number.bind(show), f.Artefact[str])
assert_type(number.bind(lambda x: f.put([x])), f.Artefact[list[int]])
assert_type(number.lash(instead), f.Artefact[int])
assert_type(number.lash(otherwise), f.Artefact[int | str])
assert_type(f.Artefact.from_value(1), f.Artefact[int])
assert_type(number.apply(f.Artefact.from_value(half)), f.Artefact[float])
assert_type(number.map(half).bind(lambda x: f.put(str(x))).map(len), f.Artefact[int])


def shout(text: str) -> str:
    return text.upper()


number.map(shout)  # E: Argument 1 to "map" of "Artefact" has incompatible type
number.bind(half)  # E: Argument 1 to "bind" of "Artefact" has incompatible type
number.lash(show)  # E: Argument 1 to "lash" of "Artefact" has incompatible type
number.lash(half)  # E: Argument 1 to "lash" of "Artefact" has incompatible type
