"""``@task`` keeps the exact types of the function."""

from __future__ import annotations

from typing import assert_type

from returns.result import Result

import funsies as f


@f.task
def mean(samples: list[float], weight: float = 1.0) -> float:
    return weight * sum(samples) / len(samples)


@f.task(version="2", name="shown", ignore=["LOGGER"], opt=f.options(retries=2))
def count(*words: str, minimum: int = 0) -> int:
    return max(minimum, len(words))


@f.task(strict=False)
def rescue(value: Result[float, f.Error]) -> float:
    return value.value_or(0.0)


@f.task
def nothing() -> None: ...


samples = f.put([1.0])
assert_type(mean(samples), f.Artefact[float])
assert_type(mean([1.0], weight=2.0), f.Artefact[float])
assert_type(mean.fn([1.0], weight=2.0), float)
assert_type(count("a", f.put("b"), minimum=3), f.Artefact[int])
assert_type(count.fn("a", minimum=3), int)
assert_type(rescue(mean(samples)), f.Artefact[float])
assert_type(nothing(), f.Artefact[None])
assert_type(mean(samples).map(str), f.Artefact[str])

mean.fn("text")  # E: incompatible type "str"; expected "list[float]"
mean.fn()  # E: Too few arguments
f.task(3)  # E: No overload variant of "task" matches argument type "int"
wrong: f.Artefact[str] = mean(samples)  # E: Incompatible types in assignment
