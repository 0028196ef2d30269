"""The message of a step that is on its way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from funsies.store.rows import StepAnswer


class PendingStep(Protocol):
    """A message that was sent, and its answer, which is still to be read."""

    def is_answered(self) -> bool:
        """True if reading the answer takes no time."""

    def answer(self) -> StepAnswer:
        """Wait for the answer; if the connection has broken, send the message again.

        Raises:
            NoServerError: if no server answers.
            ServerError: if it refuses.
        """


@dataclass(frozen=True, slots=True)
class AnsweredStep:
    """One that was answered at once."""

    said: StepAnswer

    def is_answered(self) -> bool:
        """See :meth:`PendingStep.is_answered`."""
        return True

    def answer(self) -> StepAnswer:
        """See :meth:`PendingStep.answer`."""
        return self.said
