"""Parts of the workflow whose shape is known only at run time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_type

import funsies as f
from funsies.dynamic import map_each, sac

number = f.put(1)
numbers = f.put([1, 2])


def half(x: int) -> float:
    return x / 2


def shout(x: str) -> str:
    return x.upper()


def show(x: int) -> f.Artefact[str]:
    return f.put(str(x))


@f.task
def square(x: int) -> int:
    return x * x


@f.task
def upper(x: str) -> str:
    return x.upper()


def split(text: str) -> list[str]:
    return text.split()


def halves(text: str) -> tuple[str, str]:
    return text[:3], text[3:]


def apply(word: f.Artefact[str]) -> f.Artefact[int]:
    return f.morph(len, word)


def apply_number(word: f.Artefact[int]) -> f.Artefact[int]:
    return word


def combine(lengths: Sequence[f.Artefact[int]]) -> f.Artefact[list[int]]:
    return f.gather(list(lengths))


def combine_text(lengths: Sequence[f.Artefact[str]]) -> f.Artefact[int]:
    return f.put(1)


def count(words: str) -> int:
    return len(words)


assert_type(number.map(half), f.Artefact[float])
assert_type(number.bind(show), f.Artefact[str])
assert_type(number.bind(lambda x: f.put([x])), f.Artefact[list[int]])
assert_type(number.bind(square), f.Artefact[int])
assert_type(number.lash(lambda error: f.put(error.details)), f.Artefact[int | str])
number.bind(upper)  # E: What "bind" gives to its function has type "Artefact[int]", but parameter "x" of "upper" needs "str"
number.map(upper)  # E: What "map" gives to its function has type "Artefact[int]"
number.map(shout)  # E: What "map" gives to its function has type "Artefact[int]", but parameter "x" of "shout" needs "str"
number.map(show)  # E: "show" returns an artefact; that makes the workflow dynamic: use .bind() in the place of "map"
number.map(lambda x: x.upper())  # E: "int" has no attribute "upper"
number.bind(half)  # E: "bind" needs a function that returns an artefact, but "half" returns "float"; use map() or reduce() for a value
number.bind(lambda x: x + 1)  # E: "bind" needs a function that returns an artefact
number.lash(lambda error: error.details)  # E: "lash" needs a function that returns an artefact

assert_type(map_each(half, numbers), f.Artefact[list[float]])
assert_type(map_each(square, [1, 2]), f.Artefact[list[int]])
assert_type(map_each(lambda x: str(x), numbers), f.Artefact[list[str]])
map_each(shout, numbers)  # E: An item of the list has type "int", but parameter "x" of "shout" needs "str"
map_each(upper, numbers)  # E: An item of the list has type "int"
map_each(half, number)  # E: "map_each" goes over a list, not "int"
map_each(half, "text")  # E: "map_each" goes over a list, not "str"
map_each(show, numbers)  # E: "show" returns an artefact; that makes the workflow dynamic: .bind() a function of the whole list that returns gather([...]) of them

assert_type(sac(split, apply, combine, "a b"), f.Artefact[list[int]])
assert_type(sac(split, apply, combine, f.put("a b")), f.Artefact[list[int]])
assert_type(sac(halves, apply, combine, "a b"), f.Artefact[list[int]])
sac(split, apply, combine, number)  # E: Argument 4 to "sac" has type "Artefact[int]", but parameter "text" of "split" needs "str"
sac(split, apply, combine)  # E: Missing positional argument "text" in call to "split"
sac(count, apply, combine, "a b")  # E: "count" must return a list of parts, not "int"
sac(split, apply_number, combine, "a b")  # E: A part has type "Artefact[str]", but parameter "word" of "apply_number" needs "Artefact[int]"
sac(split, apply, combine_text, "a b")  # E: The list of results has type "list[Artefact[int]]"
sac(split, len, combine, "a b")  # E: [funsies
