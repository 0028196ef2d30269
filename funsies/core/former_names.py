"""Names and keywords that funsies 0.8 had: whoever uses one reads what to write in its place.

Type checkers see none of the names: for them these do not exist.
"""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Iterable, Mapping
from opcode import opname
from typing import Any, Final, Never, TypeVar, cast

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

MESSAGES: Final[dict[str, str]] = {}
"""What is said about each thing that is gone, if the module that had it is imported."""


def told(what: str, edit: str) -> str:
    """The message about something that is gone, for ``funsies check`` to know it as well.

    Args:
        what: ``Artefact.parent``, ``put(connection=...)``.
        edit: what to write in its place.
    """
    message = MESSAGES[what] = f"{what} of funsies 0.8 is gone: {edit}"
    return message


def messages(owner: str, edits: Mapping[str, str]) -> dict[str, str]:
    """The messages about members of a module or a class, by their names."""
    return {name: told(f"{owner}.{name}", edit) for name, edit in edits.items()}


def former_names(module: str, edits: Mapping[str, str]) -> Callable[[str], Never]:
    """Make the ``__getattr__`` of a module.

    Args:
        module: its name.
        edits: what to write in the place of each name.
    """
    gone = messages(module, edits)

    def getter(name: str) -> Never:
        if name not in gone:
            raise no_such_name(module, name, dir(sys.modules[module]))
        # An import statement puts a message of its own in the place of an AttributeError.
        kind = ImportError if _is_imported() else AttributeError
        raise kind(gone[name])

    return getter


def no_such_name(module: str, name: str, known: Iterable[str]) -> AttributeError:
    """The error about a name that a module does not have, and never had.

    Args:
        module: its name.
        name: what was asked for.
        known: the names that it has.
    """
    import difflib  # noqa: PLC0415 - seldom needed

    close = difflib.get_close_matches(name, known, 1)
    hint = f"; did you mean {close[0]!r}?" if close else ""
    return AttributeError(f"module {module!r} has no attribute {name!r}{hint}")


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
    for name, message in messages(shown, edits).items():
        setattr(owner, name, _FormerMember(message))

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


NO_CONNECTION: Final = (
    "leave it out. Building a step asks no server; what asks one, like execute() and take(), "
    "has connection= still: the session that Fun() gives"
)
"""What to do with ``connection=`` where a step is built."""


def former_keywords(
    position: int | None = None, /, **edits: str
) -> Callable[[FunctionT], FunctionT]:
    """Let a function refuse keywords that it had.

    Args:
        position: of the first of them, if they could be given by position, too.
        edits: what to write in the place of each.
    """

    def decorate(function: FunctionT) -> FunctionT:
        shown = function.__qualname__.removesuffix(".__init__")
        gone = {name: told(f"{shown}({name}=...)", edit) for name, edit in edits.items()}

        @functools.wraps(function)
        def checked(*args: Any, **kwargs: Any) -> Any:
            if kwargs or position is not None:
                used = [name for name in gone if name in kwargs]
                if position is not None and len(args) > position:
                    used = [*gone]
                if used:
                    from .errors import WiringError  # noqa: PLC0415 - it uses this

                    raise WiringError(gone[used[0]])
            return function(*args, **kwargs)

        return cast(FunctionT, checked)

    return decorate
