"""What is no artefact, as type checkers see it.

Public as ``funsies.types.Value``, and so part of the addresses of steps that build others by
functions which are annotated with it: the name of this module stays.
"""

from __future__ import annotations

from typing import Protocol


class Value(Protocol):
    """Anything but an artefact: artefacts alone have no ``__format__``.

    It bounds the type variables of inputs, so that a type checker takes ``Artefact[A] | A``
    apart in one way only.
    """

    def __format__(self, spec: str, /) -> str:
        """Every value can be formatted."""
