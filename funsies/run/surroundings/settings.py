"""Something of a process that can be read and set: what it was is compared, and put back.

Reading a setting takes some tens of nanoseconds, so that looking at all of them after each step
costs little. Only what has changed is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from functools import partial
from operator import attrgetter
from typing import Any, NamedTuple


class ProcessSetting(NamedTuple):
    """A setting of this process.

    Attributes:
        read: gives what it is; equal values are the same setting.
        write: makes it so.
    """

    read: Callable[[], Any]
    write: Callable[[Any], object]


class Settings:
    """Settings, and what they are now.

    Args:
        settings: in the order in which they are put back.
    """

    def __init__(self, settings: Iterable[ProcessSetting]) -> None:
        self._settings = tuple(settings)
        self._readers = [setting.read for setting in self._settings]
        self._kept = [read() for read in self._readers]

    def restore(self) -> bool:
        """Put back what has changed; False if something cannot be put back."""
        with suppress(Exception):  # a step may have put anything anywhere
            if [read() for read in self._readers] == self._kept:
                return True
        put_back = [_put_back(*each) for each in zip(self._settings, self._kept, strict=True)]
        return all(put_back)


def _put_back(setting: ProcessSetting, kept: object) -> bool:
    try:
        if setting.read() != kept:
            setting.write(kept)
    except Exception:  # noqa: BLE001 - what cannot be read, compared or written
        return False
    return True


def attribute(owner: object, name: str) -> ProcessSetting:
    """The attribute of a module or an object."""
    return ProcessSetting(partial(getattr, owner, name), partial(setattr, owner, name))


def attributes(owner: object, names: Sequence[str]) -> ProcessSetting:
    """Several attributes of one owner, looked at in one go."""
    settings = [attribute(owner, name) for name in names]

    def write(kept: Sequence[Any]) -> None:
        if not all([_put_back(*each) for each in zip(settings, kept, strict=True)]):  # noqa: C419 - all of them, whatever fails
            raise LookupError(names)

    return ProcessSetting(partial(attrgetter(*names), owner), write)


def contents(items: list[Any]) -> ProcessSetting:
    """What is in a list."""
    return ProcessSetting(items.copy, partial(items.__setitem__, slice(None)))
