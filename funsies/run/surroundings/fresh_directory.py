"""An empty directory for one Python step: ``options(fresh_directory=True)``.

As with the directories of shell steps, nothing of it is left: not after an exception or a
timeout, and not when the process is killed, since a watcher outlives it for a moment.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from funsies.run.files import STEP_PREFIX, cannot_run_here, remove_tree
from funsies.run.tasks import NotLoadableError
from funsies.run.watcher import Watcher
from funsies.store.data.abandoned import make_held
from funsies.store.data.temporary import fresh_name

from .place import TURNS


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
