"""The context variables that a step finds, in a worker and in a program."""

from __future__ import annotations

import contextvars
import decimal
from collections.abc import Iterator

import pytest

import funsies as f
from funsies.builder.context import current_context
from funsies.client.progress import watcher
from funsies.run.surroundings.restoring import OWN_PREFIX
from funsies.session import session_opened
from funsies.session.session import _current

from .lab import Lab

UNIT = contextvars.ContextVar("unit", default="metre")


@pytest.fixture(params=["lab", "horse"])
def either(request: pytest.FixtureRequest) -> Lab:
    """A program that runs steps itself, and a worker."""
    made: Lab = request.getfixturevalue(request.param)
    return made


@pytest.fixture(autouse=True)
def unit() -> Iterator[None]:
    """What the program, or a module when it was imported, has set."""
    token = UNIT.set("foot")
    with decimal.localcontext(prec=50):
        yield
    UNIT.reset(token)


def read(_: int) -> str:
    import contextvars  # noqa: PLC0415 - the function travels

    values = {each.name: value for each, value in contextvars.copy_context().items()}
    return f"{values['unit']} {decimal.getcontext().prec}"


def change(_: int) -> int:
    import contextvars  # noqa: PLC0415 - the function travels

    for each in contextvars.copy_context():
        if each.name == "unit":
            each.set("inch")
    decimal.getcontext().prec = 3
    return 1


def test_a_step_finds_what_was_set_before_it(either: Lab) -> None:
    step = f.reduce(read, 0)
    either.run(step)
    assert either.take(step) == "foot 50"


def test_what_a_step_sets_is_gone_after_it(either: Lab) -> None:
    step = f.reduce(read, f.reduce(change, 0))
    either.run(step)
    assert either.take(step) == "foot 50"
    assert (UNIT.get(), decimal.getcontext().prec) == ("foot", 50)


def test_a_dynamic_step_finds_and_leaves_the_same(either: Lab) -> None:
    def build(number: int) -> f.Artefact[str]:
        change(number)
        return f.reduce(read, number)

    step = f.put(0).bind(build)
    either.run(step)
    assert either.take(step) == "foot 50"
    assert (UNIT.get(), decimal.getcontext().prec) == ("foot", 50)


def test_a_step_is_never_inside_the_fun_of_its_caller(lab: Lab) -> None:
    def asks() -> str:
        return str(f.get("ab"))

    with f.Fun(f.Server("memory://")):
        step = f.reduce(asks)
        lab.run(step)
    assert "get() does not work inside of a step" in lab.error(step).details


def test_all_context_variables_of_funsies_are_known_by_their_names() -> None:
    names = [each.name for each in (_current, session_opened, current_context, watcher)]
    assert all(name.startswith(OWN_PREFIX) for name in names)
