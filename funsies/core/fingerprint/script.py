"""The text of the script, and what a program sets in the libraries that a function uses."""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Iterable, Iterator
from types import FunctionType, ModuleType
from typing import Any, TypeVar, get_args, get_origin

from funsies.core.fingerprint.annotations import resolved_annotations
from funsies.core.fingerprint.imports import imports_of
from funsies.core.fingerprint.module_files import closure, may_be_project
from funsies.core.fingerprint.project import is_project
from funsies.core.fingerprint.source_lookup import COMMAND, INPUT, lines_of
from funsies.core.import_statements import absolute_name
from funsies.core.library_settings import LibrarySetting, library_settings
from funsies.core.parsing import parse_module

_Read = TypeVar("_Read")


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


def once_for_program(read: Callable[[ModuleType], _Read]) -> Callable[[], _Read]:
    """Have something be read of the ``__main__`` of a program once, when it is first asked for.

    Args:
        read: is given ``__main__``.
    """
    known: list[tuple[ModuleType, _Read]] = []

    def known_or_read() -> _Read:
        main = sys.modules["__main__"]
        if not known or known[-1][0] is not main:
            known[:] = [(main, read(main))]
        return known[-1][1]

    return known_or_read


def settings_for(function: object, modules: Collection[str]) -> tuple[LibrarySetting, ...]:
    """What a program sets in libraries that a function uses, or is annotated with.

    It is what stands in the script, and in the modules of the project that the script imports,
    directly or through one another: these are what a worker imports, too.

    Args:
        function: what runs.
        modules: of libraries that its code reaches.
    """
    settings = _settings()
    if not settings:
        return ()
    used = {each.partition(".")[0] for each in (*modules, *_annotated_with(function))}
    return tuple(each for each in settings if each.libraries & used)


@once_for_program
def _settings(main: ModuleType) -> tuple[LibrarySetting, ...]:
    """Those of this program: what it has set is not set again."""
    return *_set_by_modules(main), *_set_in(script_text()[1])


def _set_in(text: str) -> tuple[LibrarySetting, ...]:
    try:
        return tuple(library_settings(text))
    except (SyntaxError, ValueError):  # a file that is no text of Python, or not any more
        return ()


def _set_by_modules(main: ModuleType) -> Iterator[LibrarySetting]:
    """What modules of the project set that the script imports, in the order of their names."""
    found = {name: settings for name, text in _loaded() if (settings := _set_in(text))}
    if found:  # only then: what imports what is known once all of these are parsed
        imported = {name for each in _imported_by(main) for name, _ in closure(each)}
        for name in sorted(imported & found.keys()):
            yield from found[name]


def _loaded() -> Iterator[tuple[str, str]]:
    """The modules of the project, with their texts."""
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if isinstance(module, ModuleType) and isinstance(file, str) and is_project(module):
            yield name, "".join(lines_of(file, vars(module)))


def _imported_by(main: ModuleType) -> Iterator[str]:
    """Names of what may be modules of the project."""
    _, text = script_text()
    held = (each for each in vars(main).values() if isinstance(each, ModuleType))
    package = str(getattr(main, "__package__", None) or "")
    names = [each.__name__ for each in held] if not text else [*_imported_in(text, package)]
    yield from (each for each in names if each != main.__name__ and may_be_project(each))


def _imported_in(text: str, package: str) -> Iterator[str]:
    try:
        modules = imports_of(parse_module(text)).modules
    except (SyntaxError, ValueError):
        return
    for module, taken, level in modules:
        absolute = absolute_name(module, level, package)
        yield from (absolute, *(f"{absolute}.{each}" for each in taken))


def _annotated_with(function: object) -> Iterator[str]:
    if isinstance(function, FunctionType):
        pending: list[object] = [*resolved_annotations(function).values()]
        while pending:
            each = pending.pop()
            yield str(getattr(each, "__module__", ""))
            if get_origin(each) is not None:
                pending += (get_origin(each), *get_args(each))
