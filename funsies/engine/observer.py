"""Who is told what a drain does, and is asked whether it may go on."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext

from funsies.store.rows import Claim, Completion


class Observer:
    """Is told about each step of a drain; this one takes no notice."""

    def stepping(self, sequence: int) -> None:
        """A message with this number is about to be sent: the operation in hand is over."""

    def claimed(self, claim: Claim) -> None:
        """This operation is in hand now."""

    def claimed_together(self, claims: Sequence[Claim]) -> None:
        """These were claimed by one message, to be run in this order."""

    def holds(self, completion: Completion) -> bool:  # noqa: ARG002 - for others
        """This is published later, with others; False if it has to be published now."""
        return True

    def sent(self) -> None:
        """A message is on its way, and is not waited for."""

    def answered(self, number: int) -> None:
        """The last message was answered; so many of what was held first are published."""

    def is_relieved(self) -> bool:
        """True, once, if what was claimed with the last operation is seen to: it took long."""
        return False

    def idle(self) -> None:
        """No operation is in hand."""

    def settled(self) -> None:
        """An operation was published, put back or set aside."""

    def running(self) -> AbstractContextManager[None]:
        """Enclose the evaluation of an operation."""
        return nullcontext()

    def must_retire(self) -> bool:
        """True if this process must not run another operation: what it ran has spoiled it."""
        return False
