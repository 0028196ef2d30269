"""Where a library is: the file of a module that code names, and who has installed it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Final, NamedTuple

from funsies.core.fingerprint.distributions import Distribution, distribution_of
from funsies.core.fingerprint.project import is_project_file
from funsies.core.fingerprint.specs import find_spec

_PACKAGE: Final = __name__.partition(".")[0]


class Place(NamedTuple):
    """Where a library is.

    Attributes:
        module: the module or package, by the first part of its name that has a file.
        path: that file; "" if there is no such module.
        distribution: which has installed it; None if it was put there by hand.
    """

    module: str
    path: str = ""
    distribution: Distribution | None = None


def place_of(name: str) -> Place | None:
    """Find a library, and import nothing.

    Args:
        name: of a module, or of something in a module, as an import statement has it.

    Returns:
        None for the standard library, funsies, the project, and for namespaces: these hold
        no code of their own.
    """
    if is_given(name):
        return None
    for prefix in _prefixes(name):
        path = _file_of(prefix)
        if path is None:
            return Place(prefix)
        if path:
            is_project = is_project_file(path)
            return None if is_project else Place(prefix, path, distribution_of(path))
    return None


def is_given(name: str) -> bool:
    """True of the standard library and of funsies: they come with what runs the step."""
    top = name.partition(".")[0]
    return top in sys.stdlib_module_names or top in (_PACKAGE, "__main__")


def _prefixes(name: str) -> Iterator[str]:
    parts = name.split(".")
    return (".".join(parts[:count]) for count in range(1, len(parts) + 1))


def _file_of(name: str) -> str | None:
    """File of a module; "" if it has none, as namespaces; None if there is no such module."""
    module = sys.modules.get(name)
    if module is not None:
        return str(getattr(module, "__file__", None) or "")
    spec = find_spec(name)
    return None if spec is None else spec.origin or ""
