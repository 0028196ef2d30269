"""The text of the script, and what it sets in the libraries that a function uses."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any, Final, get_args, get_origin

from funsies.core.fingerprint.annotations import resolved_annotations
from funsies.core.fingerprint.source_lookup import COMMAND, INPUT, lines_of
from funsies.core.library_settings import LibrarySetting, library_settings


def script_text() -> tuple[str, str]:
    """The name under which the text of ``__main__`` is known, and the text; empty if none."""
    main = sys.modules["__main__"]
    file = str(getattr(main, "__file__", None) or "")
    return next(_texts([file] if file else [COMMAND, INPUT], vars(main)), ("", ""))


def _texts(names: Iterable[str], variables: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name in names:
        lines = lines_of(name, variables)
        if lines:
            yield name, "".join(lines)


def settings_for(function: object, modules: Collection[str]) -> tuple[LibrarySetting, ...]:
    """What the script sets in libraries that a function uses, or is annotated with.

    Args:
        function: what runs.
        modules: of libraries that its code reaches.
    """
    settings = _settings()
    if not settings:
        return ()
    used = {each.partition(".")[0] for each in (*modules, *_annotated_with(function))}
    return tuple(each for each in settings if each.libraries & used)


def _settings() -> tuple[LibrarySetting, ...]:
    """Those of the script, which is read once: what it has set is not set again."""
    main = sys.modules["__main__"]
    if not _known or _known[-1][0] is not main:
        try:
            found = tuple(library_settings(script_text()[1]))
        except (SyntaxError, ValueError):  # a file that is no text of Python, or not any more
            found = ()
        _known[:] = [(main, found)]
    return _known[-1][1]


_known: Final[list[tuple[ModuleType, tuple[LibrarySetting, ...]]]] = []


def _annotated_with(function: object) -> Iterator[str]:
    if isinstance(function, FunctionType):
        pending: list[object] = [*resolved_annotations(function).values()]
        while pending:
            each = pending.pop()
            yield str(getattr(each, "__module__", ""))
            if get_origin(each) is not None:
                pending += (get_origin(each), *get_args(each))
