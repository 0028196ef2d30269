"""What mypy's own messages about artefacts lack: one line that says what to write instead.

Messages are completed while they are reported.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from mypy.checker import TypeChecker
from mypy.errors import ErrorInfo, ErrorWatcher

_POINTER: Final = "an artefact points to a value that may not exist yet"
_TAKE: Final = "or execute it and use take()"
_EXECUTE: Final = f"{_POINTER}: execute it and use take()"
_ITEMS: Final = (
    f"{_POINTER}: f.map_each(function, artefact) makes a step for each item of a list, "
    f"f.py(function, ...) gives an artefact for each of several results, {_TAKE}"
)
_JOIN: Final = "join the artefacts for a step: f.reduce({}, f.gather([...]))"
_CHANGED: Final = "a value cannot be changed: return another one from a step"
_ONE_BY_ONE: Final = "one artefact at a time is taken: [f.take(each) for each in ...]"
_CALL_FIRST: Final = "that is a function: call the task, execute what it returns, and take that"
_ONE_OUTPUT: Final = 'take .stdout or .out["name"]'
_OUTPUTS: Final = 'give one of its outputs: .stdout, .out["name"]'
_FILES: Final = 'inp= gives each file its content: inp={"name": content}'
_WORDS: Final = "a command is one text; several commands are several arguments"
_WITH: Final = "write `with Fun():`"
_GATHER: Final = "gather() joins a list, a tuple or a dict of artefacts: gather([...])"
_MORPH: Final = "morph() gives a function one input; f.reduce(function, ...) gives it several"

_SPECIAL: Final = {"__iter__": _ITEMS, "__delitem__": _CHANGED}
_OF_08: Final = frozenset({"grab", "kind", "parent", "put"})
"""Attributes that artefacts had in funsies 0.8: ``funsies check`` has another hint for them."""

_LAZY: Final = frozenset(
    {"enumerate", "filter", "iter", "map", "open", "range", "reversed", "zip"}
)
"""What these return is no value that a step could return."""

_OF_ITEMS: Final = frozenset({"max", "min", "sorted", "sum"})
_OWN: Final = frozenset(
    {"execute", "gather", "map_each", "morph", "py", "reduce", "reset", "sac", "shell", "take"}
    | {"takeout", "task", "template", "wait_for"}
)
_FUNCTIONS: Final = ("Task[", "Callable[", "def ", "overloaded", "type[")
_ITERATORS: Final = ("Generator[", "Iterator[", "map[", "filter[", "zip[")

_Match = re.Match[str]


def _in_step(expression: str) -> str:
    return f"{_POINTER}: do it in a step, {expression}, {_TAKE}"


def _of_value(expression: str) -> str:
    return _in_step(f"f.morph(lambda value: {expression}, artefact)")


def _attribute(found: _Match) -> str | None:
    name = found["name"]
    if name.startswith("__") or name in _OF_08:
        return _SPECIAL.get(name)
    return _of_value(f"value.{name}")


def _operator(found: _Match) -> str:
    return _in_step(f"f.reduce(lambda a, b: a {found['symbol']} b, ...)")


def _sign(found: _Match) -> str:
    return _of_value(f"{found['symbol']}value")


def _function(found: _Match) -> str | None:
    """A function that takes values is given an artefact; not one of funsies itself."""
    name = found["name"]
    if _takes_artefacts(found):
        return None
    return _EXECUTE if name in _LAZY else _in_step(f"f.reduce({name}, ...)")


def _joined(found: _Match) -> str | None:
    """A function of several values is given a list of artefacts."""
    return None if _takes_artefacts(found) else _JOIN.format(found["name"])


def _items_of(found: _Match) -> str | None:
    return _joined(found) if found["name"] in _OF_ITEMS else _function(found)


def _takes_artefacts(found: _Match) -> bool:
    expected = found.groupdict().get("expected") or ""
    return found["name"] in _OWN or "Artefact" in expected or "Target" in expected


def _target(found: _Match) -> str:
    name, kind = found["name"], found["kind"]
    if kind.startswith(_FUNCTIONS):
        return (
            f"that is a function: call the task and give what it returns, {name}(task(...)), "
            f"or make a step of the function, {name}(f.reduce(function, ...))"
        )
    is_iterator = kind.startswith(_ITERATORS)
    return f"give a list: {name}([...])" if is_iterator else "give what a step returned"


_ONE: Final = r'"Artefact\[.*\]"'
_SEVERAL: Final = r'"(?!Artefact|KindN)[\w.]+\[.*\bArtefact\['
_NAME: Final = r'"(?P<name>\w+)"'
_NO_OVERLOAD: Final = "No overload variant of {} matches argument types? "
_ARGUMENT: Final = r"Argument \S+ to {} has incompatible type "
_EXPECTED: Final = r'.*?; expected (?P<expected>".*")'
_NO_ARTEFACT: Final = r'"(?!.*Artefact)'
_FUN: Final = r'"(?:Callable\[\[Server \| None|def (?:Managed)?Fun\()'
_ADVICE: Final[dict[str, str | Callable[[_Match], str | None]]] = {
    rf"Value of type {_ONE} is not indexable": _of_value("value[...]"),
    rf'{_ONE} has no attribute "(?P<name>\w+)"': _attribute,
    rf"{_ONE} object is not iterable": _ITEMS,
    rf"{_ONE} not callable": _of_value("value(...)"),
    rf"Unsupported target for indexed assignment \({_ONE}\)": _CHANGED,
    _NO_OVERLOAD.format('"__getitem__" of .*') + _ONE: _in_step(
        "f.reduce(lambda items, index: items[index], ...)"
    ),
    rf"Unsupported (?:left )?operand types? for (?P<symbol>\S+) \(.*{_ONE}.*\)": _operator,
    rf"Unsupported operand type for unary (?P<symbol>\S+) \({_ONE}\)": _sign,
    rf"Incompatible types in assignment .*type {_ONE}, variable.* {_NO_ARTEFACT}": _EXECUTE,
    rf"Incompatible return value type \(got {_ONE}, expected {_NO_ARTEFACT}": (
        f"{_POINTER}: return the artefact, and annotate it so"
    ),
    _NO_OVERLOAD.format('"take"') + r'"(?:Task|Callable|def )': _CALL_FIRST,
    _NO_OVERLOAD.format('"take"') + _SEVERAL: _ONE_BY_ONE,
    _ARGUMENT.format('"take"') + _SEVERAL: _ONE_BY_ONE,
    _NO_OVERLOAD.format('"take"') + '"Handle"': "take the artefact that was executed",
    _NO_OVERLOAD.format('"take"') + r'"ShellOutput\[': _ONE_OUTPUT,
    r'"ShellOutput\[.*\]" has no attribute "(?!_)': _OUTPUTS,
    r'"OutputFiles\[.*\]" not callable': 'write out["name"]',
    rf"Unsupported right operand type for in \({_ONE}\)": _of_value("... in value"),
    r'Argument "inp" to "shell" has incompatible type "(?:list|set|tuple)\[': _FILES,
    r'Argument 1 to "shell" has incompatible type "(?:list|tuple)\[': _WORDS,
    _FUN + r'.* has no attribute "__(?:enter|exit)__"': _WITH,
    _NO_OVERLOAD.format('"gather"') + r".*Artefact\[": _GATHER,
    _ARGUMENT.format('"gather"') + r".*Artefact\[": _GATHER,
    _NO_OVERLOAD.format('"morph"') + "(?:.*, ){2,}": _MORPH,
    _ARGUMENT.format('"(?P<name>execute|execute_all|wait_for|reset|cancel)"')
    + r'"(?P<kind>.*)"; expected ".*Target': _target,
    _ARGUMENT.format(r'"\w+" of "\w+"') + f"{_ONE}; expected {_NO_ARTEFACT}": _EXECUTE,
    _ARGUMENT.format(_NAME) + _ONE + _EXPECTED: _function,
    _ARGUMENT.format(_NAME) + _SEVERAL + _EXPECTED: _joined,
    rf'Value of type variable "\w+" of (?:function )?{_NAME} cannot be {_ONE}': _items_of,
    _NO_OVERLOAD.format(_NAME) + _ONE: _function,
    _NO_OVERLOAD.format(_NAME) + _SEVERAL: _joined,
    rf"(?:List|Set|Generator)\b.* type {_ONE}; expected {_NO_ARTEFACT}": (
        _JOIN.format("function")
    ),
}
"""What mypy says, and what is to be added."""

_PATTERNS: Final = [(re.compile(pattern), advise) for pattern, advise in _ADVICE.items()]


def advice(message: str) -> str | None:
    """What to write instead of a line that takes an artefact for its value, or the like.

    Args:
        message: what mypy says of the line.

    Returns:
        None if there is nothing to be added.
    """
    for pattern, advise in _PATTERNS:
        found = pattern.match(message)
        if found is not None:
            return advise if isinstance(advise, str) else advise(found)
    return None


_OVERLOADS: Final = ("Possible overload variant", "    def ", "    <", "Overload")
"""How the notes begin that show the signatures of a function."""


def advise(api: TypeChecker) -> None:
    """From now on, add to what mypy reports what to write instead.

    mypy asks no plugin about a message. So a watcher stands below those of mypy itself, and
    sees what is really reported; it changes the text, and leaves out the signatures of
    functions after an error that says it better.
    """
    watchers = api.errors._watchers  # noqa: SLF001 - there is no other way to see a message
    if not any(isinstance(each._filter, _Completion) for each in watchers):  # noqa: SLF001
        watchers.insert(0, ErrorWatcher(api.errors, filter_errors=_Completion()))


class _Completion:
    def __init__(self) -> None:
        self._advised: tuple[str, int] | None = None

    def __call__(self, file: str, info: ErrorInfo) -> bool:
        place = (file, info.line)
        if info.severity != "error":
            return place == self._advised and info.message.startswith(_OVERLOADS)
        told = advice(info.message)
        if told is not None and not info.message.endswith(told):
            info.message = f"{info.message}; {told}"
        if told is not None or place != self._advised:
            self._advised = None if told is None else place
        return False
