"""Which variables of the environment code reads, as far as it says their names.

Code that reads the environment anywhere, and has the name of a variable anywhere as a text of
its own (``os.environ["DATA"]``, ``read("DATA")`` of a helper that reads it), may read it. Names
that are computed are not seen.
"""

from __future__ import annotations

import ast
import os
import re
import sys
from collections.abc import Iterable, Iterator
from enum import Enum
from functools import partial
from inspect import getattr_static
from itertools import islice
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any, Final

from funsies.core.fingerprint.bytecode import names_of
from funsies.core.fingerprint.caching import IdentityCache
from funsies.core.fingerprint.code_digest import nested_codes
from funsies.core.fingerprint.environment import variables_set
from funsies.core.fingerprint.names_meant import names_meant
from funsies.core.fingerprint.project import is_project

_READERS: Final = {
    "os": ("environ", "environb", "getenv", "getenvb", "popen", "system"),
    "posixpath": ("expandvars",),
    "subprocess": ("Popen", "call", "check_call", "check_output", "getoutput", "run"),
}
"""What reads the environment, or hands it on to a command: names by module."""

_IN_TEXT: Final = frozenset((*_READERS["os"], *_READERS["posixpath"], "subprocess"))
"""Names that stand in the text of a module which reads it."""

_OF_COMMAND: Final = re.compile(r"\$\{?([A-Za-z_]\w*)")
_DEEPEST: Final = 4
_MOST_ITEMS: Final = 1000


class EnvironmentUse:
    """What the functions, classes and modules of a step have to do with the environment."""

    def __init__(self) -> None:
        self._is_read = False
        self._things: list[FunctionType | type | ast.Module] = []
        self._values: list[object] = []
        self._inner: list[tuple[EnvironmentUse, frozenset[str]]] = []

    def take(self, thing: FunctionType | type | ast.Module) -> None:
        """Have a function, a class, or the text of a module count among them."""
        self._things.append(thing)
        if not self._is_read:
            self._is_read = _is_reader(thing)

    def take_value(self, value: object) -> None:
        """Have a value count that a function is given: a ``functools.partial``, a method."""
        self._values.append(value)

    def take_all(self, inner: EnvironmentUse, ignored: Iterable[str]) -> None:
        """Have what another task uses count among them, but for some names."""
        self._inner.append((inner, frozenset(ignored)))

    @property
    def is_read(self) -> bool:
        """True if any of them reads the environment."""
        return self._is_read or any(inner.is_read for inner, _ in self._inner)

    def texts(self) -> set[str]:
        """All texts that they have, and that may be names of variables."""
        found = set(_texts_in(self._values, _DEEPEST))
        for each in self._things:
            found.update(_texts_of(each))
        for inner, ignored in self._inner:
            found |= inner.texts() - ignored
        return found

    def variables(self) -> dict[str, str | None]:
        """The variables that they read and the program has set; None of what it has deleted."""
        variables = variables_set() if self.is_read else {}
        texts = self.texts() if variables else set()
        return {name: value for name, value in variables.items() if name in texts}


def names_in_command(text: str) -> set[str]:
    """Variables that a command names.

    >>> sorted(names_in_command('cp "$DATA/x" ${PLACE:-.} $1'))
    ['DATA', 'PLACE']
    """
    return set(_OF_COMMAND.findall(text))


# Whether it is read.


def _is_reader(thing: FunctionType | type | ast.Module) -> bool:
    match thing:
        case FunctionType():
            return _reads(thing)
        case ast.Module():
            return _of_tree(thing)[0]
    return False  # the methods of a class are taken one by one


def _reads(function: FunctionType) -> bool:
    readers = {id(getattr(module, name)) for module, name in _readers_loaded()}
    for meant in (*_meant_by(function), *(function.__defaults__ or ())):
        owner = meant.__self__ if isinstance(meant, MethodType) else meant
        if id(owner) in readers:
            return True
    return any(
        module not in sys.modules and chain[:1] and chain[0] in _READERS.get(module, ())
        for module, _, chain in names_of(function.__code__).used_imports
    )


def _readers_loaded() -> Iterator[tuple[ModuleType, str]]:
    for module_name, names in _READERS.items():
        module = sys.modules.get(module_name)
        if module is not None:
            yield from ((module, name) for name in names if hasattr(module, name))


def _meant_by(function: FunctionType) -> Iterator[Any]:
    """What the names of a function stand for, and each attribute that it reads of them."""
    for thing, chain in names_meant(function):
        found = thing
        yield found
        for name in chain:
            found = _attribute(found, name)
            yield found


def _attribute(thing: object, name: str) -> Any:
    """An attribute as it is stored: nothing is called."""
    if isinstance(thing, ModuleType):
        return vars(thing).get(name)
    return None if thing is None else getattr_static(thing, name, None)


_trees: Final[IdentityCache[ast.Module, tuple[bool, frozenset[str]]]] = IdentityCache()


def _of_tree(tree: ast.Module) -> tuple[bool, frozenset[str]]:
    """Whether the text of a module reads the environment, and the texts in it."""
    known = _trees.get(tree)
    if known is not None:
        return known
    words, texts = set[str](), set[str]()
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=word) | ast.Attribute(attr=word) | ast.alias(name=word):
                words.add(word)
            case ast.Constant(value=value):
                texts.update(_texts_in(value, 1))
    return _trees.put(tree, (not words.isdisjoint(_IN_TEXT), frozenset(texts)))


# Which texts it has.

_codes: Final[IdentityCache[CodeType, frozenset[str]]] = IdentityCache()


def _texts_of_code(code: CodeType) -> frozenset[str]:
    known = _codes.get(code)
    if known is not None:
        return known
    constants = (each for inner in nested_codes(code) for each in inner.co_consts)
    return _codes.put(code, frozenset(_texts_in(list(constants), _DEEPEST)))


def _texts_of(thing: FunctionType | type | ast.Module) -> Iterator[str]:
    match thing:
        case ast.Module():
            yield from _of_tree(thing)[1]
        case FunctionType():
            yield from _texts_of_code(thing.__code__)
            given = (thing.__defaults__, thing.__kwdefaults__)
            yield from _texts_in([*given, *_meant_by(thing)], _DEEPEST)
        case _:
            yield from _texts_in(list(vars(thing).values()), _DEEPEST)


def _texts_in(value: Any, depth: int) -> Iterator[str]:
    """Texts inside of a value, that are names or commands that have some."""
    match value:
        case bytes():
            yield from _texts_in(os.fsdecode(value), depth)
        case str():
            yield value
            if "$" in value:
                yield from names_in_command(value)
        case _ if depth:
            for each in islice(_inside(value), _MOST_ITEMS):
                yield from _texts_in(each, depth - 1)


def _inside(value: Any) -> Iterator[object]:
    match value:
        case list() | tuple() | set() | frozenset():
            yield from value
        case dict():
            yield from (*value.keys(), *value.values())
        case Enum():
            yield value.value
        case partial():
            yield from (value.func, *value.args, *value.keywords.values())
        case MethodType():
            yield value.__self__
        case _ if is_project(type(value)):
            yield from list(getattr(value, "__dict__", {}).values())
