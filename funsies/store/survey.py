"""How far everything is that some targets need: from them down to what is finished.

What is below that is not needed, so nobody asks for it: of a graph in which little has changed,
little is looked at.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence

from funsies.core.digest import Digest

from .batches import BATCH
from .graph_below import Node, is_final
from .rows import OperationState


class Survey:
    """Finds out how far operations are.

    Args:
        nodes: all operations below the targets.
        ask: gives the states of operations.

    Attributes:
        states: what was found.
    """

    def __init__(
        self,
        nodes: Mapping[Digest, Node],
        ask: Callable[[Sequence[Digest]], Sequence[OperationState]],
    ) -> None:
        self.states: dict[Digest, OperationState] = {}
        self._nodes = nodes
        self._ask = ask
        self._passed: set[Digest] = set()

    def look(self, targets: Iterable[Digest]) -> None:
        """Look at the targets, and at all that is needed for them."""
        level = list(dict.fromkeys(targets))
        while level:
            page = self._and_below(level)
            self.states.update(zip(page, self._ask(page), strict=True))
            level = self._needed(level)

    def _and_below(self, level: Sequence[Digest]) -> list[Digest]:
        """These, and the next ones below, so that a long chain takes few questions."""
        page, pending = dict.fromkeys(level), deque(level)
        while pending and len(page) < BATCH:
            for producer in self._below(pending.popleft()):
                if producer not in self.states and producer not in page:
                    page[producer] = None
                    pending.append(producer)
        return list(page)

    def _needed(self, level: Iterable[Digest]) -> list[Digest]:
        """What is needed for these as far as is known, and was not looked at."""
        found: dict[Digest, None] = {}
        stack = list(level)
        while stack:
            digest = stack.pop()
            state = self.states.get(digest)
            if state is None:
                found[digest] = None
            elif digest not in self._passed and not is_final(state):
                self._passed.add(digest)
                stack += self._below(digest)
        return list(found)

    def _below(self, digest: Digest) -> list[Digest]:
        return [each for each in self._nodes[digest].producers if each in self._nodes]
