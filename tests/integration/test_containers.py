"""Artefacts are containers: ``map``, ``bind``, ``lash``, ``apply``, and dynamic steps."""

from __future__ import annotations

from typing import Any

import pytest
from returns.pipeline import flow
from returns.pointfree import bind, lash, map_
from returns.result import Failure, Result, Success

import funsies as f

from .small_steps import fails, half


def put_again(x: int) -> f.Artefact[int]:
    return f.put(x)


def show(x: float) -> f.Artefact[str]:
    return f.put(str(x))


def instead(error: f.Error) -> f.Artefact[int]:
    return f.put(len(error.details) * 0 + 7)


def fails_later(x: int) -> f.Artefact[int]:
    return f.reduce(fails, x)


@pytest.mark.usefixtures("session")
def test_map_bind_lash_and_apply_do_what_they_do_for_a_result() -> None:
    good, bad = f.put(3), f.reduce(fails, 3)
    steps: list[tuple[f.Artefact[Any], Result[Any, str]]] = [
        (good.map(half), Success(1.5)),
        (bad.map(half), Failure("ExceptionRaised")),
        (good.map(half).bind(show), Success("1.5")),
        (bad.bind(put_again), Failure("ExceptionRaised")),
        (good.bind(fails_later), Failure("ExceptionRaised")),
        (good.lash(instead), Success(3)),
        (bad.lash(instead), Success(7)),
        (bad.lash(lambda _: f.reduce(fails, 8)), Failure("ExceptionRaised")),
        (good.apply(f.Artefact.from_value(half)), Success(1.5)),
        (f.Artefact.from_value(3), Success(3)),
    ]
    f.execute([step for step, _ in steps])
    for step, expected in steps:
        assert f.take(step, strict=False).alt(lambda error: error.kind.value) == expected


@pytest.mark.usefixtures("session")
def test_the_laws_of_containers_hold_for_values() -> None:
    def plus(x: int) -> f.Artefact[int]:
        return f.put(x + 1)

    def twice(x: int) -> f.Artefact[int]:
        return f.put(2 * x)

    m = f.reduce(abs, -3)
    pairs = [
        (m.map(lambda x: x), m),
        (m.map(half).map(str), m.map(lambda x: str(half(x)))),
        (f.put(3).bind(plus), plus(3)),
        (m.bind(put_again), m),
        (m.bind(plus).bind(twice), m.bind(lambda x: plus(x).bind(twice))),
        (m.apply(f.Artefact.from_value(half)), m.map(half)),
    ]
    f.execute(pairs)
    assert [f.take(one) for one, _ in pairs] == [f.take(other) for _, other in pairs]


@pytest.mark.usefixtures("session")
def test_functions_of_returns_work_on_artefacts() -> None:
    step = flow(f.reduce(fails, 1), lash(instead), map_(half), bind(show))
    f.execute(step)
    assert f.take(step) == "3.5"


def countdown(n: int) -> f.Artefact[int]:
    return f.put(0) if n == 0 else f.reduce(lambda x: x - 1, n).bind(countdown)


def fibonacci(n: int) -> f.Artefact[int]:
    if n < 2:
        return f.put(n)
    return f.reduce(
        lambda a, b: a + b, f.put(n - 1).bind(fibonacci), f.put(n - 2).bind(fibonacci)
    )


@pytest.mark.usefixtures("session")
def test_dynamic_steps_may_be_nested_two_hundred_deep() -> None:
    step = f.put(200).bind(countdown)
    f.execute(step)
    assert f.take(step) == 0


@pytest.mark.usefixtures("session")
def test_dynamic_steps_that_meet_again_are_computed_once() -> None:
    step = f.put(15).bind(fibonacci)
    handle = f.execute(step)
    assert f.take(step) == 610
    assert handle.counts().tasks["fibonacci"].executed <= 16


@pytest.mark.usefixtures("session")
def test_a_graph_built_at_run_time_has_the_addresses_of_one_built_by_the_client() -> None:
    def builds(number: int) -> f.Artefact[str]:
        inner = f.reduce(half, number)
        return f.put(f"{inner.hash} {f.shell('true', inp={'a': 'x'}).hash}")

    step = f.put(3).bind(builds)
    f.execute(step)
    assert f.take(step) == f"{f.reduce(half, 3).hash} {f.shell('true', inp={'a': 'x'}).hash}"
