"""What a step says itself of how it is run: ``opt=`` and the keywords that are options."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, Final, TypedDict, TypeVar, cast

from .errors import OptionError, WiringError
from .former_names import told
from .label import Label, step_label
from .options import INFINITE, Options
from .type_hints import call_shape


class RunOptions(TypedDict, total=False):
    """How a step is run, by keyword: the fields of :class:`Options` but ``env``.

    The variables of ``shell(env=...)`` are part of the step, those of ``options(env=...)`` are
    not: so the latter are always given by ``opt=options(env=...)``.
    """

    queue: str
    priority: int
    timeout_seconds: float | None
    retries: int
    retry_delay_seconds: float
    lost_retries: int
    distributed: bool
    evaluate: bool
    reset: bool
    isolated: bool
    fresh_directory: bool
    max_output_bytes: int | None
    copy_inputs: bool


class StepOptions(RunOptions, total=False):
    """What a single step is given by keyword.

    ``label`` is what people call it in lists and pictures, and on the command line.
    """

    label: str


class OptionChanges(RunOptions, total=False):
    """What :func:`~funsies.options` takes: the fields of :class:`Options`, none required.

    ``timeout`` is the same as ``timeout_seconds``; -1 means no limit, as in funsies 0.8.
    ``ttl``, ``result_ttl`` and ``failure_ttl`` of funsies 0.8 are understood and change
    nothing: there they said how long RQ keeps a job, never how long a result is kept. Here no
    request expires.
    """

    env: Mapping[str, str]
    timeout: float | None
    ttl: float | None
    result_ttl: float | None
    failure_ttl: float | None


OPTION_NAMES: Final = tuple(field.name for field in fields(Options))

EXPIRIES: Final = ("ttl", "result_ttl", "failure_ttl")
"""Of funsies 0.8: how long RQ kept a job. Understood, without any effect: nothing expires."""


@dataclass(frozen=True, slots=True)
class OwnOptions:
    """What a step says itself; the rest is taken from the defaults when it is built.

    Attributes:
        opt: all options; None for the defaults.
        changes: single ones, which go before those.
        label: what the step is called; None for what is made of its inputs.
    """

    opt: Options | None = None
    changes: tuple[tuple[str, object], ...] = ()
    label: Label | None = None

    def over(self, defaults: Options) -> Options:
        """The options of a step that is built under these defaults."""
        chosen = defaults if self.opt is None else self.opt
        return _changed(chosen, self.changes) if self.changes else chosen

    def upon(self, others: OwnOptions) -> OwnOptions:
        """These, and what they leave open as others have it."""
        label = self.label or others.label
        if self.opt is not None:
            return replace(self, label=label)
        changes = {**dict(others.changes), **dict(self.changes)}
        return OwnOptions(others.opt, tuple(sorted(changes.items())), label)


NO_OPTIONS: Final = OwnOptions()
"""Of a step that says nothing itself."""


def own_options(
    caller: Callable[..., object], opt: Options | None, given: Mapping[str, Any]
) -> OwnOptions:
    """Check what a call says of how its step is run.

    Args:
        caller: the function that was called; its keywords are named in messages.
        opt: what it was given as ``opt=``.
        given: keywords that are none of its own.

    Raises:
        OptionError: if there is no such option, or a value makes no sense.
    """
    if opt is None and not given:
        return NO_OPTIONS
    if opt is not None and not isinstance(opt, Options):
        raise OptionError(
            f"opt= is made by options(...), for example options(retries=1), not {opt!r}"
        )
    changes = {name: value for name, value in given.items() if name != "label"}
    for name in changes:
        if name not in RunOptions.__annotations__:
            raise OptionError(_no_keyword(caller, name))
    Options(**changes)  # looks at the values
    label = step_label(given["label"]) if "label" in given else None
    return OwnOptions(opt, tuple(sorted(changes.items())), label)


@lru_cache(maxsize=256)
def _changed(options: Options, changes: tuple[tuple[str, Any], ...]) -> Options:
    """Equal options are the same object, so that they are encoded once."""
    return replace(options, **dict(changes))


_ELSEWHERE: Final = {
    "env": "variables that do not count are given by opt=options(env=...)",
    "timeout": "did you mean timeout_seconds?",
    **dict.fromkeys(EXPIRIES, "leave it out: no request and no result expires"),
}


def _no_keyword(caller: Callable[..., object], name: str) -> str:
    shown = getattr(caller, "__name__", "the call")
    return f"{shown}() has no keyword {name}; {_ELSEWHERE.get(name) or _meant(caller, name)}"


def _nearest(name: str, known: Sequence[str]) -> list[str]:
    from difflib import get_close_matches  # noqa: PLC0415 - only for misspelt names

    return get_close_matches(name, known, 1)


def _meant(caller: Callable[..., object], name: str) -> str:
    own = [each for each in inspect.signature(caller).parameters if each != "options"]
    longer = [each for each in own if name.startswith(each)]
    close = longer[:1] or _nearest(name, [*own, *StepOptions.__annotations__])
    hints = [f"did you mean {each}?" for each in close]
    if _CALLED.intersection(own):
        hints.append("give the inputs of the function by position, or with functools.partial")
    return " ".join(hints) or f"there are {', '.join([*own, *StepOptions.__annotations__])}"


_CALLED: Final = frozenset(("fun", "split_fun"))
"""Parameters for a function that is called with the inputs."""


def changed_options(defaults: Options, given: Mapping[str, Any]) -> Options:
    """Replace some options by what ``options(...)`` was given.

    Raises:
        OptionError: if there is no such option, or a value makes no sense.
    """
    changes = dict(given)
    if "timeout" in changes:
        changes["timeout_seconds"] = changes.pop("timeout")
    if changes.get("timeout_seconds") == INFINITE:
        changes["timeout_seconds"] = None
    for name in EXPIRIES:
        if name in changes:
            _check_expiry(name, changes.pop(name))
    for name in changes:
        if name not in OPTION_NAMES:
            raise OptionError(_no_such_option(name))
    return replace(defaults, **changes)


def _check_expiry(name: str, value: object) -> None:
    if value is None or value == INFINITE:
        return
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not (is_number and value > 0):  # type: ignore[operator]  # it is a number
        raise OptionError(f"{name} is a number of seconds, or -1 for ever, not {value!r}")


OF_ONE_STEP: Final = (
    "label= is said of a single step: shell(..., label=...), reduce(..., label=...), and of a "
    "call of a task by my_task.options(label=...)(...)"
)
"""Where a label is given that is to be of all steps of a task, or of a program."""

_NO_SERIALIZER: Final = told("options(serializer=...)", "leave it out: RQ gets JSON only")


def _no_such_option(name: str) -> str:
    if name == "serializer":
        return _NO_SERIALIZER
    if name == "label":
        return OF_ONE_STEP
    known = tuple(OptionChanges.__annotations__)
    close = _nearest(name, known)
    hint = f"; did you mean {close[0]}?" if close else f": there are {', '.join(OPTION_NAMES)}"
    return f"there is no option {name}{hint}"


FunctionT = TypeVar("FunctionT", bound=Callable[..., Any])

_OPTIONS: Final = (*StepOptions.__annotations__, "timeout", "opt")
"""What is given by mistake."""


def takes_no_options(function: FunctionT) -> FunctionT:
    """Let a function say where options belong, if it is given one of a step."""
    misplaced = set(_OPTIONS) - call_shape(function).parameters.keys()

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
