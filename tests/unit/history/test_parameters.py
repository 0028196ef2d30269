"""Inputs of a step are called as the function calls them."""

from __future__ import annotations

import msgspec

import funsies as f
from funsies.core.python_plan import PYTHON
from funsies.history.label_facts import argument_names, parameters_of


def weighed(scale: float, *items: int, unit: str = "g") -> str:
    return f"{scale * sum(items)} {unit}"


def task_of(*arguments: object):
    with f.Fun(f.Server("memory://")) as session:
        step = f.reduce(weighed, *arguments)
        session.save()
        (row,) = session.backend.graph.operations([step.producer])
        return session.backend.graph.task(row.task, PYTHON)


def test_inputs_of_one_parameter_are_numbered_in_the_order_of_the_call() -> None:
    names = argument_names(task_of(1.0, *range(11)))
    assert names["0"] == "scale"
    assert [names[str(place)] for place in range(1, 12)] == [f"items[{n}]" for n in range(11)]


def test_one_input_of_a_parameter_has_no_number() -> None:
    assert argument_names(task_of(1.0, 5)) == {"0": "scale", "1": "items"}


def test_what_is_damaged_has_no_names() -> None:
    for ingredients in (b"", b"[]", b'{"parameters": 3}'):
        damaged = msgspec.structs.replace(task_of(1.0), ingredients=ingredients)
        assert parameters_of(damaged) == argument_names(damaged) == {}
