"""What the kernel lets this process do: limits, priority, owner, and the file mode mask.

A step can take away what only an administrator could give back: a hard limit, a priority, an
identity. Writing it back fails then, and the process is of no use to the next step.
"""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator
from functools import partial
from typing import Final

from .settings import Setting

_LIMITS: Final = ("AS", "CPU", "FSIZE", "NOFILE", "STACK")
"""Those that programs change; each costs a call to the kernel after each step."""


def limits() -> Iterator[Setting]:
    """Settings that the kernel keeps of this process."""
    for name in _LIMITS:
        if (number := getattr(resource, f"RLIMIT_{name}", None)) is not None:
            yield Setting(
                partial(resource.getrlimit, number), partial(resource.setrlimit, number)
            )
    process = os.PRIO_PROCESS, 0
    yield Setting(partial(os.getpriority, *process), partial(os.setpriority, *process))
    if sys.platform == "linux":
        yield Setting(partial(os.sched_getaffinity, 0), partial(os.sched_setaffinity, 0))
        if os.geteuid() == 0:  # nobody else can become another
            yield Setting(os.getresuid, lambda each: os.setresuid(*each))
    mask = os.umask(0o077)
    os.umask(mask)
    yield Setting(partial(os.umask, mask), os.umask)  # it can be read only by setting it
