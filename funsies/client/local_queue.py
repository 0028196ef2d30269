"""The queue of a program that runs operations itself, which no worker serves."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager

from funsies.store.connect import Backend
from funsies.store.submission import LOCAL_PREFIX


def local_queue() -> str:
    """Queue that only this process serves."""
    return f"{LOCAL_PREFIX}{socket.gethostname()}-{os.getpid()}"


@contextmanager
def serving(backend: Backend) -> Iterator[None]:
    """Have others know that this process works off its queue, until it leaves or dies."""
    subscription = backend.graph.subscribe(local_queue())
    try:
        yield
    finally:
        subscription.close()
