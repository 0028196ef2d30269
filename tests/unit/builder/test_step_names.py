"""A step's name is a text that can be stored, or the step is refused when it is built."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import funsies as f
from funsies.core.errors import WiringError

WAYS: dict[str, Callable[[Any], object]] = {
    "shell": lambda name: f.shell("true", name=name),
    "reduce": lambda name: f.reduce(max, 1, 2, name=name),
    "morph": lambda name: f.morph(abs, 1, name=name),
    "py": lambda name: f.py(divmod, 7, 2, out=(int, int), name=name),
    "task": lambda name: f.task(name=name)(abs),
}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("name", "said"), [(3, "not 3"), ("a\ud800", r"'a\\ud800'")])
def test_a_name_that_is_no_storable_text_is_refused(way: str, name: object, said: str) -> None:
    with pytest.raises(WiringError, match=f"name=.*{said}"):
        WAYS[way](name)
