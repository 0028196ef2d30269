"""The event loop that runs in this thread: a step is not to know of that of its program.

A program that runs steps itself may do so in a coroutine. A step of it may call
``asyncio.run()``, as on a worker, which refuses to begin while a loop runs in its thread. In a
thread of its own the step could not be timed out, nor interrupted.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def no_loop_running() -> Iterator[None]:
    """Let no event loop run in this thread, as far as asyncio knows; then that of before."""
    asyncio = sys.modules.get("asyncio")  # not imported by who does not use it: that takes long
    loop = None if asyncio is None else asyncio._get_running_loop()  # noqa: SLF001 - for loops, say its docs
    if asyncio is None or loop is None:
        yield
        return
    asyncio._set_running_loop(None)  # noqa: SLF001
    try:
        yield
    finally:
        asyncio._set_running_loop(loop)  # noqa: SLF001
