"""Objects that are still here: a process that loads what it dumped itself uses its own."""

from __future__ import annotations

import itertools
import threading
import uuid
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final

from funsies.core.fingerprint.caching import IdentityCache

_keys: Final[IdentityCache[Any, int]] = IdentityCache()
_objects: Final[weakref.WeakValueDictionary[int, Any]] = weakref.WeakValueDictionary()
_numbers: Final = itertools.count(1)
_lock: Final = threading.Lock()


class _Process:
    """This process, or the program that it has become."""

    token = uuid.uuid4().hex
    is_worker = False


class _Loading(threading.local):
    """Whether this thread is loading what this process dumped."""

    is_own = False


_loading: Final = _Loading()


def process_token() -> str:
    """Name of this process in what it dumps; forks share it until they become another."""
    return _Process.token


def become_another() -> None:
    """Take what was dumped until now for another's: a worker that becomes a program."""
    _Process.token, _Process.is_worker = uuid.uuid4().hex, True


def has_own_main() -> bool:
    """True of a program; False of a worker, whose ``__main__`` is made of what comes."""
    return not _Process.is_worker


def live_key(thing: object) -> int:
    """Number by which this process finds an object again, for as long as the object lives."""
    with _lock:
        key = _keys.get(thing)
        if key is None:
            key = _keys.put(thing, next(_numbers))
            _objects[key] = thing
        return key


def live_object(key: int) -> Any:
    """The object of that number, if this thread is loading what this process dumped."""
    return _objects.get(key) if _loading.is_own else None


@contextmanager
def loading(token: str) -> Iterator[None]:
    """Load what the process of this token dumped."""
    outer = _loading.is_own
    _loading.is_own = token == _Process.token
    try:
        yield
    finally:
        _loading.is_own = outer
