"""What a thread may do, and nobody has to wait for."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import ParamSpec

P = ParamSpec("P")


def in_background(act: Callable[P, object], *arguments: P.args, **keywords: P.kwargs) -> None:
    """Do something by a thread; or at once, if this process may have no more threads.

    Args:
        act: what is to be done; it raises nothing.
        arguments: of it.
        keywords: of it.
    """
    thread = threading.Thread(target=act, args=arguments, kwargs=keywords, daemon=True)
    try:
        thread.start()
    except RuntimeError:  # what limits the processes of a user or a container limits threads
        act(*arguments, **keywords)
