"""Python's garbage collector, which has nothing to do while a large value is made."""

from __future__ import annotations

import gc
from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

_LARGE_BYTES: Final = 1 << 20
_NOT_PAUSED: Final = nullcontext()


def paused_for(size_bytes: int) -> AbstractContextManager[None]:
    """Let the garbage collector rest while a value of this size is made of its bytes.

    What is made is kept, and nothing in it refers to itself; but the collector looks through
    all of it again and again while its number of objects grows, longer than all else takes.
    """
    return paused() if size_bytes >= _LARGE_BYTES else _NOT_PAUSED


@contextmanager
def paused() -> Iterator[None]:
    """Let the garbage collector rest while very many objects are made that are kept."""
    if not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
