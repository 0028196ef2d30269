"""Pipes as a way to hand something over: nobody but who holds the end can read it, once."""

from __future__ import annotations

import errno
import os


def pipe_with(data: bytes) -> int:
    """The end of a pipe from which bytes can be read that are in it already.

    Raises:
        OSError: if a pipe does not hold so many: that are some ten thousand.
    """
    reading, writing = os.pipe()
    os.set_blocking(writing, False)  # rather than to wait for a reader
    try:
        is_held = os.write(writing, data) == len(data)
    finally:
        os.close(writing)
    if not is_held:
        os.close(reading)
        raise OSError(errno.E2BIG, "a pipe does not hold so much")
    return reading
