"""An execution under way: waiting for it, and ending it."""

from __future__ import annotations

import functools
import threading
from collections.abc import Callable, Generator, Iterable
from contextlib import suppress
from contextvars import copy_context
from functools import partial
from typing import Any, ClassVar, Final

from funsies.core.digest import Digest, short_hash
from funsies.core.encoding.previews import MimeBundle
from funsies.core.errors import CANCELLED, CANCELLED_ERROR
from funsies.core.options import Options
from funsies.session import Session
from funsies.store.rows import Definitions
from funsies.store.submission import Submission, submit

from .progress import PROGRESS_SECONDS, Progress, attend, progress_since, reported, watching
from .requests import arm, local_queue
from .step_labels import labels_for
from .targets import Targets
from .waiting import Waiting

SHOWN_TARGETS: Final = 5
"""So many are named where a handle is shown."""


class Handle:
    """An execution under way.

    Attributes:
        targets: addresses of the operations that were asked for.
        submission: what was requested for them.
    """

    __funsies_remedy__: ClassVar[str] = "give the artefact that was executed"

    def __init__(
        self, session: Session, targets: Targets, options: Options, *, is_local: bool
    ) -> None:
        self._session = session
        self._asked = targets
        self._options = options
        self._is_local = is_local
        attend(session)
        self._before = session.backend.graph.counts()
        self.targets: tuple[Digest, ...] = targets.digests
        self._waiting = Waiting(session, self.targets, self._ask_again)
        self.submission: Submission = self._submit(targets, resets=True)

    def _submit(self, targets: Targets, *, resets: bool = False) -> Submission:
        return submit(
            self._session.backend,
            tuple(targets.built.values()),
            tuple(targets.stored),
            generation=self._session.new_request(targets.operations),
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
        display = watching(self._session, on_progress)
        with reported(display, self._session.backend.graph, self._before) as report:
            self._waiting.wait(timeout_seconds, report, progress_seconds)
        return self

    def __await__(self) -> Generator[Any, None, Handle]:
        """Wait in a coroutine: ``await handle``. Other coroutines go on meanwhile.

        Cancelling it ends the wait, not the execution.
        """
        return self._waited().__await__()

    async def _waited(self) -> Handle:
        display = watching(self._session, None)
        with reported(display, self._session.backend.graph, self._before) as report:
            await waited(Waiting(self._session, self.targets, self._ask_again), report)
        return self

    def _ask_again(self, digests: Iterable[Digest]) -> None:
        self.submission = self._submit(self._asked.among(digests))
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
        names = [short_hash(target) for target in self.targets[:SHOWN_TARGETS]]
        if len(self.targets) > SHOWN_TARGETS:
            names.append("...")
        return f"<Handle of {', '.join(names)}>"

    def _repr_mimebundle_(self, include: object = None, exclude: object = None) -> MimeBundle:
        """What notebooks show: the targets, where they stand, and how far it is."""
        del include, exclude  # for those to whom a part of it would do
        from .notebook.progress import SHOWN, bundle_of_handle  # noqa: PLC0415 - seldom needed

        names = {digest: each.task.name for digest, each in self._asked.built.items()}
        backend, shown = self._session.backend, list(self.targets[:SHOWN])
        try:
            names |= labels_for(self._session, shown).texts
            return bundle_of_handle(
                self.targets, names, backend.graph.states(shown), self.counts()
            )
        except Exception:  # noqa: BLE001  (to show it is not to use it: the server may be gone)
            return bundle_of_handle(self.targets, names, (), None)


async def waited(waiting: Waiting, report: Callable[[], None] | None = None) -> None:
    """Wait until all are finished, while other coroutines go on.

    When it is cancelled, its thread is told to end, and waited for; where nobody goes on with
    it, as its loop has ended, it is told to end.

    Args:
        waiting: what to wait for.
        report: called now and then, in that thread, and at the end.

    Raises:
        StateLostError: if the server has lost what was asked for.
    """
    import asyncio  # noqa: PLC0415 - it takes long

    loop = asyncio.get_running_loop()
    ended: asyncio.Future[None] = loop.create_future()
    problems: list[BaseException] = []

    def wait() -> None:
        try:
            waiting.wait(None, report)
        except BaseException as problem:  # noqa: BLE001 - raised again by the coroutine
            problems.append(problem)
        with suppress(RuntimeError):  # the loop was closed: nobody waits any more
            loop.call_soon_threadsafe(ended.set_result, None)

    wait_here = partial(copy_context().run, wait)  # a step may be running here
    thread = threading.Thread(target=wait_here, name="funsies-await", daemon=True)
    thread.start()
    try:
        await asyncio.shield(ended)
    except asyncio.CancelledError:
        waiting.stop()
        await asyncio.shield(ended)
        raise
    finally:
        if ended.done():
            thread.join()
        else:
            waiting.stop()
    if problems:
        raise problems[0]
