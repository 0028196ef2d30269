"""Exact types that only the plugin gives."""

from __future__ import annotations

from typing import Literal, assert_type

from returns.result import Result

import funsies as f

number = f.put(1)


def five(x: int) -> tuple[int, str, float, bytes, bool]:
    return x, str(x), float(x), b"", True


def perhaps(x: int) -> Result[float, f.Error]:
    raise NotImplementedError


def lists(x: int) -> list[int]:
    return [x]


one, two, three, four, last = f.py(five, number)
assert_type(last, f.Artefact[bool])
assert_type(f.reduce(perhaps, number), f.Artefact[float])
assert_type(f.reduce(lists, number, out=list[float]), f.Artefact[list[float]])
step = f.shell("run", out=["a", "b"])
assert_type(step, f.ShellOutput[Literal["a", "b"]])
