"""``Fun``: a connection, and default options for what is built under it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Unpack

from funsies.builder.context import BuildContext, context, options_in_force
from funsies.config import ConfigurationError, Options, ResolvedServer, Server, resolve
from funsies.config.program import program
from funsies.config.progress import wanted_progress
from funsies.core.own_options import OptionChanges, changed_options, takes_no_options
from funsies.core.shell_plan import Interpreter, interpreter_words
from funsies.history.recorder import Recorder
from funsies.store.connect import Backend, open_backend

from .session import Session, entered, open_stores, session_in_force, session_opened

_used_last: list[ResolvedServer] = []
"""The server of the last session, so that artefacts can be shown when it is closed."""


@takes_no_options
@contextmanager
def Fun(  # noqa: N802 - published name of funsies 0.8
    server: Server | None = None,
    defaults: Options | None = None,
    cleanup: bool = False,
    interpreter: Interpreter | None = None,
    *,
    progress: bool | None = None,
) -> Iterator[Session]:
    """Work with a server: build a graph, execute it, take results.

    When the block ends, the graph that was built in it is written to the server, so that
    ``funsies execute`` and the other commands know it.

    Args:
        server: which server; None for the one that the environment or the nearest ``.funsies``
            directory names. ``Server("memory://")`` is a new server inside of this process,
            which lasts as long as this object; nothing else is needed to try things out.
        defaults: options for the steps built here, unless they have their own.
        cleanup: True first drops what is queued on the server and not running yet, as
            ``funsies clean`` does; results stay.
        interpreter: what runs the commands of shell steps built here, also by dynamic steps:
            ``"bash"``, ``"sh"`` or a list of words, see :func:`~funsies.shell`. Steps that name
            their own keep it, and so do those with ``check=False``, which take ``/bin/sh``.
        progress: True shows how far it is on stderr while the program waits for workers: live
            on a terminal, else a line now and then. False shows nothing. None is as
            ``FUNSIES_PROGRESS`` (1 or 0) says, else cells of notebooks show it and other
            programs do not. ``funsies run`` always shows it.

    Raises:
        ConfigurationError: if ``FUNSIES_PROGRESS`` is neither.
        WiringError: if there is no such interpreter.
        NoServerError: if the server does not answer.
        ServerError: if it cannot be used: a wrong password, or keys may be evicted.
        DataStoreError: if it keeps large values elsewhere than was said.

    >>> with Fun(Server("memory://")):
    ...     total = reduce(sum, [3, 2])
    ...     execute(total)
    ...     take(total)
    <Handle ...>
    5
    """
    if server is not None and not isinstance(server, Server):
        raise ConfigurationError('Fun takes a Server: Fun(Server("redis://localhost:6379"))')
    chosen = BuildContext(
        options_in_force(defaults or Options()),
        interpreter=None if interpreter is None else interpreter_words(interpreter),
    )
    shows = wanted_progress(progress)
    resolved = resolve(server)
    backend = _opened(resolved)
    try:
        backend.check()
        if cleanup:
            from funsies.engine.cleanup import cancel_ready  # noqa: PLC0415 - seldom asked for

            cancel_ready(backend.graph)
        session = Session(resolved, backend)
        session.progress = shows
        _used_last[:] = [] if backend.is_in_process else [resolved]  # memory would stay
        if (tell := session_opened.get()) is not None:
            tell(session)
        with entered(session, chosen), recorded(session):
            yield session
            session.save()
    finally:
        backend.close()


@contextmanager
def recorded(session: Session) -> Iterator[None]:
    """Write down how what a block does with a session ended."""
    try:
        yield
    except BaseException as problem:
        session.recorder.leave(problem)
        raise
    session.recorder.leave(None)


@contextmanager
def backend_at_hand() -> Iterator[Backend | None]:
    """The connection of this thread's session, or else a new one to the server used last.

    Notebooks show a value when the block that made it has ended.
    """
    session = session_in_force()
    if session is not None or not _used_last:
        yield None if session is None else session.backend
        return
    backend = _opened(_used_last[0])
    try:
        yield backend
    finally:
        backend.close()


def _opened(server: ResolvedServer) -> Backend:
    if (opener := open_stores.get()) is not None:
        return opener(server)
    return open_backend(server, memory=server.memory)


def options(**changes: Unpack[OptionChanges]) -> Options:
    """Say how steps are run; what is not said is taken from the defaults of ``Fun``.

    Args:
        changes: see :class:`~funsies.config.Options` for names and meanings. ``timeout`` is
            the same as ``timeout_seconds``, and -1 means no limit, as in funsies 0.8. The
            ``ttl``, ``result_ttl`` and ``failure_ttl`` of funsies 0.8 change nothing: no
            request and no result expires.

    Raises:
        OptionError: if there is no such option, or a value makes no sense.

    >>> options(queue="gpu", timeout=60).timeout_seconds
    60
    """
    return changed_options(context().defaults, changes)


@contextmanager
def command_recorded(session: Session) -> Iterator[Session]:
    """Take what a command asks for in a session for a run of its own."""
    session.recorder = Recorder(session.backend, lambda: program("funsies", sys.argv[1:]))
    with recorded(session):
        yield session
