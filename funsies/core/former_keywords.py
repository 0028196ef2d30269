"""Keywords that functions of funsies 0.8 had: whoever uses one reads what to write."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from .errors import WiringError
from .former_names import told

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

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
                    raise WiringError(gone[used[0]])
            return function(*args, **kwargs)

        return cast(FunctionT, checked)

    return decorate
