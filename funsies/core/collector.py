"""Python's garbage collector rests while much is made that is kept.

It would look through all of it again and again while the number of objects grows: longer than
all else takes where a large value is read, and a tenth of the time that importing takes.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager, nullcontext
from importlib import import_module
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from types import ModuleType

_LARGE_BYTES: Final = 1 << 20
_NOT_PAUSED: Final = nullcontext()


@contextmanager
def paused() -> Iterator[None]:
    """Let the garbage collector rest; it goes on afterwards, if it did before."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def paused_for(size_bytes: int) -> AbstractContextManager[None]:
    """Let it rest while a value of this size is made of its bytes, if that is large."""
    return paused() if size_bytes >= _LARGE_BYTES else _NOT_PAUSED


def imported(name: str, package: str | None = None) -> ModuleType:
    """Import a module, and with it perhaps hundreds of others, while the collector rests.

    Args:
        name: of the module.
        package: to which the name is relative.

    >>> imported("funsies.core.version").__name__
    'funsies.core.version'
    """
    with paused():
        return import_module(name, package)
