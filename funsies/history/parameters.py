"""What the inputs of a step are called by the function that takes them."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping

from funsies.store.rows import TaskRow


def parameters_of(task: TaskRow) -> Mapping[str, str]:
    """The parameter for each input, by the name of the input; empty if that is not kept.

    Several inputs of ``*items`` are of one parameter.
    """
    try:
        said = json.loads(task.ingredients).get("parameters", {})
    except (ValueError, AttributeError):
        return {}
    if not isinstance(said, dict):
        return {}
    return {name: str(each) for name, each in said.items()}


def argument_names(task: TaskRow) -> Mapping[str, str]:
    """The same for people: inputs of one parameter are numbered, ``items[0]``, ``items[1]``."""
    parameters = parameters_of(task)
    numbers = Counter(parameters.values())
    found: dict[str, str] = {}
    places: Counter[str] = Counter()
    for name in sorted(parameters, key=_position):
        parameter = parameters[name]
        is_one = numbers[parameter] == 1
        found[name] = parameter if is_one else f"{parameter}[{places[parameter]}]"
        places[parameter] += 1
    return found


def _position(name: str) -> tuple[bool, int, str]:
    is_counted = name.isascii() and name.isdecimal()
    return not is_counted, int(name) if is_counted else 0, name
