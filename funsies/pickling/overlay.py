"""Values that the program had when it built a step, laid over what modules hold on a worker.

Importing a module anew gives what its text says. What the program has changed since (a
setting, a helper that a test has replaced, an entry of a registry), or what came out otherwise
on the other machine, is put in its place while the step runs.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import (
    Iterable,
    Iterator,
    Mapping,
    MutableMapping,
    MutableSequence,
    MutableSet,
)
from contextlib import contextmanager
from types import FunctionType, ModuleType
from typing import Any, Final, NamedTuple

from funsies.core.fingerprint.environment import is_environment

from .program import has_own_main, loading
from .rebuild import Namespace

CHECKED_BYTES: Final = 64 * 1024
"""Values up to this size are compared before each step; larger ones once."""

_ATOMS: Final = frozenset({type(None), bool, int, float, complex, str, bytes})
_CODE: Final = (FunctionType, type, ModuleType)


class _Absent:
    """Stands for what is not there."""


_ABSENT: Final = _Absent()


REGISTERED: Final = "register()"
"""In the place of a name: the owner is an abstract class, and the value registered with it."""


IMPORTED: Final = "import"
"""In the place of a name: the value tells, by the names of modules that a step may be the first
to import, what they read then."""


class Entry(NamedTuple):
    """A value of the program.

    Attributes:
        owner: a module, the globals of code without one, a class, or a function.
        name: under which the owner holds it.
        value: what it held.
    """

    owner: Any
    name: str
    value: Any


class Overlay:
    """The values that one step needs.

    Args:
        entries: the values, each with where it belongs.
    """

    def __init__(self, entries: Iterable[Entry]) -> None:
        given = list(entries)
        self._entries = [_Laid(entry) for entry in given if entry.name != IMPORTED]
        self._imported = [entry.value for entry in given if entry.name == IMPORTED]
        self._undo: dict[tuple[int, str], tuple[Any, Any, Any]] = {}

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Have the values in their places for a while."""
        self.apply()
        try:
            yield
        finally:
            self.undo()

    def apply(self) -> None:
        """Put the values in their places; also again, after a step has changed them."""
        for states in self._imported:
            _forget_if_different(states)
        holds: dict[int, tuple[object, object]] = {}  # one object may have two names here
        for each in self._entries:
            current = _read(each.owner, each.name)
            if not each.is_same(current):
                before = each.owner, current, _content(current)
                self._undo.setdefault((id(each.owner), each.name), before)
                _, held = holds.get(id(current), (current, each.value))
                current = each.put(current, keeps_identity=held is each.value)
            holds.setdefault(id(current), (current, each.value))

    def undo(self) -> None:
        """Put back what was there before."""
        for (_, name), (owner, before, content) in reversed(self._undo.items()):
            if content is not _ABSENT:
                _refill(before, content)
            _write(owner, name, before)
        self._undo.clear()


_imported_with: Final[dict[str, str]] = {}


def _forget_if_different(states: Mapping[str, str]) -> None:
    """Have modules imported anew that an earlier step has imported with other settings.

    Args:
        states: what each reads of others while it is imported.
    """
    if has_own_main():
        return
    own = {
        name: state
        for name, state in states.items()
        if name in _imported_with or name not in sys.modules
    }
    if any(_imported_with.get(name, state) != state for name, state in own.items()):
        for name in own:
            forgotten = sys.modules.pop(name, None)
            parent, _, last = name.rpartition(".")
            if getattr(sys.modules.get(parent), last, None) is forgotten is not None:
                delattr(sys.modules[parent], last)
    _imported_with.update(own)


class _Laid:
    """One value, and how to tell whether it is in its place."""

    __slots__ = ("_known", "_picture", "name", "owner", "value")

    def __init__(self, entry: Entry) -> None:
        self.owner, self.name, self.value = entry
        self._picture = _Picture(self.value) if _can_change(self.value) else None
        self._known: Any = _ABSENT

    def is_same(self, current: Any) -> bool:
        """True if this value is there, with the content that it had."""
        if self._picture is None:
            return current is self.value or _are_equal_atoms(current, self.value)
        if current is _ABSENT or type(current) is not type(self.value):
            return False
        if self._picture.is_large and current is self._known:
            return True
        if not self._picture.is_of(current):
            return False
        self._known = current
        return True

    def put(self, current: Any, *, keeps_identity: bool) -> object:
        """Put the value there; a container keeps its identity, since others may refer to it.

        So does the value itself, which other values may hold; if the last step has changed it,
        it gets its content back.

        Args:
            current: what is there.
            keeps_identity: False of what another name has, whose value is another one.

        Returns:
            What is there now.
        """
        value = self.value
        if current is value and self._picture is not None:
            value = self._picture.copy(value)
        is_alike = keeps_identity and type(current) is type(value)
        if is_alike and _content(current) is not _ABSENT:
            _refill(current, _content(value))
            value = current
        self._known = value
        _write(self.owner, self.name, value)
        return value


class _Picture:
    """The content of a value that can change, as it was when it came."""

    __slots__ = ("_alive", "_data", "is_large")

    def __init__(self, value: object) -> None:
        self._alive: dict[int, object] = {}
        self._data = self._dump(value)
        self.is_large = self._data is None or len(self._data) > CHECKED_BYTES

    def is_of(self, value: object) -> bool:
        """True if a value has this content; False also if nobody can tell."""
        return self._data is not None and self._dump(value) == self._data

    def copy(self, value: Any) -> Any:
        """A value of this content: fresh, unless it cannot be copied."""
        if self._data is None or self.is_large:
            return value
        return _Loader(io.BytesIO(self._data), self._alive).load()

    def _dump(self, value: object) -> bytes | None:
        file = io.BytesIO()
        try:
            _Dumper(file, self._alive).dump(value)
        except Exception:  # noqa: BLE001 (any class may define how it is pickled)
            return None
        return file.getvalue()


class _Dumper(pickle.Pickler):
    """Pickles values; code that they refer to is taken by its identity."""

    def __init__(self, file: io.BytesIO, alive: dict[int, object]) -> None:
        super().__init__(file, protocol=pickle.HIGHEST_PROTOCOL)
        self._alive = alive

    def persistent_id(self, thing: object) -> int | None:
        """Identity of functions, classes and modules, and of the environment."""
        if not _is_by_identity(thing):
            return None
        self._alive[id(thing)] = thing
        return id(thing)


class _Loader(pickle.Unpickler):
    """Loads what :class:`_Dumper` wrote in this process."""

    def __init__(self, file: io.BytesIO, alive: dict[int, object]) -> None:
        super().__init__(file)
        self._alive = alive

    def persistent_load(self, pid: int) -> object:
        """The object of this identity."""
        return self._alive[pid]


def _are_equal_atoms(one: object, other: object) -> bool:
    if type(one) is not type(other) or type(one) not in _ATOMS:
        return False
    return repr(one) == repr(other) if isinstance(one, (float, complex)) else one == other


def _can_change(value: object) -> bool:
    return type(value) not in _ATOMS and not _is_by_identity(value)


def _is_by_identity(value: object) -> bool:
    """True of what is the same thing or another one, whatever is in it."""
    return isinstance(value, _CODE) or is_environment(value)


def _read(owner: Any, name: str) -> Any:
    match owner:
        case Namespace():
            return owner.variables.get(name, _ABSENT)
        case FunctionType():
            return getattr(owner, name, _ABSENT)
    return vars(owner).get(name, _ABSENT)


def _write(owner: Any, name: str, value: Any) -> None:
    match owner:
        case Namespace():
            variables = owner.variables
        case ModuleType():
            variables = vars(owner)
        case type():
            if value is _ABSENT:
                type.__delattr__(owner, name)
            else:
                type.__setattr__(owner, name, value)
            return
        case _ if value is _ABSENT:
            delattr(owner, name)
            return
        case _:
            setattr(owner, name, value)
            return
    if value is _ABSENT:
        variables.pop(name, None)
    else:
        variables[name] = value


class _Content(NamedTuple):
    """What is in an object, so that another one of its type can be given it.

    Attributes:
        items: of a container.
        attributes: of an object that has any.
    """

    items: Any
    attributes: dict[str, Any] | None


def _content(value: Any) -> Any:
    """What can be put into a container, or an object with attributes, of the same type."""
    if isinstance(value, _Absent) or _is_by_identity(value) or hasattr(value, "__get__"):
        return _ABSENT
    attributes = dict(vars(value)) if hasattr(value, "__dict__") else None
    if isinstance(value, MutableMapping):
        return _Content(dict(value), attributes)
    if isinstance(value, (MutableSequence, MutableSet)):
        return _Content(list(value), attributes)
    is_whole = attributes is not None and _is_plain(type(value))
    return _Content(None, attributes) if is_whole else _ABSENT


def _is_plain(kind: type) -> bool:
    """True of a class whose objects are their attributes: no numbers, no partials, no slots."""
    if any(
        getattr(kind, name, None) is not getattr(object, name)
        for name in ("__reduce_ex__", "__reduce__")
    ):
        return False
    return kind.__basicsize__ <= _Plain.__basicsize__


class _Plain:
    """Its objects have attributes and nothing else."""


def _refill(target: Any, content: _Content) -> None:
    if content.attributes is not None:
        vars(target).clear()
        vars(target).update(content.attributes)
    if isinstance(target, MutableMapping):
        target.clear()
        target.update(content.items)
    elif isinstance(target, MutableSet):
        target.clear()
        for each in content.items:
            target.add(each)
    elif isinstance(target, MutableSequence):
        while target:
            target.pop()
        target.extend(content.items)


class Loaded(NamedTuple):
    """What came out of a pickle.

    Attributes:
        payload: what was dumped.
        overlay: the values that its code needs while it runs.
    """

    payload: Any
    overlay: Overlay


def load_function(data: bytes, made_by: str) -> Loaded:
    """Load what :func:`~funsies.pickling.pickler.dump_function` made.

    Args:
        data: the bytes. They run code: load only what a trusted client has signed.
        made_by: name of the process that dumped it.
    """
    unpickler = pickle.Unpickler(io.BytesIO(data))  # noqa: S301 - the caller has checked it
    with loading(made_by):
        for entry in _entries(unpickler):  # of frozen modules, which others import
            if not has_own_main() and entry.owner is not None:
                setattr(entry.owner, entry.name, entry.value)
        payload = unpickler.load()
        overlay = Overlay(_entries(unpickler))
        return Loaded(payload, overlay)


def _entries(unpickler: pickle.Unpickler) -> Iterator[Entry]:
    while (parts := unpickler.load()) is not None:
        entry = Entry(*parts)
        if entry.name == REGISTERED:
            entry.owner.register(entry.value)
        elif entry.owner is not None or entry.name == IMPORTED:
            yield entry
