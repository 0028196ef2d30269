"""``gather``: joins of any size, of sequences, and with errors as values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import assert_type

from returns.result import Result

import funsies as f

n, s, x, b, t = f.put(1), f.put("a"), f.put(1.5), f.put(b"a"), f.put(True)

assert_type(f.gather((n,)), f.Artefact[tuple[int]])
assert_type(f.gather((n, s)), f.Artefact[tuple[int, str]])
assert_type(f.gather((n, s, x, b, t)), f.Artefact[tuple[int, str, float, bytes, bool]])
assert_type(f.gather((n, s, x, b, t, n)), f.Artefact[tuple[int, str, float, bytes, bool, int]])
assert_type(
    f.gather((n, s, x, b, t, n, s, x)),
    f.Artefact[tuple[int, str, float, bytes, bool, int, str, float]],
)
assert_type(
    f.gather((n, s), strict=False),
    f.Artefact[tuple[Result[int, f.Error], Result[str, f.Error]]],
)
assert_type(f.gather([n, n, n, n, n, n]), f.Artefact[list[int]])
assert_type(f.gather([n], strict=False), f.Artefact[list[Result[int, f.Error]]])
assert_type(f.gather([n, n], queue="gpu", retries=2), f.Artefact[list[int]])
assert_type(f.gather({"a": n, "b": n}), f.Artefact[dict[str, int]])


def joined(
    items: Sequence[f.Artefact[int]],
    many: tuple[f.Artefact[int], ...],
    each: Iterable[f.Artefact[float]],
    named: Mapping[str, f.Artefact[bool]],
    strict: bool,
) -> f.Artefact[int]:
    assert_type(f.gather(items), f.Artefact[Sequence[int]])
    assert_type(f.gather(items, strict=False), f.Artefact[Sequence[Result[int, f.Error]]])
    assert_type(f.gather(many), f.Artefact[tuple[int, ...]])
    assert_type(f.gather(many, strict=False), f.Artefact[tuple[Result[int, f.Error], ...]])
    assert_type(f.gather(list(each)), f.Artefact[list[float]])
    assert_type(f.gather(named), f.Artefact[dict[str, bool]])
    f.execute(f.gather(items, strict=strict))
    return f.reduce(sum, f.gather(items))


f.gather([1, 2])  # E: Argument 1 to "gather" has incompatible type
f.gather((n, 2))  # E: Argument 1 to "gather" has incompatible type
