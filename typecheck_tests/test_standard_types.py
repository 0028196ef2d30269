"""The plugin knows every type that funsies stores by itself."""

from collections import abc
from inspect import Parameter
from typing import Any

import pytest
from returns.result import Failure, Success

from funsies.core.encoding.standard_types import STANDARD_TYPES
from funsies_mypy.encodable import CONTAINERS, PLAIN

KNOWN_OTHERWISE = {Any, Parameter.empty, type(None), Success, Failure}
REFUSED = {abc.Container, abc.Iterable, abc.Reversible}
"""A generator would do as well, and can be read only once."""


def in_stubs(kind: type) -> str:
    """The full name of a class as mypy has it."""
    if kind is abc.Set:
        return "typing.AbstractSet"
    module = {"collections.abc": "typing", "pathlib._local": "pathlib"}.get(kind.__module__)
    return f"{module or kind.__module__}.{kind.__qualname__}"


@pytest.mark.parametrize(
    "kind",
    [
        kind
        for kind in STANDARD_TYPES
        if isinstance(kind, type) and kind not in KNOWN_OTHERWISE | REFUSED
    ],
    ids=lambda kind: kind.__name__,
)
def test_a_standard_type_is_known_to_the_plugin(kind: type) -> None:
    assert in_stubs(kind) in PLAIN | CONTAINERS
