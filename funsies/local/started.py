"""``start`` and ``stop``: a session for a whole program, where no block can hold it."""

from __future__ import annotations

import atexit
import os
from contextlib import AbstractContextManager, ExitStack
from contextvars import Context, copy_context
from pathlib import Path
from threading import RLock
from typing import Any, Final, NamedTuple

from funsies.builder.context import context, is_in_step
from funsies.config.directory import Directory, find_directories
from funsies.config.server import Server, resolve
from funsies.config.urls import ConfigurationError
from funsies.core.errors import NoServerError
from funsies.core.options import Options
from funsies.core.own_options import takes_no_options
from funsies.core.shell_plan import Interpreter
from funsies.pickling import has_own_main, this_program
from funsies.session import Fun, Session, hold_everywhere, session_opened

from .embedded import live_record
from .managed import ManagedFun


class _Running(NamedTuple):
    """What was started.

    Attributes:
        asked: what was asked for, to see whether the same is asked for again.
        pid: process that has started it; a fork of it has not.
        session: that holds everywhere.
        inside: the context in which it was entered, and is left.
        stack: ends it.
    """

    asked: tuple[Any, ...]
    pid: int
    session: Session
    inside: Context
    stack: ExitStack


_running: Final[list[_Running]] = []
_lock: Final = RLock()


@takes_no_options
def start(
    nworkers: int | None = None,
    *,
    server: Server | None = None,
    directory: str | os.PathLike[str] | None = None,
    defaults: Options | None = None,
    interpreter: Interpreter | None = None,
    progress: bool | None = None,
) -> Session:
    """Start a server and workers for the rest of this program: the first line of a notebook.

    What it starts ends with the program, or with a notebook's kernel, however that ends;
    results are kept in ``.funsies``, so that the next run finds them. Its session holds in all
    cells, threads and asyncio tasks, but for blocks of ``with Fun()``. Said once more, with the
    same arguments, it changes nothing; with others it starts anew.

    Where a server is named, by ``server=`` or ``FUNSIES_JOBS``, it is used, and nothing is
    started: it has workers of its own. The same holds under ``funsies run``.

    Args:
        nworkers: number of workers; None for one a core.
        server: a server that runs already.
        directory: where results are kept, in ``.funsies``; by default where the nearest
            ``.funsies`` is, upwards, else the current directory.
        defaults: options for the steps that are built, unless they have their own.
        interpreter: what runs the commands of shell steps, as for :func:`~funsies.Fun`.
        progress: whether to show how far it is while the program waits, as for
            :func:`~funsies.Fun`.

    Raises:
        ConfigurationError: if workers or a directory are asked for where a server is named, or
            if a step calls it.
        ServerError: if the server does not start.
        NoServerError: if the server that is named does not answer.

    >>> session = start(server=Server("memory://"))
    >>> total = reduce(sum, [3, 2])
    >>> _ = execute(total).wait()
    >>> take(total)
    5
    >>> stop()
    """
    _refuse_on_a_worker()
    this_program()  # workers do not import a module that is running now, and calls this
    place = None if directory is None else str(Path(directory).absolute())
    asked = (nworkers, server, place, defaults, interpreter, progress)
    with _lock:
        running = _of_this_process()
        if running is not None and running.asked == asked and _is_alive(running):
            return running.session
        block = _block(nworkers, server, directory, defaults, interpreter, progress=progress)
        stop()
        return _enter(asked, block)


def _refuse_on_a_worker() -> None:
    """Refuse to start servers and workers from a step, or from a module that one imports."""
    if is_in_step() or not has_own_main():
        raise ConfigurationError(
            "start() is for the program, but a step calls it here, or imports a module that "
            "does: call it in the script, or under `if __name__ == '__main__':`"
        )


def stop() -> None:
    """End what :func:`start` has started; nothing happens if nothing is.

    Workers that run a step put it back: executing it again goes on with it.

    >>> _ = start(server=Server("memory://"))
    >>> stop()
    """
    with _lock:
        running = _of_this_process()
        hold_everywhere(None)
        _running.clear()
        if running is not None:
            # The end of the block writes what was built, unless an exception ends it.
            problem = None if _is_alive(running) else NoServerError()
            running.inside.run(_leave, running.stack, problem)


def _leave(stack: ExitStack, problem: Exception | None) -> None:
    stack.__exit__(None if problem is None else type(problem), problem, None)


def _of_this_process() -> _Running | None:
    return _running[0] if _running and _running[0].pid == os.getpid() else None


def _is_alive(running: _Running) -> bool:
    """True unless the server was of a directory, and has ended."""
    directory = running.session.server.directory
    return directory is None or live_record(Directory(directory)) is not None


def _enter(asked: tuple[Any, ...], block: AbstractContextManager[Session]) -> Session:
    inside, stack = copy_context(), ExitStack()
    session = inside.run(stack.enter_context, block)
    hold_everywhere(session, inside.run(context))
    atexit.unregister(stop)
    atexit.register(stop)
    _running[:] = [_Running(asked, os.getpid(), session, inside, stack)]
    return session


def _block(
    nworkers: int | None,
    server: Server | None,
    directory: str | os.PathLike[str] | None,
    defaults: Options | None,
    interpreter: Interpreter | None,
    *,
    progress: bool | None,
) -> AbstractContextManager[Session]:
    """The block that does the same."""
    is_run_by_funsies = session_opened.get() is not None
    if server is None and not is_run_by_funsies:
        found = resolve()
        if directory is not None or found.is_default or found.directory is not None:
            count = (os.cpu_count() or 1) if nworkers is None else nworkers
            place = _nearest() if directory is None else directory
            return ManagedFun(
                count,
                defaults=defaults,
                directory=place,
                interpreter=interpreter,
                progress=progress,
            )
    if directory is not None or (nworkers and not is_run_by_funsies):
        raise ConfigurationError(
            "nworkers= and directory= are for a server that start() starts itself, but one is "
            "named by server= or FUNSIES_JOBS; leave them out, and start its workers by: "
            "funsies worker"
        )
    return Fun(server, defaults, interpreter=interpreter, progress=progress)


def _nearest() -> Path:
    found = next(find_directories(Path.cwd()), None)
    return Path.cwd() if found is None else found.path.parent
