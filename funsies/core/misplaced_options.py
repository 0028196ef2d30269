"""Options of steps that are given to a function which runs, or reads, what was built before."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable
from typing import Any, Final, TypeVar, cast

from .errors import WiringError
from .own_options import StepOptions

FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

_OPTIONS: Final = (*StepOptions.__annotations__, "timeout", "opt")
"""What is given by mistake."""


def takes_no_options(function: FunctionT) -> FunctionT:
    """Let a function say where options belong, if it is given one of a step."""
    misplaced = set(_OPTIONS) - inspect.signature(function).parameters.keys()

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        for name in kwargs.keys() & misplaced:
            raise WiringError(f"{function.__name__}() has no {name}=: {_place(name)}")
        return function(*args, **kwargs)

    return cast(FunctionT, checked)


def _place(name: str) -> str:
    if name == "timeout":
        return (
            "how long a step may run is said of the step, @task(timeout_seconds=...), how long "
            "you wait for it by wait_for(..., timeout=...)"
        )
    return (
        f"that is said of a step, @task({name}=...), shell(..., {name}=...), "
        f"reduce(..., {name}=...); or Fun(defaults=options(...)) for all of them"
    )
