"""``py``: one artefact, or one for each of several results."""

from __future__ import annotations

from typing import Any, assert_type

import funsies as f


def halves(x: int) -> tuple[int, float]:
    return x // 2, x / 2


def one(x: int) -> float:
    return x / 2


def anything(x: int) -> Any:
    return [x], str(x)


def three(x: int) -> tuple[int, float, str]:
    return x, x / 2, str(x)


assert_type(f.py(halves, 3), tuple[f.Artefact[int], f.Artefact[float]])
assert_type(f.py(three, 3), tuple[f.Artefact[int], f.Artefact[float], f.Artefact[str]])
assert_type(f.py(one, f.put(3)), f.Artefact[float])
quotient, remainder = f.py(divmod, 7, 2, out=(int, int))
assert_type(quotient, f.Artefact[int])
assert_type(f.py(one, 3, out=(float,)), f.Artefact[float])
parts, text = f.py(anything, 3, out=(list[int], str))
assert_type(parts, f.Artefact[list[int]])

f.py(3)  # E: No overload variant of "py"
wrong: f.Artefact[str] = f.py(one, 3)  # E: Incompatible types in assignment
