"""Waiting for operations: told by the server, and looking again now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Final

from funsies.builder.context import running_step
from funsies.core.digest import Digest
from funsies.core.durations import LONGEST_WAIT_SECONDS, deadline_after
from funsies.core.errors import StateLostError, WaitTimeoutError, WiringError
from funsies.core.traversal import reachable
from funsies.engine.slots import new_slot
from funsies.session import Session, tell_missing
from funsies.store.ports import GraphReader, Subscription
from funsies.store.rows import OperationState, Status

from .progress import PROGRESS_SECONDS
from .requests import local_queue
from .stalls import UNASKED_LOOK_SECONDS, OrphanWatch, UnaskedWatch, UnservedWatch
from .step_labels import labels_for, named_step


def refuse_in_step(graph: GraphReader) -> None:
    """Refuse to wait for other steps, if this is a step that runs on the same server.

    With one worker, it would wait for ever; with several, as soon as all of them do so.

    Raises:
        WiringError: naming what works.
    """
    step = running_step()
    if step is None or graph.states([step])[0].status is not Status.RUNNING:
        return
    raise WiringError(
        "a step cannot wait for other steps: it would hold the worker that they need. Return "
        "the artefact instead, from a function for bind() or sac(), which hands over to it; or "
        "run them inside of this step: with Fun(defaults=options(distributed=False)): ..."
    )


def refuse_own_step(graph: GraphReader, targets: Sequence[Digest]) -> None:
    """Refuse to run in a step what needs the result of that very step.

    Raises:
        WiringError: if a target waits for the step that is running.
    """
    step = running_step()
    if step is None:
        return
    if step in reachable(targets, graph.waiting_on):
        raise WiringError(
            "a step executes what needs its own result, and would wait for itself; return the "
            "artefact instead, from a dynamic step"
        )


NAMED: Final = 5
"""How many unfinished operations a message names."""

LOOK_SECONDS: Final = 2.0
"""Even without any news, a waiting client looks again after this time."""

LOCAL_LOOK_SECONDS: Final = 0.05
"""The same where steps run in this process: a delay may be over at any time."""

MAX_REPEATS: Final = 10
"""How often a request is repeated whose targets were reset by others."""


class Waiting:
    """Waits until operations have a value or an error.

    Args:
        session: where.
        targets: what to wait for.
        ask_again: requests targets again that others reset, or the server lost, or that are
            volatile; None if this client did not request them.
        for_others: True also waits for what nobody has asked for yet: another program may.
    """

    def __init__(
        self,
        session: Session,
        targets: Sequence[Digest],
        ask_again: Callable[[Sequence[Digest]], None] | None = None,
        *,
        for_others: bool = False,
    ) -> None:
        self._session = session
        self._graph = session.backend.graph
        self._targets = targets
        self._ask_again = ask_again
        asked = session.asked if session.keeps_asking else ()
        others = [each for each in targets if each not in asked] if for_others else ()
        self._unasked = UnaskedWatch(others, self._named)
        self._repeats = 0
        self._is_stopped = False
        self._subscription: Subscription | None = None

    @property
    def is_over(self) -> bool:
        """True if all have a value or an error."""
        states = self._graph.states(list(self._targets))
        left = _unfinished(self._targets, states)
        if left:
            tell_missing(left[0])
        return not left

    def wait(
        self,
        timeout_seconds: float | None = None,
        report: Callable[[], None] | None = None,
        report_seconds: float = PROGRESS_SECONDS,
    ) -> None:
        """Block until all are finished.

        Args:
            timeout_seconds: how long at most; None for as long as it takes.
            report: called now and then, and at the end.
            report_seconds: pause between two such calls.

        Raises:
            WaitTimeoutError: if it takes longer.
            StateLostError: if the server has lost them.
            OptionError: if the timeout is no number.
        """
        deadline = deadline_after(timeout_seconds)
        # Looked at first: what is finished needs no subscription, which costs a connection.
        if not self.is_over or self._asks_to_mend():
            self._wait_for_news(deadline, report, report_seconds)
        if self._session.keeps_asking and not self._is_stopped:
            self._session.awaited.update(self._targets)
        if report is not None:
            report()

    def _wait_for_news(
        self, deadline: float | None, report: Callable[[], None] | None, report_seconds: float
    ) -> None:
        pause = LOOK_SECONDS if report is None else min(report_seconds, LONGEST_WAIT_SECONDS)
        looks, reports = _Every(LOOK_SECONDS), _Every(report_seconds)
        requests = _Every(UNASKED_LOOK_SECONDS)
        client = new_slot()
        unserved = UnservedWatch(self._session)
        orphans = OrphanWatch(self._session.backend, self._targets)
        subscription = self._subscription = self._graph.news.subscribe(client)
        looks.is_due()  # the first look follows at once, the next one after the pause
        requests.is_due()
        try:
            left = dict.fromkeys(self._watch(client, self._targets))
            if left:
                refuse_in_step(self._graph)
            while (left or self._mends(client, left)) and not self._is_stopped:
                if report is not None and reports.is_due():
                    report()
                if deadline is not None and time.monotonic() >= deadline:
                    # News may be on their way, if this process has stood still meanwhile.
                    if not (left := dict.fromkeys(self._watch(client, list(left)))):
                        continue
                    raise WaitTimeoutError(self._late(list(left), unserved.queues()))
                at_most = min(pause, UNASKED_LOOK_SECONDS) if self._unasked else pause
                for digest in subscription.wait(_pause(deadline, at_most)):
                    left.pop(digest, None)
                if left and self._unasked and requests.is_due():
                    left = dict.fromkeys(self._watch(client, list(left)))
                if left and looks.is_due():  # not at each news: there may be thousands
                    left = dict.fromkeys(self._watch(client, list(left)))
                    self._session.on_look()
                    self._session.recorder.look()
                    unserved.look()
                    orphans.look()
        finally:
            subscription.close()

    def _mends(self, client: str, left: dict[Digest, None]) -> bool:
        """Ask again for what is volatile, if that is to be done; add what is awaited then."""
        if not self._asks_to_mend():
            return False
        left |= dict.fromkeys(self._watch(client, self._targets))
        return bool(left)

    def _asks_to_mend(self) -> bool:
        """Ask again for what is volatile, now that all are finished, if that is to be done."""
        to_mend = self._session.to_mend
        if to_mend is None or self._ask_again is None or self._is_stopped:
            return False
        spoilt = to_mend(self._graph, self._targets)
        if spoilt:
            self._ask_again(spoilt)
        return bool(spoilt)

    def stop(self) -> None:
        """Make a ``wait`` in another thread return before all are finished."""
        self._is_stopped = True
        if self._subscription is not None:
            self._subscription.wake()

    def run_here(self) -> None:
        """Run operations in this process until all targets are finished."""
        from .local_run import run_here  # noqa: PLC0415 - most programs leave that to workers

        client, looks = new_slot(), _Every(LOOK_SECONDS)
        orphans = OrphanWatch(self._session.backend, self._targets, local_queue())
        subscription = self._graph.news.subscribe(client)

        def is_over() -> bool:
            return not self._watch(client, self._targets)

        def pause() -> None:
            subscription.wait(LOCAL_LOOK_SECONDS)
            if looks.is_due():
                refuse_own_step(self._graph, self._targets)
                orphans.look()

        try:
            run_here(self._session.backend, self._session.server, is_over, pause)
            while self._mends(client, {}):
                run_here(self._session.backend, self._session.server, is_over, pause)
        finally:
            subscription.close()

    def _watch(self, client: str, operations: Sequence[Digest]) -> list[Digest]:
        """Ask to be told, and return what is not finished yet."""
        states = self._graph.watch(client, list(operations))
        left = _unfinished(operations, states)
        if left:
            tell_missing(left[0])
        pairs = zip(operations, states, strict=True)
        idle = [digest for digest, state in pairs if state.status is Status.IDLE]
        if reset := self._unasked.note(idle):
            self._recover(reset)
        return left

    def _recover(self, idle: Sequence[Digest]) -> None:
        """What was asked for is idle: others have reset it, or the server has lost it."""
        self._repeats += 1
        is_lost = not self._session.keeps_asking and bool(self._graph.undefined(list(idle)))
        if is_lost or self._ask_again is None or self._repeats > MAX_REPEATS:
            raise StateLostError(
                f"the server has lost the state of {self._named(idle[:1], 1)} while it was "
                "waited for: it was reset or emptied, or restarted from an older state; "
                "execute it again"
            )
        self._ask_again(self._targets)

    def _named(self, steps: Sequence[Digest], at_most: int) -> str:
        """What the first of some steps are called, and how many there are more."""
        shown = steps[:at_most]
        labels = labels_for(self._session, shown)
        names = ", ".join(named_step(each, labels) for each in shown)
        more = len(steps) - at_most
        return f"{names} and {more} more" if more > 0 else names

    def _late(self, left: Sequence[Digest], unserved: Sequence[str]) -> str:
        late = f"not finished in time: {self._named(left, NAMED)}"
        if self._unasked:
            return f"{late}; {self._unasked.described()}"
        if not unserved:
            return f"{late}; the execution goes on"
        queues = " ".join(unserved)
        return (
            f"{late}; no worker serves {queues}, where work is ready: "
            f"start one with funsies worker {queues}"
        )


def _unfinished(operations: Sequence[Digest], states: Sequence[OperationState]) -> list[Digest]:
    pairs = zip(operations, states, strict=True)
    return [digest for digest, state in pairs if not state.status.is_finished]


class _Every:
    """Paces what is to be done now and then.

    Args:
        seconds: pause between two times.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next_at = float("-inf")

    def is_due(self) -> bool:
        """True the first time, and whenever the pause is over."""
        now = time.monotonic()
        if now < self._next_at:
            return False
        self._next_at = now + self._seconds
        return True


def _pause(deadline: float | None, at_most: float) -> float:
    return at_most if deadline is None else max(0.0, min(at_most, deadline - time.monotonic()))
