"""``reduce``, ``morph``: wrong wiring is found, up to eight inputs."""

from __future__ import annotations

import funsies as f

number = f.put(1)


def shout(text: str) -> str:
    return text.upper()


def double(x: int) -> int:
    return 2 * x


def later(x: int) -> f.Artefact[int]:
    return f.put(x)


def two(a: int, b: str) -> int:
    return a


def three(a: int, b: int, c: str) -> int:
    return a


def four(a: int, b: int, c: int, d: str) -> int:
    return a


def five(a: int, b: int, c: int, d: int, e: str) -> int:
    return a


def six(a: int, b: int, c: int, d: int, e: int, g: str) -> int:
    return a


def seven(a: int, b: int, c: int, d: int, e: int, g: int, h: str) -> int:
    return a


def eight(a: int, b: int, c: int, d: int, e: int, g: int, h: int, i: str) -> int:
    return a


f.reduce(shout, number)  # E: Argument 1 to "reduce" has incompatible type
f.morph(shout, number)  # E: Argument 1 to "morph" has incompatible type
f.reduce(double, "text")  # E: Argument 1 to "reduce" has incompatible type
f.reduce(double, number, number)  # E: expected "Callable[[int, int], int]"
f.reduce(double)  # E: expected "Callable[[], int]"
f.reduce(two, number, number)  # E: Argument 1 to "reduce" has incompatible type
f.reduce(three, number, 1, number)  # E: Argument 1 to "reduce" has incompatible type
f.reduce(four, number, 1, 1, number)  # E: Argument 1 to "reduce" has incompatible type
f.reduce(five, number, 1, 1, 1, number)  # E: Argument 1 to "reduce" has incompatible type
f.reduce(six, number, 1, 1, 1, 1, number)  # E: Argument 1 to "reduce" has incompatible type
f.reduce(seven, number, 1, 1, 1, 1, 1, number)  # E: Argument 1 to "reduce" has incompatible
f.reduce(eight, number, 1, 1, 1, 1, 1, 1, number)  # E: Argument 1 to "reduce" has incompatible
f.reduce(later, number)  # E: Value of type variable "R" of "reduce" cannot be "Artefact[int]"
f.morph(later, number)  # E: Value of type variable "R" of "morph" cannot be "Artefact[int]"
f.reduce(3, number)  # E: No overload variant of "reduce" matches
wrong: f.Artefact[str] = f.reduce(double, number)  # E: Argument 1 to "reduce"
