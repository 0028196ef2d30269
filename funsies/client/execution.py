"""``execute``, ``wait_for``, ``reset``: asking for results, and waiting for them."""

from __future__ import annotations

import functools
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import nullcontext, suppress
from typing import Any, Final

from funsies.build.context import options_in_force
from funsies.core.cancelled import CANCELLED, CANCELLED_ERROR
from funsies.core.digest import Digest
from funsies.core.encoding.previews import MimeBundle
from funsies.core.errors import WiringError
from funsies.core.former_keywords import former_keywords
from funsies.core.misplaced_options import takes_no_options
from funsies.core.options import Options
from funsies.session import Session, current_session
from funsies.store.rows import Definitions, QueueName, Status, TaskCounts
from funsies.store.submission import LOCAL_PREFIX, Submission, submit

from .forgetting import retry_failed
from .local_run import local_queue, serving
from .progress import Progress, progress_since, watching, watching_here
from .targets import Target, Targets, collect
from .waiting import Waiting

PROGRESS_SECONDS: Final = 0.2
"""Pause between two looks at how far an execution is."""


SHOWN_TARGETS: Final = 5
"""So many are named where a handle is shown."""


class Handle:
    """An execution under way.

    Attributes:
        targets: addresses of the operations that were asked for.
        submission: what was requested for them.
    """

    def __init__(
        self, session: Session, targets: Targets, options: Options, *, is_local: bool
    ) -> None:
        self._session = session
        self._asked = targets
        self._options = options
        self._is_local = is_local
        self._before = session.backend.graph.counts()
        self.targets: tuple[Digest, ...] = targets.digests
        self._waiting = Waiting(session, self.targets, self._ask_again)
        self.submission: Submission = self._submit(resets=True)

    def _submit(self, *, resets: bool = False) -> Submission:
        return submit(
            self._session.backend,
            tuple(self._asked.built.values()),
            tuple(self._asked.stored),
            generation=self._session.new_request(self._asked.operations),
            stored_options=self._options,
            queue=local_queue() if self._is_local else None,
            resets=resets,
            arm=functools.partial(arm, self._session),
        )

    @property
    def operations(self) -> tuple[Digest, ...]:
        """Addresses of all operations that were not there and had to be requested."""
        return self.submission.operations

    @property
    def stored_queues(self) -> set[str]:
        """On which steps are to run that another program defined."""
        return {self._options.queue} if self._options.distributed else set()

    @property
    def is_finished(self) -> bool:
        """True if every target has a value or an error."""
        return self._waiting.is_over

    def counts(self) -> Progress:
        """How far it is.

        >>> with Fun(Server("memory://")):
        ...     execute(reduce(sum, [3, 2])).counts().tasks["sum"].executed
        1
        """
        return progress_since(self._before, self._session.backend.graph.counts())

    def wait(
        self,
        timeout_seconds: float | None = None,
        *,
        on_progress: Callable[[Progress], None] | None = None,
        progress_seconds: float = PROGRESS_SECONDS,
    ) -> Handle:
        """Block until every target has a value or an error.

        Args:
            timeout_seconds: how long to wait at most; None for as long as it takes.
            on_progress: called now and then with how far it is.
            progress_seconds: pause between two such calls.

        Raises:
            WaitTimeoutError: if it takes longer; the execution goes on.
            StateLostError: if the server has lost what was asked for; execute it again.

        >>> with Fun(Server("memory://")):
        ...     total = reduce(sum, [3, 2])
        ...     _ = execute(total).wait(timeout_seconds=60)
        ...     take(total)
        5
        """
        with watching(self._session, on_progress) as tell:
            report = None if tell is None else lambda: tell(self.counts())
            self._waiting.wait(timeout_seconds, report, progress_seconds)
        return self

    def __await__(self) -> Generator[Any, None, Handle]:
        """Wait in a coroutine: ``await handle``. Other coroutines go on meanwhile.

        Cancelling it ends the wait, not the execution.
        """
        return self._waited().__await__()

    async def _waited(self) -> Handle:
        from .awaiting import waited  # noqa: PLC0415 - asyncio takes long to import

        with watching_here() as tell:
            report = None if tell is None else lambda: tell(self.counts())
            waiting = Waiting(self._session, self.targets, self._ask_again)
            await waited(waiting, report, PROGRESS_SECONDS)
        return self

    def _ask_again(self) -> None:
        self.submission = self._submit()
        self.note_request()

    def note_request(self) -> None:
        """Tell the session what had to be requested."""
        session, submission = self._session, self.submission
        session.note_requested(submission)
        session.stored_queues |= self.stored_queues
        if submission.operations:
            session.on_request()

    def cancel(self) -> int:
        """Withdraw the request; what nobody else wants ends with ``Error(Cancelled)``.

        What another program, or another ``execute`` of this one, has asked for goes on. Whoever
        executes what was cancelled starts it again.

        Returns:
            The number of operations that were ended.

        >>> with Fun(Server("memory://")):
        ...     execute(reduce(sum, [3, 2])).cancel()  # all is computed already
        0
        """
        graph = self._session.backend.graph
        graph.define(Definitions(contents=((CANCELLED, CANCELLED_ERROR),)))
        last_first = tuple(reversed(self.submission.operations))
        return graph.cancel(self.submission.generation, last_first, CANCELLED)

    def run_here(self) -> None:
        """Run what was asked for in this process, if it is to be run here.

        Raises:
            KeyboardInterrupt: if the user interrupts it; the execution is cancelled.
        """
        if not self._is_local or self.is_finished:
            return
        try:
            self._waiting.run_here()
        except KeyboardInterrupt:
            self.cancel()  # else the next execute() of this program would go on with it
            raise

    def __repr__(self) -> str:
        names = [target.hex()[:10] for target in self.targets[:SHOWN_TARGETS]]
        if len(self.targets) > SHOWN_TARGETS:
            names.append("...")
        return f"<Handle of {', '.join(names)}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> MimeBundle:
        """What notebooks show: the targets, where they stand, and how far it is."""
        del include, exclude  # for those to whom a part of it would do
        from .notebook.called import labels_soon  # noqa: PLC0415 - seldom needed
        from .notebook.handles import SHOWN, bundle_of_handle  # noqa: PLC0415 - seldom needed

        names = {digest: each.task.name for digest, each in self._asked.built.items()}
        backend, shown = self._session.backend, list(self.targets[:SHOWN])
        try:
            names |= labels_soon(backend, shown)
            return bundle_of_handle(
                self.targets, names, backend.graph.states(shown), self.counts()
            )
        except Exception:  # noqa: BLE001  (to show it is not to use it: the server may be gone)
            return bundle_of_handle(self.targets, names, (), None)


def _runs_here(targets: Targets, stored_options: Options) -> bool:
    """True if a target is to be run by this process."""
    found_here = bool(targets.stored) and not stored_options.distributed
    built = targets.built.values()
    return found_here or any(not operation.options.distributed for operation in built)


def arm(session: Session, queues: Sequence[QueueName]) -> None:
    """See to it that workers of these queues wake up."""
    served = [queue for queue in queues if not queue.startswith(LOCAL_PREFIX)]
    if not served or session.backend.is_in_process:
        return
    # Late: RQ takes long to import.
    from funsies.engine.arming import arm_queues  # noqa: PLC0415
    from funsies.engine.tolerance import SERVER_TROUBLE  # noqa: PLC0415

    with suppress(*SERVER_TROUBLE):  # workers look for work by themselves at each tick
        arm_queues(session.server, session.backend.graph, served)


@takes_no_options
def execute(
    *outputs: Target, connection: Session | None = None, options: Options | None = None
) -> Handle:
    """Ask for results: workers compute them, with everything they need.

    It returns at once, unless the steps are to be run in this process (a ``memory://`` server,
    or ``options(distributed=False)``). What is there already is not computed again.

    Args:
        outputs: artefacts, shell outputs, or lists of them.
        connection: a session; None for that of the enclosing ``Fun``.
        options: how to run steps that another program defined, found with :func:`get`; None
            for the defaults of the enclosing ``Fun``.

    Returns:
        A handle, to wait for the results or to cancel them.

    Raises:
        WiringError: if something is not an artefact.
        NoServerError: if the server does not answer.
        WrongKeyError: if what runs there is signed with a key that this program does not have.

    >>> with Fun(Server("memory://")):
    ...     total = reduce(sum, [3, 2])
    ...     _ = execute(total)
    ...     take(total)
    5
    """
    session = current_session("execute()", connection)
    targets, chosen = collect(outputs), options_in_force(options)
    is_local = session.backend.is_in_process or _runs_here(targets, chosen)
    session.agree_on_keys()
    retry_failed(session, targets)
    session.asked |= dict.fromkeys(targets.digests)  # also if the request is interrupted
    with serving(session.backend) if is_local else nullcontext():
        handle = Handle(session, targets, chosen, is_local=is_local)
        handle.note_request()
        if is_local:
            session.recorder.stand_aside()
        else:
            session.recorder.look()
        handle.run_here()
    return handle


@takes_no_options
@former_keywords(thing="give it by position")
def wait_for(
    *things: Target, timeout: float | None = None, connection: Session | None = None
) -> None:
    """Block until artefacts have a value or an error, whichever program executes them.

    What nobody has asked for yet is waited for, too, since another program may do that at any
    time; after some seconds a warning says so.

    Args:
        things: artefacts, shell outputs, or lists of them.
        timeout: how long to wait at most, seconds; None for as long as it takes.
        connection: a session; None for that of the enclosing ``Fun``.

    Raises:
        WaitTimeoutError: if it takes longer; the execution goes on.
        WiringError: if something was never executed, and is on a ``memory://`` server, where no
            other program can.
        StateLostError: if the server has lost what was asked for.

    >>> with Fun(Server("memory://")):
    ...     step = shell("printf hello")
    ...     _ = execute(step)
    ...     wait_for(step, timeout=60)
    ...     take(step.stdout)
    b'hello'
    """
    _refuse_number(things)
    session = current_session("wait_for()", connection)
    targets = collect(things)
    if session.backend.is_in_process:
        _refuse_idle(session, targets)
    else:
        session.save()  # others can only ask for what is there
    before = session.backend.graph.counts()
    with watching(session, None) as tell:
        report = None if tell is None else lambda: tell(_counts_since(session, before))
        again = functools.partial(ask_again, session, targets) if session.keeps_asking else None
        waiting = Waiting(session, targets.digests, again, for_others=True)
        waiting.wait(timeout, report, PROGRESS_SECONDS)


def ask_again(session: Session, targets: Targets) -> None:
    """Ask for results once more that this program has asked for, and the server has lost.

    Args:
        session: where.
        targets: what to ask for.
    """
    submission = submit(
        session.backend,
        tuple(targets.built.values()),
        tuple(targets.stored),
        generation=session.new_request(targets.operations),
        arm=functools.partial(arm, session),
    )
    session.note_requested(submission)
    session.on_request()


def _refuse_idle(session: Session, targets: Targets) -> None:
    """Refuse to wait where nobody else can see to what is waited for."""
    states = session.backend.graph.states(list(targets.digests))
    for digest, state in zip(targets.digests, states, strict=True):
        if state.status is Status.IDLE:
            raise WiringError(f"{digest.hex()[:10]} is not being executed: use execute() first")


def _refuse_number(things: Sequence[object]) -> None:
    """Refuse what looks like a timeout: any number of things may be waited for."""
    for thing in things:
        if thing is None or isinstance(thing, (int, float)):
            raise WiringError(f"wait_for(..., {thing!r}): write timeout={thing!r}")


def _counts_since(session: Session, before: Mapping[str, TaskCounts]) -> Progress:
    return progress_since(before, session.backend.graph.counts())
