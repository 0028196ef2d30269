"""A warning of steps that draw random numbers as the script, but not a worker, has seeded them.

``random.random()`` and ``np.random.rand()`` draw from generators that the whole process shares.
A script that seeds them draws the same numbers each time; a worker seeds them anew for each
step, since its steps have no order.
"""

from __future__ import annotations

import ast
import sys
import warnings
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from types import FunctionType, ModuleType
from typing import Final

from funsies.core.fingerprint.imports import imports_of
from funsies.core.fingerprint.names_meant import names_meant
from funsies.core.fingerprint.script import once_for_program, script_text
from funsies.core.parsing import module_statements, parse_module
from funsies.core.users_line import users_line

_GENERATORS: Final = {
    "random": "random.Random(seed)",
    "numpy.random": "np.random.default_rng(seed)",
}
"""Modules whose functions share a generator, and what makes one of a step's own."""

_SEEDING: Final = frozenset({"seed", "setstate", "set_state"})
_LOOKING: Final = frozenset({"getstate", "get_state"})
"""They draw nothing."""


def warn_of_shared_draws(name: str, functions: Iterable[FunctionType]) -> None:
    """Warn of a step that draws from what the script seeds, and does not seed it itself.

    Args:
        name: of the step's function.
        functions: it, and all that it calls of the project.
    """
    lines = _seeded()
    if not lines:
        return
    used: dict[str, set[str]] = {}
    for function in functions:
        for module, method in _shared_methods(function):
            used.setdefault(module, set()).add(method)
    for module, methods in used.items():
        if module in lines and methods - _LOOKING and not methods & _SEEDING:
            warnings.warn(
                f"{name} draws from the random numbers that {lines[module]} seeds; a worker "
                "seeds them anew for each step, so its values are others each time: give the "
                f"step a seed as an input, and let it draw from {_GENERATORS[module]}",
                stacklevel=users_line(),
            )


def _shared_methods(function: FunctionType) -> Iterator[tuple[str, str]]:
    """Methods of shared generators that code names, each with its module."""
    shared = dict(_shared())
    for thing, chain in names_meant(function):
        found = thing
        for attribute in chain:
            if not isinstance(found, ModuleType):
                break
            found = vars(found).get(attribute)
        module = shared.get(id(found)) or shared.get(id(getattr(found, "__self__", None)))
        if module is not None:
            yield module, str(getattr(found, "__name__", ""))


def _shared() -> Iterator[tuple[int, str]]:
    """Generators that modules share, and the function that seeds: none of NumPy's methods."""
    for name in _GENERATORS:
        module = sys.modules.get(name)
        generator = getattr(getattr(module, "uniform", None), "__self__", None)
        seed = getattr(module, "seed", None)
        yield from ((id(each), name) for each in (generator, seed) if each is not None)


@once_for_program
def _seeded(_main: ModuleType) -> Mapping[str, str]:
    """Modules whose generator the script seeds at its top level, and where it does."""
    try:
        return dict(_seeds_in(*script_text()))
    except (SyntaxError, ValueError):  # a file that is no text of Python, or not any more
        return {}


def _seeds_in(file: str, text: str) -> Iterator[tuple[str, str]]:
    if "seed" not in text:
        return
    tree = parse_module(text)
    imports = imports_of(tree)
    for statement in module_statements(tree):
        match statement:
            case ast.Expr(ast.Call(_, [ast.Constant(None)], [])):
                pass  # as without a seed
            case ast.Expr(ast.Call(called, args, keywords)) if args or keywords:
                module, _, method = imports.dotted_name(called).rpartition(".")
                if method == "seed" and module in _GENERATORS:
                    yield module, f"{Path(file).name}:{statement.lineno}"
