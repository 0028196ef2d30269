"""``Result[T]`` and ``Result[T, E]``: that of ``returns``, where an error is an ``Error``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from returns import result
from typing_extensions import TypeVar

from funsies.core.errors import Error

T = TypeVar("T")
E = TypeVar("E", default=Error)

if TYPE_CHECKING:
    Result: TypeAlias = result.Result[T, E]
else:
    _Alias = type(result.Result[T, Error])  # typing has no public name for it

    class _Result(_Alias, _root=True):
        """Before Python 3.13 no alias has parameters with defaults."""

        def __getitem__(self, arguments: Any) -> Any:
            given = arguments if isinstance(arguments, tuple) else (arguments,)
            return result.Result[given if len(given) > 1 else (*given, Error)]

        def __instancecheck__(self, instance: object) -> bool:
            return isinstance(instance, result.Result)

    Result = _Result(result.Result, (T, Error))
