"""Names, keywords and positions of funsies 0.8 that are the same, and those that are gone."""

from __future__ import annotations

from typing import assert_type

import funsies as f
from funsies.fp import py
from funsies.ui import shell


def half(x: int) -> float:
    return x / 2


def one() -> int:
    return 1


def parts(x: int) -> list[int]:
    return [x]


def each(x: f.Artefact[int]) -> f.Artefact[int]:
    return x


def first(x: list[f.Artefact[int]]) -> f.Artefact[int]:
    return x[0]


number = f.put(3)
assert_type(f.morph(fun=half, inp=number), f.Artefact[float])
assert_type(f.morph(inp=number, fun=half), f.Artefact[float])
assert_type(f.reduce(fun=one), f.Artefact[int])
assert_type(f.py(fun=one), f.Artefact[int])
assert_type(py(half, 3), f.Artefact[float])
assert_type(shell("true").stdout, f.Artefact[bytes])
assert_type(f.dynamic.sac(parts, each, first, number), f.Artefact[int])
assert_type(f.template("", {}), f.Artefact[bytes])
assert_type(f.utils.truncate("a,b", 1, 0, ",", f.options()), f.Artefact[str])
assert_type(f.__version__, str)
assert_type(f.options(timeout=f.config.INFINITE, ttl=f.config.ONE_DAY), f.Options)
assert_type(f.options(timeout=3).timeout, float)
assert_type(f.ErrorKind.DataNotFound, f.ErrorKind)
assert_type(shell("true").n, int)
assert_type(shell("true").op, f.types.Operation)
assert_type(f.Error(f.ErrorKind.NotFound, "a", "b").details, str)

f.morph(fun=half, inp=b"x")  # E: bytes
f.wait_for(number, 10.0)  # E: float
f.ErrorKind.WrongType  # E: WrongType
f.put(3, connection=None)  # E: connection
f.Options(timeout=3)  # E: timeout
number.parent  # E: parent
f.exceute(number)  # E: exceute
