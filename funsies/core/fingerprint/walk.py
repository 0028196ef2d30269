"""The walk over live objects, from a function to everything that it uses.

Objects, not text, are followed, so that decorators, closures and replaced helpers come out
as they are. Each object that may be shared or circular becomes a node with a number, in the
order of discovery over sorted names; the numbered records are what is hashed.
"""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final, NamedTuple, NoReturn, TypeAlias

from funsies.core.digest import Digest, Field, digest
from funsies.core.encoding.codecs import Codec
from funsies.core.errors import FingerprintError
from funsies.core.fingerprint.advice import USUAL, Giver, Way, advice
from funsies.core.fingerprint.caching import Snapshot
from funsies.core.fingerprint.environment_use import EnvironmentUse
from funsies.core.fingerprint.source import NOWHERE, Place
from funsies.core.fingerprint.value_text import value_text


class Ingredient(NamedTuple):
    """One part of a fingerprint, kept so that two fingerprints can be compared.

    Attributes:
        path: how the function reaches the part: ``"task -> helper -> NAME"``.
        kind: ``"function"``, ``"class"``, ``"constant"``, ...
        digest: hexadecimal digest of the part itself, without what it refers to; of a
            library its version, or the digest of its content.
        place: where it is written, as far as it is code.
        value: how it looks, as far as it is a value.
    """

    path: str
    kind: str
    digest: str
    place: Place = NOWHERE
    value: str = ""


class _Task(NamedTuple):
    """A node that is still to be described."""

    thing: object
    kind: str
    describe: Describe
    path: tuple[str, ...]
    giver: Giver
    handle: str
    is_value: bool


class Elsewhere(tuple[Field, ...]):
    """In a record: has an ingredient of its own. Hashed like any other tuple."""

    __slots__ = ()


Describe: TypeAlias = "Callable[[Walk, Any], tuple[Field, ...]]"
"""Gives the record of an object; what it refers to goes through :meth:`Walk.field`."""

MOST_INGREDIENTS: Final = 1000
"""More are not kept: a constant may hold thousands of lists."""

LONGEST_PATH: Final = 12
"""How many names a path shows."""

CODE: Final = frozenset({"function", "class"})
"""Kinds of nodes whose names ``ignore`` may list; those of values it does not know."""


@dataclass(slots=True)
class Walk:
    """One walk, from one root.

    Attributes:
        dispatch: tells how a thing of any type enters a record.
        ignore: names that the user wants left out.
        path: how the object that is now described was reached.
        snapshot: what was looked at, so that a later call sees whether it has changed.
        texts: digests of the texts of modules, by name.
        ingredients: parts found so far.
        codecs: of the classes that were reached.
        classes: that were reached, those of libraries among them.
        modules: of libraries that were reached.
        enclosing: sets that are being described, outermost first.
        giver: how the function was given; messages advise what works there.
        handle: name by which the code reaches the value that is now described, so that the
            user can have it ignored; "" if it has none.
        builds: the function makes steps of what it names, so that annotations count.
        is_shallow: functions, classes and modules are taken by identity: good enough to
            see whether a value has changed in this process.
        asked: names that could have been left out.
        place: where the code that is now described is written.
        homes: of the functions that were described, by the path to them: tells where a name
            that they use gets its value.
        environment: what the code that was reached has to do with variables of the environment.
    """

    dispatch: Callable[[Walk, Any, str], Field]
    ignore: Collection[str]
    path: tuple[str, ...]
    snapshot: Snapshot = field(default_factory=Snapshot)
    texts: dict[str, bytes] = field(default_factory=dict)
    ingredients: list[Ingredient] = field(default_factory=list)
    codecs: list[Codec] = field(default_factory=list)
    classes: list[type] = field(default_factory=list)
    modules: set[str] = field(default_factory=set)
    enclosing: tuple[int, ...] = ()
    giver: Giver = Giver.TASK
    handle: str = ""
    builds: bool = False
    is_shallow: bool = False
    asked: set[str] = field(default_factory=set)
    _is_in_value: bool = False
    _numbers: dict[int, Elsewhere] = field(default_factory=dict)
    _queue: deque[_Task] = field(default_factory=deque)
    _alive: list[object] = field(default_factory=list)
    place: Place = NOWHERE
    homes: dict[tuple[str, ...], Callable[[str], Place]] = field(default_factory=dict)
    environment: EnvironmentUse = field(default_factory=EnvironmentUse)

    def field(self, thing: object, name: str) -> Field:
        """Describe a thing where it is used: a value, or a reference to a node.

        Args:
            thing: the object.
            name: the name under which it was found.
        """
        return self.dispatch(self, thing, name)

    def named(self, name: str, value: object) -> Field:
        """Describe what code refers to by a name; an ingredient of its own, which has the name.

        Args:
            name: the name, or names one inside the other: ``"settings.N"``.
            value: what it stands for.
        """
        with self.reached_by(name):
            found = self.field(value, name)
        if isinstance(found, Elsewhere):
            return found
        self.note(name, "value", found, value)
        return Elsewhere(found) if isinstance(found, tuple) else found

    def node(
        self, thing: object, kind: str, describe: Describe, name: str, *, is_value: bool = False
    ) -> Elsewhere:
        """Refer to an object that is described once, however often it is reached.

        Args:
            thing: the object.
            kind: what it is, for the record and the ingredients.
            describe: makes its record, later.
            name: the name under which it was found.
            is_value: it may change without any name changing.
        """
        known = self._numbers.get(id(thing))
        if known is not None:
            return known
        reference = Elsewhere(("node", len(self._numbers)))
        self._numbers[id(thing)] = reference
        self._alive.append(thing)
        task = _Task(thing, kind, describe, self.below(name), self.giver, self.handle, is_value)
        self._queue.append(task)
        return reference

    def value(self, thing: object, kind: str, describe: Describe, name: str) -> Elsewhere:
        """Refer to a value that may change; code that holds it is hashed anew each time.

        Args:
            thing: the value.
            kind: what it is.
            describe: makes its record, later.
            name: the name under which it was found.
        """
        if not self._is_in_value and not self.is_shallow:
            rehash = partial(self._content, thing, kind, describe, name)
            self.snapshot.values.append((rehash, rehash()))
        return self.node(thing, kind, describe, name, is_value=True)

    def _content(self, thing: object, kind: str, describe: Describe, name: str) -> bytes:
        walk = Walk(
            self.dispatch,
            self.ignore,
            self.path,
            giver=self.giver,
            handle=self.handle,
            builds=self.builds,
            is_shallow=True,
        )
        return walk.finish(walk.node(thing, kind, describe, name))

    def finish(self, root: Field) -> Digest:
        """Describe all nodes that were referred to, and hash them.

        Args:
            root: the field of the object at which the walk began.
        """
        records: list[Field] = []
        while self._queue:
            task = self._queue.popleft()
            kind, self.path, self._is_in_value = task.kind, task.path, task.is_value
            self.giver = task.giver
            self.handle = "" if kind in CODE else task.handle
            self.place = NOWHERE
            record = (kind, *task.describe(self, task.thing))
            records.append(record)
            self.note("", kind, record, task.thing)
        return digest("graph", root, records)

    def note(self, name: str, kind: str, record: Field, thing: object) -> None:
        """Keep an ingredient, found under this name in what is now described."""
        if self.is_shallow or len(self.ingredients) >= MOST_INGREDIENTS:
            return
        own = digest("ingredient", _own_part(record)).hex()
        path = self.below(name) if name else self.path
        is_code = kind in CODE
        place = self.place if is_code else self._assignment(path)
        value = "" if is_code else value_text(thing)
        self.ingredients.append(Ingredient(" -> ".join(path), kind, own, place, value))

    def _assignment(self, path: tuple[str, ...]) -> Place:
        """Where the name gets its value by which a function reaches something."""
        home = self.homes.get(path[:-1])
        return home(path[-1]) if home is not None and path else NOWHERE

    def note_file(self, name: str, text: bytes, place: Place) -> None:
        """Keep a whole file that counts, by the digest of its text, found under this name."""
        if not self.is_shallow and len(self.ingredients) < MOST_INGREDIENTS:
            path = " -> ".join(self.below(name))
            self.ingredients.append(Ingredient(path, "module", text.hex(), place))

    def below(self, name: str) -> tuple[str, ...]:
        """The path to what is found under this name; a long one without its middle."""
        if len(self.path) < LONGEST_PATH:
            return (*self.path, name)
        return (*self.path[: LONGEST_PATH - 2], "...", name)

    def apart(self, thing: object, ignore: Collection[str] = ()) -> Walk:
        """A walk of its own below a thing.

        Args:
            thing: a set, whose order must not matter; a task, which ignores names of its own.
            ignore: these names.
        """
        environment = EnvironmentUse()
        self.environment.take_all(environment, ignore)
        return Walk(
            self.dispatch,
            frozenset((*self.ignore, *ignore)),
            self.path,
            self.snapshot,
            self.texts,
            self.ingredients,
            self.codecs,
            self.classes,
            self.modules,
            (*self.enclosing, id(thing)),
            self.giver,
            self.handle,
            self.builds,
            self.is_shallow,
            self.asked,
            self._is_in_value,
            environment=environment,
        )

    def library(self, module: str, name: str = "") -> Field:
        """Describe what is not followed: by its name, and by the library that it is from.

        Args:
            module: of the thing; or name of the thing itself, as an import gives it.
            name: of the thing in its module.
        """
        if module.partition(".")[0] in sys.modules:  # some say of themselves what is not true
            self.modules.add(module)
        return "library", f"{module}.{name}" if name else module

    def keep(self, thing: object) -> None:
        """Keep a temporary object alive, so that its identity stays its own."""
        self._alive.append(thing)

    def is_ignored(self, *names: str) -> bool:
        """True if the user asked to leave one of these names out."""
        self.asked.update(names)
        return any(name in self.ignore for name in names)

    @contextmanager
    def reached_by(self, handle: str) -> Iterator[None]:
        """Values described within are reached by this name, which ``ignore`` may list."""
        outer, self.handle = self.handle, self.handle or handle
        yield
        self.handle = outer  # a walk that fails is not continued

    def refuse(
        self,
        name: str,
        reason: str,
        ways: Sequence[str | Way] = USUAL,
        *,
        is_in_code: bool = False,
    ) -> NoReturn:
        """Say which name cannot be seen, how it is reached, and what to do.

        Args:
            name: of what cannot be seen, in what is now described; "" for that itself.
            reason: why it cannot be seen.
            ways: what can be done.
            is_in_code: True if this is how the code names it.

        Raises:
            FingerprintError: always.
        """
        path = " -> ".join(self.below(name) if name else self.path)
        handle = name if is_in_code else self.handle
        raise FingerprintError(f"{path}: {reason}. {advice(ways, self.giver, handle)}")


def _own_part(record: Field) -> Field:
    if isinstance(record, Elsewhere):
        return "elsewhere"
    if isinstance(record, tuple):
        return tuple(_own_part(item) for item in record)
    return record
