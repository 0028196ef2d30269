"""Which versions of libraries the steps of a run were computed with."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from funsies.core.digest import Digest
from funsies.core.errors import EncodingError
from funsies.core.fingerprint import Library
from funsies.core.graph import TaskKind
from funsies.core.python_plan import decode_plan
from funsies.store.connect import Backend

MOST_TASKS: Final = 200


def libraries_of(backend: Backend, tasks: Iterable[Digest], python: str) -> dict[str, str]:
    """Versions of the libraries that tasks use, as far as they count, by name.

    Args:
        backend: where the tasks are stored; only the first of very many are read.
        tasks: their addresses.
        python: version of Python for which they were written.
    """
    minor = ".".join(python.split(".")[:2])
    found = (
        library
        for task in islice(tasks, MOST_TASKS)
        for library in _libraries(backend, task, minor)
    )
    return dict(sorted((each.name, each.shown_version) for each in found if each.counted))


def _libraries(backend: Backend, digest: Digest, minor: str) -> Iterator[Library]:
    task = backend.graph.task(digest, minor)
    if task is None or task.kind is TaskKind.SHELL:
        return
    try:
        yield from decode_plan(task.payload).libraries
    except EncodingError:
        return
