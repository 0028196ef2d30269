"""Imports of what does not exist, and of what exists without types."""

from __future__ import annotations

import ast
import difflib
import pkgutil
import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import lru_cache
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from .diagnostics import Diagnostic

_MODULE: Final = re.compile(r'(?:named|installed for|Skipping analyzing) "(?P<name>[\w.]+)"')
_NOT_FOUND: Final = "import-not-found"
_UNTYPED: Final = "import-untyped"
_LIKE: Final = 0.8
_EXPECTING: Final = {"ImportError", "ModuleNotFoundError", "Exception", "BaseException"}
_ELSEWHERE: Final = (
    "it is not beside the script, not in src/, and not installed here; if workers have it, "
    f"say so on that line: # type: ignore[{_NOT_FOUND}]"
)


def judged(diagnostics: Iterable[Diagnostic]) -> Iterator[Diagnostic]:
    """Diagnostics without those about imports that are right.

    A library without types is no error: its users cannot mend that. Nor is an import that
    the program expects to fail.

    Args:
        diagnostics: what mypy said.
    """
    told: set[tuple[str, int, str]] = set()
    for each in diagnostics:
        module = _MODULE.search(each.message)
        if each.code not in (_NOT_FOUND, _UNTYPED) or module is None:
            yield each
            continue
        top = (each.path, each.line, module["name"].partition(".")[0])
        if top not in told and each.line not in _lines_that_may_fail(each.path):
            yield from (missing := list(_missing(each, module["name"])))
            told |= {top for _ in missing}  # mypy names a package and what is in it


def _missing(diagnostic: Diagnostic, name: str) -> Iterator[Diagnostic]:
    exists, meant = _found(name)
    if exists or (exists is None and diagnostic.code == _UNTYPED):
        return
    if diagnostic.code == _UNTYPED and not meant:
        name = name.partition(".")[0]
    hints = [hint for hint in diagnostic.hints if "Did you mean" in hint]
    if meant and not hints:
        hints = [f'Did you mean "{meant}"?']
    yield replace(
        diagnostic,
        code=_NOT_FOUND,
        message=f'Cannot find implementation or library stub for module named "{name}"',
        hints=(*hints, _ELSEWHERE),
    )


@lru_cache
def _found(name: str) -> tuple[bool | None, str]:
    """Whether a module is installed, without importing it; and what may be meant instead.

    Returns:
        None if that is not known: a package may make modules when it is imported.
    """
    top, *rest = name.split(".")
    spec = _of_top(top)
    if spec is None:
        return False, ""
    known = top
    for part in rest:
        places = spec.submodule_search_locations
        below = PathFinder.find_spec(f"{known}.{part}", places) if places else None
        if below is None:
            others = [each.name for each in pkgutil.iter_modules(list(places or ()))]
            like = difflib.get_close_matches(part, others, 1, _LIKE)
            return (False, f"{known}.{like[0]}") if like else (None, "")
        known, spec = f"{known}.{part}", below
    return True, ""


def _of_top(name: str) -> ModuleSpec | None:
    try:
        return find_spec(name)
    except (ImportError, ValueError):
        return None


@lru_cache
def _lines_that_may_fail(path: str) -> frozenset[int]:
    """Lines of a file that stand in a ``try`` which expects that an import fails."""
    try:
        tree = ast.parse(Path(path).read_bytes())
    except (OSError, SyntaxError, ValueError):
        return frozenset()
    tries = [each for each in ast.walk(tree) if isinstance(each, ast.Try) and _expects(each)]
    return frozenset(
        line
        for each in tries
        for line in range(each.lineno, (each.body[-1].end_lineno or each.lineno) + 1)
    )


def _expects(statement: ast.Try) -> bool:
    for handler in statement.handlers:
        kinds = ast.walk(handler.type) if handler.type else [ast.Name("BaseException")]
        if any(isinstance(kind, ast.Name) and kind.id in _EXPECTING for kind in kinds):
            return True
    return False
