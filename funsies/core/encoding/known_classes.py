"""Which classes a reader knows, for values that say themselves of which class they are.

What is stored names a class by text. Whoever reads it looks among the classes that came with
the encoding, which are those that the code of the step can reach, and among the modules that
are loaded. Nothing is imported because data name it: only modules that the step's own code
imports while it runs.
"""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager


class Kinds(NamedTuple):
    """What is known besides the modules that are loaded.

    Attributes:
        classes: those that values may have.
        modules: may be imported to find a class: name, and digest of the text if it is the
            project's.
        is_lenient: True for a reader who takes plain data where a class is not known.
        is_asked: True for a reader who says himself what the values are.
    """

    classes: tuple[type, ...] = ()
    modules: tuple[tuple[str, bytes], ...] = ()
    is_lenient: bool = False
    is_asked: bool = False

    def and_also(self, other: Kinds) -> Kinds:
        """What is known to one of the two."""
        return Kinds(
            tuple(dict.fromkeys((*self.classes, *other.classes))),
            tuple(dict.fromkeys((*self.modules, *other.modules))),
            self.is_lenient or other.is_lenient,
            self.is_asked or other.is_asked,
        )


NOTHING: Final = Kinds()
_NOTHING_MORE: Final = nullcontext()
_known: Final[ContextVar[Kinds]] = ContextVar("known_kinds", default=NOTHING)
_named: Final[ContextVar[dict[type, None] | None]] = ContextVar("named_kinds", default=None)


class Noting:
    """Notes the classes of values that are written with the names of their classes.

    A class, since each constant is written inside of one: a generator takes longer.
    """

    __slots__ = ("_token",)

    def __enter__(self) -> dict[type, None]:
        """The classes, as they are found."""
        found: dict[type, None] = {}
        self._token = _named.set(found)
        return found

    def __exit__(self, *_: object) -> None:
        """Note no more."""
        _named.reset(self._token)


def note(kind: type) -> None:
    """A value of the class is written with the name of its class."""
    found = _named.get()
    if found is not None:
        found[kind] = None


def knowing(kinds: Kinds) -> AbstractContextManager[None]:
    """Know more while a value is written or read."""
    return _NOTHING_MORE if kinds == NOTHING else _knowing(kinds)


@contextmanager
def _knowing(kinds: Kinds) -> Iterator[None]:
    token = _known.set(_known.get().and_also(kinds))
    try:
        yield
    finally:
        _known.reset(token)


def is_lenient() -> bool:
    """True if plain data will do in the place of an object whose class is not known."""
    return _known.get().is_lenient


def name_of(kind: type) -> str:
    """The name by which a class is stored."""
    return f"{kind.__module__}:{kind.__qualname__}"


def can_be_found(kind: type) -> bool:
    """True if others will find a class by its name."""
    return kind in _known.get().classes or _loaded(name_of(kind)) is kind


def known_class(name: str) -> type | None:
    """The class of that name which came with the encoding; None if none did."""
    return next((kind for kind in _known.get().classes if name_of(kind) == name), None)


def classes_named(name: str) -> Iterator[type]:
    """Find the classes that a name can mean, the likeliest first."""
    classes = _known.get().classes
    yield from (kind for kind in classes if name_of(kind) == name)
    found = _loaded(name) or _imported(name)
    if found is not None and found not in classes:
        yield found
    own = name.partition(":")[2]
    yield from (kind for kind in classes if kind.__qualname__ == own and name_of(kind) != name)


def _loaded(name: str) -> type | None:
    """The class of that name in a module that is loaded."""
    module, _, qualified = name.partition(":")
    found: object = sys.modules.get(module)
    for part in qualified.split("."):
        if not hasattr(found, "__dict__"):
            return None
        found = vars(found).get(part)
    return found if isinstance(found, type) else None


def _imported(name: str) -> type | None:
    """The class of that name in a module that the step's code imports while it runs."""
    module = name.partition(":")[0]
    if module not in dict(_known.get().modules):
        return None
    try:
        importlib.import_module(module)
    except ImportError:
        return None
    return _loaded(name)
