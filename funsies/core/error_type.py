"""The class of ``Error``: whoever asks whether a result is an error is told how to ask."""

from __future__ import annotations

from typing import TYPE_CHECKING


class ErrorType(type):
    """Refuses ``isinstance(result, Error)``.

    In funsies 0.8 a result was the value or the error. Now it is ``Success(value)`` or
    ``Failure(error)``, so that the old test would silently be false for both.
    """

    if not TYPE_CHECKING:  # pyright would no longer narrow types by ``isinstance(x, Error)``

        def __instancecheck__(cls, instance: object) -> bool:
            if super().__instancecheck__(instance):
                return True
            if _is_result(instance):
                from funsies.core.errors import WiringError  # noqa: PLC0415 - it imports this

                raise WiringError(
                    f"isinstance(x, Error) where x is a {type(instance).__name__}: a result is "
                    "never an Error, but may hold one. Ask isinstance(x, f.errors.Failure), "
                    "and get the error with x.failure(), the value with x.unwrap()"
                )
            return False


def _is_result(thing: object) -> bool:
    """True of ``Success`` and ``Failure``, which need not be imported to find out."""
    kind = type(thing)
    return kind.__module__ == "returns.result" and kind.__name__ in ("Success", "Failure")
