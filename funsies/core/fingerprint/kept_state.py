"""State that a function keeps from one call to the next: refused, for results would differ."""

from __future__ import annotations

from collections.abc import MutableMapping, MutableSequence, MutableSet
from types import FunctionType
from typing import Final

from funsies.core.fingerprint.advice import Way
from funsies.core.fingerprint.entries import Entry
from funsies.core.fingerprint.instances import is_array
from funsies.core.fingerprint.names import names_of
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.snapshot import cell_content
from funsies.core.fingerprint.walk import Walk

_WITHOUT_STATE: Final = (
    "use functools.cache for a memo",
    "make the object inside the function",
    Way.LEAVE_OUT,
    Way.STATE,
)


def refuse_assigned_globals(walk: Walk, function: FunctionType) -> None:
    """Refuse a function that assigns global names, unless they are to be ignored."""
    for name in names_of(function.__code__).written:
        if not walk.is_ignored(name):
            walk.refuse(
                name,
                "the function assigns this global name, so what it does depends on what ran "
                "before, and on which worker",
                is_in_code=True,
            )


def refuse_changed_objects(walk: Walk, function: FunctionType, entry: Entry) -> None:
    """Refuse a function that changes a container or an object outside of it in place."""
    code, namespace = function.__code__, function.__globals__
    cells = dict(zip(code.co_freevars, function.__closure__ or (), strict=True))
    for name in sorted(entry.changed_names - dict(entry.library_names).keys()):
        value = cell_content(cells[name]) if name in cells else namespace.get(name)
        used = name in cells or any(name == chain[0] for chain in names_of(code).globals)
        if used and _is_kept_state(value) and not walk.is_ignored(name):
            walk.refuse(
                name,
                "the function changes this object, so what it does depends on what ran "
                "before, and on which worker",
                _WITHOUT_STATE,
                is_in_code=True,
            )


def _is_kept_state(value: object) -> bool:
    """True of containers, and of objects of the project that may hold counters."""
    if isinstance(value, (MutableMapping, MutableSequence, MutableSet)):
        return True
    return is_array(value) or is_project(value) or is_project(type(value))
