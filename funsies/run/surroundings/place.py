"""Where a step runs: the environment and the working directory of this process."""

from __future__ import annotations

import os
import tempfile
import threading
import time
import weakref
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final, TypeAlias

from funsies.core.fingerprint.environment import environment_now
from funsies.run.step_directories import STEP_PREFIX, cannot_run_here, remove_tree
from funsies.run.tasks import NotLoadableError
from funsies.run.watcher import Watcher
from funsies.store.data.temporary import fresh_name, make_held

from .settings import ProcessSetting

TURNS: Final = threading.RLock()
"""Held by who is in a fresh directory: all threads of a process share one directory."""


class SavedPlace:
    """The environment and the working directory, as they are now."""

    def __init__(self) -> None:
        self._directory = os.open(".", os.O_RDONLY)
        self._close = weakref.finalize(self, os.close, self._directory)
        self._environ = os.environ
        self._environment = dict(environment_now())

    def restore(self) -> bool:
        """Put both back, the directory unless it is gone; False if that is not possible."""
        with suppress(OSError):
            os.fchdir(self._directory)
        os.environ = self._environ  # noqa: B003 - where a step has put another mapping
        try:
            if environment_now() != self._environment:
                os.environb.clear()
                os.environb.update(self._environment)
        except Exception:  # noqa: BLE001 - a step may have put anything into its place
            return False
        return True

    def close(self) -> None:
        """Let the directory go."""
        self._close()


Variables: TypeAlias = Mapping[str, str | None]
"""Values of environment variables by name; None of those that are not to be there."""


def set_variables(variables: Variables) -> None:
    """Set variables of the environment, or take them out of it."""
    for name, value in variables.items():
        if value is None:
            os.environ.pop(name, None)
        else:
            os.environ[name] = value


def _clock() -> tuple[object, ...]:
    return time.tzname, time.timezone, time.altzone


TIME_ZONE: Final = ProcessSetting(_clock, lambda _: time.tzset())
"""What the C library made of ``TZ``; to be restored after the environment."""


# An empty directory for one Python step: ``options(fresh_directory=True)``.
#
# As with the directories of shell steps, nothing of it is left: not after an exception or a
# timeout, and not when the process is killed, since a watcher outlives it for a moment.


@contextmanager
def fresh_directory() -> Iterator[None]:
    """Work in an empty directory, which is removed afterwards.

    All threads of a process share one working directory. So steps that a program runs itself
    in several threads have their turns in fresh directories one after the other.

    Raises:
        NotLoadableError: if it cannot be made.
    """
    with TURNS, ExitStack() as leaving:  # what is called last is undone first
        try:
            _enter_fresh_directory(leaving)
        except OSError as problem:
            raise NotLoadableError(cannot_run_here(problem)) from problem
        yield


def _enter_fresh_directory(leaving: ExitStack) -> None:
    before = os.open(".", os.O_RDONLY)
    leaving.callback(os.close, before)
    root = Path(tempfile.gettempdir()).resolve() / f"{STEP_PREFIX}{fresh_name()}"
    watcher = Watcher(root)  # first: this process may be killed at any moment
    leaving.callback(remove_tree, root)
    leaving.callback(watcher.dismiss)
    leaving.callback(os.close, make_held(root))
    leaving.callback(os.fchdir, before)
    os.chdir(root)
