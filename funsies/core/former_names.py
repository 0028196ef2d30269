"""Names that funsies 0.8 had: whoever uses one reads what to write in its place.

Type checkers see none of this: for them these names do not exist.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from opcode import opname
from typing import Never


def told(what: str, edit: str) -> str:
    """The message about something that is gone."""
    return f"{what} of funsies 0.8 is gone: {edit}"


def former_names(module: str, edits: Mapping[str, str]) -> Callable[[str], Never]:
    """Make the ``__getattr__`` of a module.

    Args:
        module: its name.
        edits: what to write in the place of each name.
    """

    def getter(name: str) -> Never:
        if name not in edits:
            raise AttributeError(f"module {module!r} has no attribute {name!r}")
        # An import statement puts a message of its own in the place of an AttributeError.
        kind = ImportError if _is_imported() else AttributeError
        raise kind(told(f"{module}.{name}", edits[name]))

    return getter


def _is_imported() -> bool:
    """True if ``from module import name`` asked the caller."""
    frame = sys._getframe(2)  # noqa: SLF001 - inspect takes long to import
    return opname[frame.f_code.co_code[frame.f_lasti]] == "IMPORT_FROM"


def former_members(owner: type, shown: str, edits: Mapping[str, str]) -> None:
    """Let a class refuse attributes and methods that it had.

    Args:
        owner: the class.
        shown: its name in messages.
        edits: what to write in the place of each.
    """
    for name, edit in edits.items():
        setattr(owner, name, _FormerMember(told(f"{shown}.{name}", edit)))

    def listed(self: object) -> list[str]:
        return [name for name in object.__dir__(self) if name not in edits]

    owner.__dir__ = listed  # type: ignore[method-assign, assignment]  # of any class


class _FormerMember:
    """What stands for an attribute that is gone, in its class and in the instances.

    Args:
        message: what to say.
    """

    def __init__(self, message: str) -> None:
        self._message = message

    def __get__(self, instance: object, owner: type | None = None) -> Never:
        raise AttributeError(self._message)
