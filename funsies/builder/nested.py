"""Artefacts inside of containers: they would be taken for values, so the message joins them."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Final

from funsies.core.errors import WiringError

from .pointer import Pointer

_SEQUENCES: Final = (list, tuple, set, frozenset)
_MAX_DEPTH: Final = 20


def refuse_nested(value: object, what: str) -> None:
    """Say how to join the artefacts inside of a value, if there are any.

    Args:
        value: what cannot be stored.
        what: it is, such as "argument 'x' of f".

    Raises:
        WiringError: if there are any.
    """
    found = next(_pointers(value, _MAX_DEPTH), None)
    if found is not None and not isinstance(value, Pointer):
        raise WiringError(
            f"{what} is {_with_article(type(value).__name__)} with artefacts inside "
            f"({found!r}), which point to values that may not exist yet. {_advice(value)}"
        )


def _with_article(name: str) -> str:
    return f"an {name}" if name[0] in "AEIOUaeiou" else f"a {name}"


def _pointers(value: object, depth: int) -> Iterator[Pointer]:
    """The artefacts at any depth; containers may be inside themselves."""
    if isinstance(value, Pointer):
        yield value
    elif depth:
        for part in _parts(value):
            yield from _pointers(part, depth - 1)


def _parts(value: object) -> Iterator[object]:
    if isinstance(value, Mapping):
        yield from value
        yield from value.values()
    elif isinstance(value, _SEQUENCES):
        yield from value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        for field in dataclasses.fields(value):
            yield getattr(value, field.name, None)


def _advice(value: object) -> str:
    if not isinstance(value, (Mapping, *_SEQUENCES)):
        name = type(value).__name__
        return f"Make it in a step, from its parts: f.reduce({name}, ...)"
    if isinstance(value, Mapping) and any(isinstance(key, Pointer) for key in value):
        return "Keys cannot be artefacts: make the dict in a step, from lists of both"
    items = list(value.values() if isinstance(value, Mapping) else value)
    inner = [each for each in items if not isinstance(each, Pointer)]
    advice = f"Join them into one artefact: f.gather({_shown(value)})"
    if any(next(_pointers(each, _MAX_DEPTH), None) is not None for each in inner):
        return f"{advice}, and what is inside of it likewise, from the inside outwards"
    return f"{advice}, with f.put(...) for what is no artefact" if inner else advice


def _shown(value: object) -> str:
    if isinstance(value, Mapping):
        return "{...}"
    return "(...)" if isinstance(value, tuple) else "[...]"
