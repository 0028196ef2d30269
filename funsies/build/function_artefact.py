"""Functions as artefacts: only for ``Artefact.apply``, as the interfaces of ``returns`` ask.

A function has no stored value. Its artefact knows it only within the program that made it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from funsies.core.digest import digest
from funsies.core.encoding import encoding_of
from funsies.core.errors import WiringError
from funsies.core.fingerprint import fingerprint
from funsies.core.graph import Constant

from .artefact import Artefact

FunctionT = TypeVar("FunctionT")


class FunctionArtefact(Artefact[FunctionT]):
    """An artefact that holds a function of this program."""

    __slots__ = ("function",)

    function: FunctionT


def function_artefact(function: FunctionT) -> Artefact[FunctionT]:
    """Put a function into an artefact."""
    code = fingerprint(_callable(function)).digest
    reference = Constant(digest("function", code), code, "function", None, 0)
    artefact: FunctionArtefact[FunctionT] = FunctionArtefact(reference, encoding_of(Any))
    object.__setattr__(artefact, "function", function)
    return artefact


def function_of(artefact: Artefact[FunctionT]) -> FunctionT:
    """Get the function back.

    Raises:
        WiringError: if it holds something else.
    """
    if isinstance(artefact, FunctionArtefact):
        function: FunctionT = artefact.function
        return function
    raise WiringError("apply() takes a function in an artefact: Artefact.from_value(function)")


def _callable(function: object) -> Callable[..., object]:
    if not callable(function):
        raise WiringError(f"{function!r} cannot be called")
    return function
