"""Messages of mypy are completed while they are reported."""

from __future__ import annotations

from typing import Final

from mypy.checker import TypeChecker
from mypy.errors import ErrorInfo, ErrorWatcher

from .advice import advice

_OVERLOADS: Final = ("Possible overload variant", "    def ", "    <", "Overload")
"""How the notes begin that show the signatures of a function."""


def advise(api: TypeChecker) -> None:
    """From now on, add to what mypy reports what to write instead.

    mypy asks no plugin about a message. So a watcher stands below those of mypy itself, and
    sees what is really reported; it changes the text, and leaves out the signatures of
    functions after an error that says it better.
    """
    watchers = api.errors._watchers  # noqa: SLF001 - there is no other way to see a message
    if not any(isinstance(each._filter, _Completion) for each in watchers):  # noqa: SLF001
        watchers.insert(0, ErrorWatcher(api.errors, filter_errors=_Completion()))


class _Completion:
    def __init__(self) -> None:
        self._advised: tuple[str, int] | None = None

    def __call__(self, file: str, info: ErrorInfo) -> bool:
        place = (file, info.line)
        if info.severity != "error":
            return place == self._advised and info.message.startswith(_OVERLOADS)
        told = advice(info.message)
        if told is not None and not info.message.endswith(told):
            info.message = f"{info.message}; {told}"
        if told is not None or place != self._advised:
            self._advised = None if told is None else place
        return False
