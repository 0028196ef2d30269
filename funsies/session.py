"""``Fun``: a connection, default options, and the graph that is built under them."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING, Final, NoReturn, Unpack

from funsies.build.context import (
    IN_A_STEP,
    BuildContext,
    build_everywhere,
    context,
    current_context,
    is_in_step,
    options_in_force,
)
from funsies.config import (
    ConfigurationError,
    Options,
    ResolvedServer,
    Server,
    hide_secrets,
    resolve,
)
from funsies.config.program import this_program
from funsies.core.digest import Digest
from funsies.core.errors import FunsiesError, WiringError
from funsies.core.graph import Operation
from funsies.core.interpreter import Interpreter, interpreter_words
from funsies.core.misplaced_options import takes_no_options
from funsies.core.own_options import OptionChanges, changed_options
from funsies.engine.cleanup import cancel_ready
from funsies.history.recorder import Recorder
from funsies.store.connect import Backend, open_backend
from funsies.store.definitions import define
from funsies.store.keys_in_use import agree_on_keys
from funsies.store.labels import keep_labels
from funsies.store.ports import GraphStore
from funsies.store.rows import Generation
from funsies.store.submission import Submission

logger: Final = logging.getLogger("funsies")

FLUSH_OPERATIONS: Final = 5_000
"""So many operations are built before they are written to the server."""


class NoSessionError(FunsiesError):
    """There is no connection here: do this inside ``with Fun(): ...``."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} {IN_A_STEP if is_in_step() else OUTSIDE}")


OUTSIDE: Final = "needs a server: do it inside `with Fun(): ...`"

NO_REDIS: Final = (
    "it is no Redis connection, as what Fun() gave in funsies 0.8 was; for keys of your own "
    "there is redis.Redis.from_url(session.server.jobs_url)"
)


def _ignore() -> None:
    """Take no notice."""


class Session:
    """What a program has while it is inside ``Fun``.

    Attributes:
        server: the server that is used.
        backend: the connection.
        operations: what was built so far, in order.
        asked: addresses of the operations that were executed.
        requested: addresses of all operations that had to be requested for them, each with the
            number of the request.
        stored_queues: on which steps are to run that another program defined, if any had to be
            requested.
        on_request: called when something had to be requested.
        on_look: called now and then while something is waited for.
        keeps_asking: True if what was asked for is asked for again when the server comes back
            from a crash without it.
        retries_before: number of a request; what failed before it is run again, as far as it
            is needed for what is executed. None if errors stay what they are.
        is_to_mend: decides whether to ask again for finished results that are volatile; None
            never does.
        recorder: writes down the run that this session is, or belongs to.
    """

    def __init__(self, server: ResolvedServer, backend: Backend) -> None:
        self.server = server
        self.backend = backend
        self.operations: list[Operation] = []
        self.asked: dict[Digest, None] = {}
        self.requested: dict[Digest, Generation] = {}
        self.stored_queues: set[str] = set()
        self.on_request: Callable[[], None] = _ignore
        self.on_look: Callable[[], None] = _ignore
        self.keeps_asking = False
        self.retries_before: Generation | None = None
        self.is_to_mend: Callable[[GraphStore, Sequence[Digest]], bool] | None = None
        self.recorder: Recorder = Recorder(backend, this_program)
        self._written = 0
        self._has_agreed_on_keys = backend.is_in_process

    def __repr__(self) -> str:
        place = self.server.directory or hide_secrets(self.server.jobs_url)
        return f"<Session on the server of {place}>"

    if not TYPE_CHECKING:

        def __getattr__(self, name: str) -> NoReturn:
            raise AttributeError(f"a session has no {name!r}: {NO_REDIS}")

    def record(self, operation: Operation) -> None:
        """Take note of a new operation; every few thousand are written."""
        self.operations.append(operation)
        if len(self.operations) - self._written >= FLUSH_OPERATIONS:
            self.save()

    def agree_on_keys(self) -> None:
        """See, once, that what is asked for here is what workers of this server run.

        Raises:
            WrongKeyError: if other keys are in use there.
        """
        if not self._has_agreed_on_keys:
            agree_on_keys(self.backend.graph, self.backend.keys)
            self._has_agreed_on_keys = True

    def new_request(self, targets: Mapping[Digest, Operation | None]) -> Generation:
        """Number a request, and write it down before it is made.

        Args:
            targets: what is asked for, with what this program has built of it.
        """
        generation = self.backend.graph.new_generation()
        self.recorder.note(generation, targets)
        return generation

    def note_requested(self, submission: Submission) -> None:
        """Take note of what had to be requested."""
        self.requested |= dict.fromkeys(submission.operations, submission.generation)
        self.recorder.note_requested(submission.operations)

    def save(self) -> None:
        """Write to the server what was built and is not there yet."""
        fresh = self.operations[self._written :]
        by_digest = {operation.digest: operation for operation in fresh}
        missing = self.backend.graph.undefined(list(by_digest))
        define(self.backend, (by_digest[digest] for digest in missing), set())
        keep_labels(self.backend.graph, fresh)
        self._written = len(self.operations)


_current: ContextVar[Session] = ContextVar("funsies_session")
_of_program: Final[list[Session]] = []
"""The session that holds wherever no other does."""

_used_last: list[ResolvedServer] = []
"""The server of the last session, so that artefacts can be shown when it is closed."""


session_opened: ContextVar[Callable[[Session], None] | None] = ContextVar(
    "funsies_session_opened", default=None
)
"""Told of each session that ``Fun`` opens, so that ``funsies run`` sees what a script does."""


open_stores: ContextVar[Callable[[ResolvedServer], Backend] | None] = ContextVar(
    "funsies_open_stores", default=None
)
"""Opens the stores of a server in the place of ``Fun``, for who must not change them."""


value_missing: ContextVar[Callable[[Digest], None] | None] = ContextVar(
    "funsies_value_missing", default=None
)
"""Told of a step whose value a program waits for or takes while it is not there."""


def tell_missing(step: Digest) -> None:
    """Say that a value is waited for or taken that is not there."""
    if (tell := value_missing.get()) is not None:
        tell(step)


def current_session(what: str, connection: Session | None = None) -> Session:
    """The session that is given, or that of this thread or asyncio task.

    Args:
        what: who asks, for the message.
        connection: what the user gave.

    Raises:
        NoSessionError: outside of ``Fun``.
        WiringError: if something else was given.
    """
    _check_session(connection, what)
    session = connection or session_in_force()
    if session is None:
        raise NoSessionError(what)
    return session


def session_in_force() -> Session | None:
    """The session of this thread or asyncio task, or that of the program; none in a step."""
    found = _current.get(None)
    if found is not None:
        return found
    return _of_program[0] if _of_program and not is_in_step() else None


def hold_everywhere(session: Session | None, chosen: BuildContext | None = None) -> None:
    """Have a session hold wherever no other does, in all threads and asyncio tasks.

    Args:
        session: None for none again.
        chosen: how to build there.
    """
    _of_program[:] = [] if session is None else [session]
    build_everywhere(chosen)


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
    return open_backend(server.jobs_url, server.data_url, server.keys, memory=server.memory)


def _check_session(connection: object, what: str) -> None:
    if connection is not None and not isinstance(connection, Session):
        given = type(connection).__name__
        raise WiringError(
            f"connection= of {what} is the session that Fun() gives, not {given}; {NO_REDIS}"
        )


@takes_no_options
@contextmanager
def Fun(  # noqa: N802 - published name of funsies 0.8
    server: Server | None = None,
    defaults: Options | None = None,
    cleanup: bool = False,
    interpreter: Interpreter | None = None,
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

    Raises:
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
    resolved = resolve(server)
    backend = _opened(resolved)
    try:
        backend.check()
        if cleanup:
            cancel_ready(backend.graph)
        session = Session(resolved, backend)
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
def entered(session: Session, chosen: BuildContext) -> Iterator[Session]:
    """Make a session the current one."""
    session_token = _current.set(session)
    build_token = current_context.set(replace(chosen, record=session.record))
    try:
        yield session
    finally:
        current_context.reset(build_token)
        _current.reset(session_token)


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
