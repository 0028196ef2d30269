"""Values of any type: ``out=Encoding.json``, and artefacts of which nothing more is known.

This file is run, too: what a type checker takes for right is right.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, assert_type

import funsies as f
from funsies.types import Encoding


def double(number: int) -> int:
    return 2 * number


def halves(number: int) -> tuple[int, str]:
    return number // 2, str(number % 2)


def unknown(number: Any) -> Any:
    return number


def vague(number: int) -> object:
    return number


def record(number: int) -> dict[str, object]:
    return {"x": number}


with f.Fun(f.Server("memory://")):
    # one result of any type
    some = f.morph(unknown, 3, out=Encoding.json)
    assert_type(some, f.Artefact[Any])
    same = f.reduce(unknown, 3, out=Any)
    assert_type(same, f.Artefact[Any])
    f.execute(some, same)
    print(f.take(some) + 1, f.take(same) + 1)
    assert f.take(some) + 1 == 4

    # out= says how the result is stored: the annotation need not
    stated, noted = f.morph(vague, 3, out=int), f.reduce(record, 3, out=Encoding.json)
    f.execute(stated, noted)
    assert (f.take(stated), f.take(noted)["x"]) == (3, 3)
    left, right = f.py(vague, 3, out=[Encoding.json]), f.morph(vague, 3, out=Encoding.json)
    f.execute(left, right)
    assert (f.take(left), f.take(right)) == (3, 3)

    # several results, in a list as in funsies 0.8, or in a tuple
    x, y = f.py(halves, 3, out=[Encoding.json, Encoding.json])
    f.execute(x, y)
    assert (f.take(x) + 1, f.take(y).strip()) == (2, "1")
    number, text = f.py(halves, 3, out=[int, str])
    f.execute(number, text)
    assert (f.take(number) + 1, f.take(text).strip()) == (2, "1")
    first, second = f.py(halves, 3, out=(Encoding.json, str))
    f.execute(first, second)
    assert (f.take(first) + 1, f.take(second).strip()) == (2, "1")
    one, other = f.py(halves, 3, out=[f.types.Encoding.json] * 2)
    f.execute(one, other)
    assert (f.take(one) + 1, f.take(other)) == (2, "1")
    only = f.py(double, 3, out=[Encoding.json])
    f.execute(only)
    assert f.take(only) + 1 == 7

    # artefacts of which nothing is known, among what is known
    anything: f.Artefact[Any] = f.put(b"a")
    joined = f.utils.concat(anything, b"x")
    assert_type(joined, f.Artefact[bytes])
    f.execute(joined, f.utils.concat(b"x", anything, join="-", strip=True))
    assert f.take(joined) == b"ax"
    texts = f.utils.concat(f.put("a"), "b")
    assert_type(texts, f.Artefact[str])
    f.execute(texts, f.utils.concat(*[f.put("a"), f.put("b")], join=", "))
    f.execute(f.utils.concat(f.morph(unknown, "a", out=Encoding.json), "b"))
    f.execute(f.utils.concat(anything, anything), f.utils.not_empty(anything))
    f.execute(f.utils.truncate(anything, 0, 0), f.morph(len, anything))


def of_kinds(kinds: Sequence[Any]) -> Any:
    return f.py(halves, 3, out=kinds)


def wrong() -> None:
    known, other = f.py(halves, 3, out=[int, str])
    f.execute(f.morph(double, other))  # E[mypy]: "Artefact[str]", but parameter "number" of "double" needs "int"
    f.take(known).strip()  # E[mypy]: "int" has no attribute "strip"
    a, b = f.py(halves, 3, out=[int])  # E[mypy]: object is not iterable
    f.execute(f.utils.concat("a", b"x"))  # E: No overload
    f.execute(f.utils.concat(known, "x"))  # E: "Artefact[int]"
