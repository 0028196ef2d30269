"""Profile each process that a worker forks: Python imports this module when it starts.

A process for steps ends by ``os._exit``, which runs no exit handlers; so it is replaced.
"""

from __future__ import annotations

import cProfile
import os
from typing import NoReturn

_leave = os._exit


def _profile() -> None:
    profile = cProfile.Profile()

    def leave(status: int) -> NoReturn:
        profile.disable()
        directory = os.environ["FUNSIES_BENCHMARK_PROFILE"]
        profile.dump_stats(os.path.join(directory, f"worker-{os.getpid()}"))  # noqa: PTH118
        _leave(status)

    os._exit = leave
    profile.enable()


if "FUNSIES_BENCHMARK_PROFILE" in os.environ:
    os.register_at_fork(after_in_child=_profile)
