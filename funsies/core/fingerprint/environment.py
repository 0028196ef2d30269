"""Variables of the environment that the program itself has set.

What the shell has set says where a program runs: it is the worker's own affair, and does not
count. What the program has set, changed or deleted since it was started (``os.environ["DATA"] =
"/x"``, a ``.env`` file that it reads) is a setting like ``settings.RATE = 5``: it counts, and
goes along, where code reads it (:mod:`~funsies.core.fingerprint.environment_use`).
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from typing import Final, NamedTuple, TypeAlias


def is_environment(thing: object) -> bool:
    """True of ``os.environ`` itself: it means the environment of wherever the code runs."""
    return thing is os.environ or thing is os.environb


_Bytes: TypeAlias = Mapping[bytes, bytes]

_OURS: Final = "FUNSIES_"
"""How the variables begin that say which server is used; they hold passwords and keys."""


def environment_now() -> _Bytes:
    """The environment.

    The mapping inside of ``os.environ`` is taken where there is one: looking at it as a whole
    is 200 times as fast as reading it name by name, and done for each step.
    """
    inside: _Bytes = getattr(os.environ, "_data", os.environb)
    return inside


_WHEN_IMPORTED: Final = dict(environment_now())


def _when_started() -> _Bytes:
    """The environment with which this process was started, as the kernel keeps it.

    A process may have written its title over it, and other systems than Linux do not tell it.
    Then it is what was there when this module was imported.
    """
    try:
        entries = Path("/proc/self/environ").read_bytes().removesuffix(b"\0").split(b"\0")
    except OSError:
        return _WHEN_IMPORTED
    if not all(b"=" in each for each in entries):
        return _WHEN_IMPORTED
    parts = (each.partition(b"=") for each in reversed(entries))  # of two, the first one counts
    return {name: value for name, _, value in parts}


class _Baseline(NamedTuple):
    """With what the environment is compared.

    Attributes:
        variables: what was there before the program changed anything.
        set_before: names of what the program had set when it built the step that runs.
    """

    variables: _Bytes
    set_before: frozenset[bytes] = frozenset()


_of_step: ContextVar[_Baseline | None] = ContextVar("funsies_environment", default=None)
_of_process: list[_Baseline] = []


def _baseline() -> _Baseline:
    if not _of_process:
        _of_process.append(_Baseline(_when_started()))
    return _of_step.get() or _of_process[0]


def variables_set() -> dict[str, str | None]:
    """What the program has set, changed or deleted since it was started."""
    (before, set_before), now = _baseline(), environment_now()
    if before == now and not set_before:
        return {}
    changed = {name for name in {*before, *now} if before.get(name) != now.get(name)}
    found = {os.fsdecode(name): now.get(name) for name in sorted(changed | set_before)}
    return {
        name: None if value is None else os.fsdecode(value)
        for name, value in found.items()
        if not name.startswith(_OURS) and _is_utf8(value)
    }


def _is_utf8(value: bytes | None) -> bool:
    """False of what could not be stored as text; no setting is written so."""
    try:
        (value or b"").decode()
    except UnicodeDecodeError:
        return False
    return True


@contextmanager
def building_step(set_before: Iterable[str], given: Mapping[str, str]) -> Iterator[None]:
    """While a step builds others: what its program has set is set for them, too.

    Args:
        set_before: names of the variables that its program had set.
        given: its option ``env``, which does not count.
    """
    own = {os.fsencode(name): os.fsencode(value) for name, value in given.items()}
    names = frozenset(os.fsencode(each) for each in set_before) - own.keys()
    outer = _baseline()
    token = _of_step.set(_Baseline({**outer.variables, **own}, outer.set_before | names))
    try:
        yield
    finally:
        _of_step.reset(token)
