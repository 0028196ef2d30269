"""Tasks as a worker has them: fetched once, their signature checked, ready to run."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from funsies.core.digest import Digest, content_digest
from funsies.core.errors import EncodingError, Error, ErrorKind, UnsupportedTypeError
from funsies.core.fingerprint import differences
from funsies.core.graph import TaskKind
from funsies.core.python_plan import PYTHON, PythonPlan, decode_plan
from funsies.core.shell_plan import ShellPlan, decode_shell_plan
from funsies.store.connect import Backend
from funsies.store.graph_writer import is_signed
from funsies.store.rows import TaskRow

from .program import Host, OtherProgramError
from .python import LoadedFunction, load_plan
from .signals import Preempted
from .user_exceptions import exception_error

MAX_LOADED: Final = 500

ELSEWHERE_DELAY_MS: Final = 3_000
"""Pause before a step may be claimed again that another worker may be fit for."""


@dataclass(frozen=True, slots=True)
class LoadedTask:
    """A task ready to run.

    Attributes:
        row: its definition.
        plan: the function with its encodings, or the shell commands.
    """

    row: TaskRow
    plan: LoadedFunction | ShellPlan


class NotLoadableError(Exception):
    """A task cannot be run on this worker.

    Attributes:
        error: why.
    """

    def __init__(self, error: Error) -> None:
        super().__init__(error.details)
        self.error = error

    @property
    def may_fit_elsewhere(self) -> bool:
        """True if another worker may well be able to run it."""
        return self.error.kind is ErrorKind.WrongLibrary


class TaskLoader:
    """Loads tasks, and remembers the last few hundred.

    Args:
        backend: where they are.
        host: lets their functions run in this process.
    """

    def __init__(self, backend: Backend, host: Host) -> None:
        self._backend = backend
        self._host = host
        self._loaded: OrderedDict[Digest, LoadedTask] = OrderedDict()

    def __contains__(self, digest: Digest) -> bool:
        return digest in self._loaded

    def load(self, digest: Digest, sent: TaskRow | None = None) -> LoadedTask:
        """Get a task.

        Args:
            digest: its address.
            sent: what came with a step of it; None if it is to be read from the store.

        Raises:
            NotLoadableError: if it is gone, not signed with our key, made by another version
                of Python or with other libraries, or its function cannot be loaded here.
            OtherProgramError: if it has to be loaded in another process.
        """
        task = self._loaded.get(digest)
        if task is None:
            task = self._loaded[digest] = self._fetch(digest, sent)
            if len(self._loaded) > MAX_LOADED:
                self._loaded.popitem(last=False)
        return task

    def _fetch(self, digest: Digest, sent: TaskRow | None) -> LoadedTask:
        row = sent
        if row is None or not self._is_ours(row, digest):
            row = self._backend.graph.task(digest, PYTHON)
            if row is None:
                raise _refusal(ErrorKind.NotLoadable, "the definition of the task is gone")
            if not self._is_ours(row, digest):
                raise not_ours("the definition of the task")
        if row.python not in ("", PYTHON):
            raise _refusal(
                ErrorKind.WrongPython,
                f"the task was defined under Python {row.python}, and this worker runs "
                f"{PYTHON}; start a worker with Python {row.python}",
            )
        return LoadedTask(row, self._plan(row))

    def _is_ours(self, row: TaskRow, digest: Digest) -> bool:
        return row.digest == digest and is_signed(row, self._backend.keys)

    def _plan(self, row: TaskRow) -> LoadedFunction | ShellPlan:
        with _refusals():
            if row.kind is TaskKind.SHELL:
                return decode_shell_plan(row.payload)
            plan = decode_plan(row.payload)
            _refuse_other_libraries(plan)
            self._host.enter(plan, self._read)
            return load_plan(plan)

    def _read(self, address: Digest) -> bytes:
        """Bytes that a payload refers to."""
        data = self._backend.graph.contents([address])[0]
        if data is None or content_digest(data) != address:
            raise _refusal(
                ErrorKind.NotLoadable,
                "the sources that belong to the task are not on the server any more; execute "
                "again, and they are sent anew",
            )
        return data


@contextmanager
def _refusals() -> Iterator[None]:
    """What goes wrong while a task is loaded, as a refusal."""
    try:
        yield
    except (EncodingError, UnsupportedTypeError) as problem:
        raise _refusal(ErrorKind.NotLoadable, str(problem)) from problem
    except (Preempted, KeyboardInterrupt, MemoryError, OtherProgramError, NotLoadableError):
        raise  # says nothing about the task, or all there is to say
    except BaseException as problem:
        raise NotLoadableError(exception_error(problem, ErrorKind.NotLoadable)) from problem


def _refuse_other_libraries(plan: PythonPlan) -> None:
    """Before anything is unpickled: that may import, and fail in ways that say less."""
    found = differences(plan.libraries)
    if found:
        raise _refusal(ErrorKind.WrongLibrary, "\n".join(found))


def not_ours(what: str) -> NotLoadableError:
    """Say that something was not signed with the key of this worker."""
    return _refusal(
        ErrorKind.NotLoadable,
        f"{what} is not signed with this worker's key; give client and worker the same "
        "FUNSIES_KEY, or run both in the same project directory, and execute again",
    )


def damaged() -> NotLoadableError:
    """Say that a task is another than the one that the step needs."""
    return _refusal(
        ErrorKind.NotLoadable,
        "the definition of the task is damaged on the server: it gives other results than the "
        "step has; execute again, and it is sent anew",
    )


def _refusal(kind: ErrorKind, details: str) -> NotLoadableError:
    return NotLoadableError(Error(kind=kind, details=details))
