"""What the names of a function's code stand for now, and what is read from there on."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import FunctionType, ModuleType
from typing import TypeAlias

from funsies.core.fingerprint.bytecode import names_of
from funsies.core.fingerprint.caching import held_by
from funsies.core.import_statements import absolute_name

Chain: TypeAlias = tuple[str, ...]
"""Names of attributes, each of what the one before stands for."""


def names_meant(function: FunctionType) -> Iterator[tuple[object, Chain]]:
    """What globals, captured variables and imports stand for; None of what is not there."""
    names, held = names_of(function.__code__), held_by(function)
    for name, *chain in names.globals:
        yield function.__globals__.get(name), tuple(chain)
    for name, *chain in names.cells:
        yield held.get(name), tuple(chain)
    yield from modules_meant(function)


def modules_meant(function: FunctionType) -> Iterator[tuple[ModuleType | None, Chain]]:
    """The modules that code imports while it runs; None of those that are not loaded."""
    package = str(function.__globals__.get("__package__") or "")
    for name, level, chain in names_of(function.__code__).used_imports:
        yield sys.modules.get(absolute_name(name, level, package)), chain
