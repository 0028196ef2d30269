"""Asking again, without being told to, for results that are volatile."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Final

from funsies.core.digest import Digest
from funsies.core.errors import ErrorKind
from funsies.store.ports import GraphStore

from .volatile import Loss, losses_below, shown, volatile_among

NOT_BY_ITSELF: Final = frozenset(
    {ErrorKind.Cancelled, ErrorKind.NotEvaluated, ErrorKind.JobTimedOut, ErrorKind.Cycle}
)
"""What the program wanted so, or what would take its whole time limit once more."""


class Mender:
    """Decides whether to ask again for results that are volatile.

    Args:
        times: how often for each of them, at most.
        tell: is told what is asked for again, and why.
    """

    def __init__(self, times: int, tell: Callable[[str], None]) -> None:
        self._times = times
        self._tell = tell
        self._asked: Counter[Digest] = Counter()

    def is_to_ask(self, graph: GraphStore, targets: Sequence[Digest]) -> bool:
        """True if the targets, which are finished, are to be asked for again."""
        left = [each for each in targets if self._asked[each] < self._times]
        volatile = list(volatile_among(graph, left))
        losses = losses_below(graph, volatile)
        if all(map(_is_wanted_so, losses)):
            return False
        self._asked.update(volatile)
        number = "1 result" if len(volatile) == 1 else f"{len(volatile):,} results"
        self._tell(f"asking again for {number} that the machine has spoilt: {shown(losses)}")
        return True


def _is_wanted_so(loss: Loss) -> bool:
    return loss.error is not None and loss.error.kind in NOT_BY_ITSELF
