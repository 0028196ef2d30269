"""Functions as artefacts: only for ``Artefact.apply``, as the interfaces of ``returns`` ask.

A function has no stored value. Its artefact knows it only within the program that made it, and
cannot be where an artefact of a value can: among the inputs of a step, executed, or taken.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any, NoReturn, Self, TypeVar

from returns.primitives.hkt import Kind1
from typing_extensions import override

from funsies.core.digest import Digest, digest
from funsies.core.encoding import encoding_of
from funsies.core.errors import Error, WiringError
from funsies.core.fingerprint import Giver, fingerprint
from funsies.core.graph import TaskKind

from .artefact import Artefact
from .call import call
from .python_task import FunctionSpec
from .signature import function_name

FunctionT = TypeVar("FunctionT")
U = TypeVar("U")


class FunctionArtefact(Artefact[FunctionT]):
    """An artefact that holds a function of this program.

    What is done with it takes the function along as code, since it is no stored value. The
    results are plain artefacts; ``returns`` would have a subclass give its own kind.
    """

    __slots__ = ("_digest", "function")

    function: FunctionT

    def __init__(self, function: FunctionT) -> None:
        """Point at a function.

        Args:
            function: whose code can be seen.
        """
        code = fingerprint(_callable(function), giver=Giver.STEP).digest
        object.__setattr__(self, "_digest", digest("function", code))
        object.__setattr__(self, "encoding", encoding_of(Any))
        object.__setattr__(self, "function", function)

    @property
    @override
    def digest(self) -> Digest:
        return self._digest  # type: ignore[attr-defined, no-any-return]  # set above

    @property
    @override
    def reference(self) -> NoReturn:  # type: ignore[override]  # there is none, see above
        raise WiringError(
            f"{self!r} holds a function, which cannot be stored: it can only be given to "
            "apply(), or continued with map() and bind(). To call it in a step, give the "
            "function itself: reduce(function, ...)"
        )

    @override
    def __repr__(self) -> str:
        return f"<Artefact of the function {function_name(_callable(self.function))}>"

    @override
    def map(  # type: ignore[override]  # a plain artefact, see above
        self, function: Callable[[FunctionT], U]
    ) -> Artefact[U]:
        return call(FunctionSpec(functools.partial(function, self.function)), (), {})[0]

    @override
    def bind(  # type: ignore[override]  # a plain artefact, see above
        self, function: Callable[[FunctionT], Kind1[Artefact[Any], U]]
    ) -> Artefact[U]:
        given = functools.partial(function, self.function)
        return call(FunctionSpec(given, kind=TaskKind.DYNAMIC), (), {})[0]

    @override
    def lash(  # type: ignore[override]  # it is no error
        self, function: Callable[[Error], Kind1[Artefact[Any], U]]
    ) -> Self:
        return self


def function_artefact(function: FunctionT) -> Artefact[FunctionT]:
    """Put a function into an artefact."""
    return FunctionArtefact(function)


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
