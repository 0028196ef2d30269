"""Classes that a class knows of without naming them: its subclasses, and those registered."""

from __future__ import annotations

import abc
import sys
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from types import FunctionType
from typing import Final, Protocol

from funsies.core.digest import Field
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.walk import Walk

_members_of: Final = getattr(abc, "_get_dump")  # noqa: B009 (the stubs lack it; a test has it)
_EVERYTHING: Final = (abc.ABC, Protocol)
"""Bases of classes that have nothing else in common."""


def subclasses_field(walk: Walk, kind: type) -> Field:
    """All subclasses of a class, direct or not.

    In which order they were made does not count: that may be another one where the step runs.
    """
    walk.snapshot.values.append(
        (partial(_which, kind, all_subclasses), _which(kind, all_subclasses))
    )
    return "subclasses", _classes(walk, all_subclasses(kind))


def registered_field(walk: Walk, kind: object) -> tuple[Field, ...]:
    """Classes of the project that were registered with an abstract class, or one below it."""
    if not isinstance(kind, abc.ABCMeta) or kind in _EVERYTHING:
        return ()
    _watch(walk, kind, registered_classes)
    found = _classes(walk, registered_classes(kind))
    return (("registered", found),) if found else ()


def all_subclasses(kind: type) -> Iterator[type]:
    """The subclasses of a class, and theirs; each may come more than once."""
    below: list[type] = type.__subclasses__(kind)
    for each in below:
        if not _is_replaced(each):
            yield each
        yield from all_subclasses(each)


def owner_of(function: FunctionType) -> type | None:
    """The class of the project in whose body a method was written; None if it is no method."""
    *outer, name = function.__code__.co_qualname.split(".")
    found = _at(function.__globals__.get(outer[0]), outer[1:]) if outer else None
    if not isinstance(found, type) or not is_project(found):
        return None
    return None if isinstance(vars(found).get(name), staticmethod) else found


def registered_classes(kind: type) -> Iterator[type]:
    """Classes of the project that were registered with an abstract class, or one below it."""
    for each in (kind, *all_subclasses(kind)):
        if isinstance(each, abc.ABCMeta):
            known = (reference() for reference in _members_of(each)[0])
            yield from (other for other in known if other is not None and _counts(other))


def _counts(registered: type) -> bool:
    return is_project(registered) and not _is_replaced(registered)


def _is_replaced(kind: type) -> bool:
    """True if its module has another class of this name by now: a cell that was run again."""
    found = _at(sys.modules.get(kind.__module__), kind.__qualname__.split("."))
    return isinstance(found, type) and found is not kind


def _at(found: object, names: Iterable[str]) -> object:
    for name in names:
        found = getattr(found, name, None)
    return found


def _classes(walk: Walk, classes: Iterable[type]) -> tuple[Field, ...]:
    in_order = sorted(set(classes), key=lambda each: (each.__qualname__, each.__module__))
    return tuple(walk.field(each, each.__name__) for each in in_order)


def _watch(walk: Walk, kind: type, classes: Callable[[type], Iterator[type]]) -> None:
    walk.snapshot.values.append((partial(_which, kind, classes), _which(kind, classes)))


def _which(kind: type, classes: Callable[[type], Iterator[type]]) -> bytes:
    """Changes when a class is added."""
    return b",".join(b"%d" % number for number in sorted({id(each) for each in classes(kind)}))
