"""An artefact has no truth, and equals artefacts only: its value is not there yet."""

from __future__ import annotations

from typing import Any

import funsies as f

number = f.put(1)
numbers = f.put([1, 2])


@f.task
def double(x: int) -> int:
    return 2 * x


if number:  # E: "Artefact[int]" is a pointer to a value that may not exist yet; it cannot be used as a condition
    print("never")
while double(number):  # E: it cannot be used as a condition
    print("never")
assert numbers  # E: it cannot be used as a condition
is_empty = not numbers  # E: it cannot be used as a condition
text = "some" if numbers else "none"  # E: it cannot be used as a condition
either = f.shell("run").stdout or b"nothing"  # E: it cannot be used as a condition
printed = bool(number)  # E: it cannot be used as a condition
kept = [each for each in range(3) if number]  # E: it cannot be used as a condition
if (made := double(3)) and made.hash:  # E: it cannot be used as a condition
    print(made)
shown = "%d" % double(3)  # E: it cannot be formatted
shown = "%s and %s" % (number, 3)  # E: it cannot be formatted
shown = "%(number)s" % {"number": number}  # E: it cannot be formatted
shown = "%s" % f.take(number)


def choose(
    energy: f.Artefact[float], other: f.Artefact[float] | None, either: f.Artefact[int] | int
) -> f.Artefact[float]:
    if other:  # E: "Artefact[float] | None" is a pointer
        return other
    if other is not None and energy:  # E: it cannot be used as a condition
        return other
    if isinstance(either, int) and either:
        return energy
    return energy if other is None else f.reduce(max, energy, other)


def repeat(times: int) -> f.Artefact[int]:
    x = double(1)
    for _ in range(times):
        x = double(x)
    if x:  # E: it cannot be used as a condition
        times += 1
    found = None
    if times > 3:
        found = double(x)
    if found is not None:
        x = found
    return x


# comparisons
same = number == f.put(1)
same = number in [double(3), number] or number not in {number: 1}
same = number is None or number.hash == "abc"
same = number == 1  # E: it cannot be compared with "int"
same = number != "text"  # E: it cannot be compared with "str"
same = 1 == number  # E: it cannot be compared with "int"
same = f.shell("run") == 0  # E: is a shell step; it cannot be compared with "int"
same = "text" != f.shell("run")  # E: is a shell step; it cannot be compared with "str"
same = f.shell("run") == f.shell("other", out=["a"])
same = f.shell("run") == None  # noqa: E711
same = f.shell("run") in [f.shell("other", out=["a"])]
same = f.shell("run").stdout == b""  # E: it cannot be compared with "bytes"


def compare(a: f.Artefact[int], b: object, c: Any, d: f.Artefact[int] | None) -> bool:
    return a == b or b == a or a == c or a == d or d != a or c != a


by_artefact = {number: "a", double(3): "b"}
names = [by_artefact[each] for each in sorted(by_artefact, key=lambda each: each.hash)]
