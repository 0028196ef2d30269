"""What a program has while it is connected to a server, and which session holds where."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Final, NoReturn

from msgspec.structs import replace

from funsies.builder.context import (
    IN_A_STEP,
    BuildContext,
    build_everywhere,
    current_context,
    is_in_step,
)
from funsies.config import ResolvedServer
from funsies.config.program import running_program
from funsies.core.digest import Digest
from funsies.core.errors import FunsiesError, WiringError
from funsies.core.graph import Operation
from funsies.history.recorder import Recorder
from funsies.history.step_names import Naming
from funsies.store.connect import Backend
from funsies.store.graph_writer import define
from funsies.store.ports import GraphStore
from funsies.store.rows import Generation
from funsies.store.server_address import hide_secrets
from funsies.store.server_notes import agree_on_keys
from funsies.store.stored_labels import keep_labels
from funsies.store.submission import Submission

FLUSH_OPERATIONS: Final = 5_000
"""So many operations are built before they are written to the server."""

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
        awaited: what was waited for, and was there then, if lost results are asked for again.
        retries_before: number of a request; what failed before it is run again, as far as it
            is needed for what is executed. None if errors stay what they are.
        to_mend: decides which finished results, as they are volatile, to ask for again; None
            never does.
        progress: True shows how far it is while the program waits, False shows nothing; None
            shows it in notebooks.
        recorder: writes down the run that this session is, or belongs to.
        naming: knows what steps are called.
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
        self.awaited: set[Digest] = set()
        self.retries_before: Generation | None = None
        self.to_mend: Callable[[GraphStore, Sequence[Digest]], Sequence[Digest]] | None = None
        self.progress: bool | None = None
        self.recorder: Recorder = Recorder(backend, running_program)
        self.naming: Naming = Naming(backend)
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
            agree_on_keys(self.backend.graph.named, self.backend.keys)
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
        if not fresh:
            return
        by_digest = {operation.digest: operation for operation in fresh}
        missing = self.backend.graph.undefined(list(by_digest))
        define(self.backend, (by_digest[digest] for digest in missing), set())
        keep_labels(self.backend.graph.named, fresh)
        self._written = len(self.operations)


OUTSIDE: Final = "needs a server: do it inside `with Fun(): ...`"
IN_A_THREAD: Final = f"{OUTSIDE} of this very thread: that of another thread does not hold here"


class NoSessionError(FunsiesError):
    """There is no connection here: do this inside ``with Fun(): ...``."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} {_why_none()}")


def _why_none() -> str:
    if is_in_step():
        return IN_A_STEP
    is_main = threading.current_thread() is threading.main_thread()
    return OUTSIDE if is_main else IN_A_THREAD


_current: ContextVar[Session] = ContextVar("funsies_session")
_of_program: Final[list[Session]] = []
"""The session that holds wherever no other does."""


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
def entered(session: Session, chosen: BuildContext) -> Iterator[Session]:
    """Make a session the current one."""
    session_token = _current.set(session)
    build_token = current_context.set(replace(chosen, record=session.record))
    try:
        yield session
    finally:
        current_context.reset(build_token)
        _current.reset(session_token)


def _check_session(connection: object, what: str) -> None:
    if connection is not None and not isinstance(connection, Session):
        given = type(connection).__name__
        raise WiringError(
            f"connection= of {what} is the session that Fun() gives, not {given}; {NO_REDIS}"
        )


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
