"""The ways on which a value of a library is stored, and comes back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from funsies.core.encoding import encoding_of, encoding_of_value


def check_all_ways(value: Any, assert_same: Callable[[Any, Any], None]) -> None:
    """It comes back by its annotation, by itself and under ``Any``, with the same bytes."""
    kinds = [encoding_of(type(value)), encoding_of(Any), encoding_of_value(value)]
    assert len({encoding.encode(value) for encoding in kinds}) == 1
    for encoding in kinds:
        data = encoding.encode(value)
        found = encoding.decode(data)
        assert_same(found, value)
        assert encoding.encode(found) == data


def bytes_of(value: object) -> bytes:
    """How a value is stored that says itself what it is."""
    return encoding_of(Any).encode(value)
