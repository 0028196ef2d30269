"""What the annotations of a function, or of a class, inside of a function may name.

With ``from __future__ import annotations`` they are text, and a local name stands in no global
namespace. It is a variable of the function around, and that is running while its inner
functions and classes are made, and mostly when they are used.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FrameType
from typing import Final

_INSIDE: Final = ".<locals>."


def variables_around(qualified: str, module: str | None) -> dict[str, object]:
    """Find the variables of the running functions in which something was defined.

    Args:
        qualified: its ``__qualname__``.
        module: its ``__module__``.

    Returns:
        The variables by name; inner ones hide outer ones. Empty at module level.
    """
    found: dict[str, object] = {}
    outer = qualified
    while _INSIDE in outer:
        outer = outer.rpartition(_INSIDE)[0]
        found = {**_variables_of(outer, module), **found}
    return found


def _variables_of(function: str, module: str | None) -> dict[str, object]:
    for frame in _frames():
        is_meant = frame.f_code.co_qualname == function
        if is_meant and frame.f_globals.get("__name__") == module:
            return dict(frame.f_locals)
    return {}


def _frames() -> Iterator[FrameType]:
    frame: FrameType | None = sys._getframe(1)  # noqa: SLF001 - inspect.stack() reads files
    while frame is not None:
        yield frame
        frame = frame.f_back
