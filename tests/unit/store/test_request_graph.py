"""What is asked before a request: all that is needed, and little else, in few questions."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from funsies.core.digest import Digest, content_digest
from funsies.core.options import Options
from funsies.store.batches import BATCH
from funsies.store.request_graph import RequestNode, Survey, is_final
from funsies.store.rows import OperationState, Status

DONE, IDLE = OperationState(Status.DONE), OperationState(Status.IDLE)
OPTIONS = Options()


def named(number: int) -> Digest:
    return content_digest(str(number).encode())


class Asked:
    """A store that knows some results, and the questions that it was asked."""

    def __init__(self, below: dict[int, list[int]], done: set[int]) -> None:
        self.nodes = {
            named(each): RequestNode(named(each), tuple(map(named, producers)), OPTIONS)
            for each, producers in below.items()
        }
        self.done = set(map(named, done))
        self.questions: list[list[Digest]] = []

    def states(self, operations: Sequence[Digest]) -> list[OperationState]:
        self.questions.append(list(operations))
        return [DONE if each in self.done else IDLE for each in operations]

    def survey(self, *targets: int) -> dict[Digest, OperationState]:
        made = Survey(self.nodes, self.states)
        made.look(map(named, targets))
        return made.states


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[int, list[int]], set[int], list[int]]:
    number = draw(st.integers(1, 30))
    below = {
        each: draw(st.lists(st.integers(0, each - 1), max_size=3, unique=True)) if each else []
        for each in range(number)
    }
    some = st.lists(st.integers(0, number - 1), min_size=1)
    return below, set(draw(some)), draw(some)


@given(graphs())
def test_the_state_of_all_that_is_needed_is_known(
    graph: tuple[dict[int, list[int]], set[int], list[int]],
) -> None:
    below, done, targets = graph
    asked = Asked(below, done)
    states = asked.survey(*targets)
    needed, stack = set[int](), list(targets)
    while stack:
        each = stack.pop()
        needed.add(each)
        stack += [] if each in done else below[each]
    assert all(is_final(states[named(each)]) == (each in done) for each in needed)
    every = [each for question in asked.questions for each in question]
    assert len(every) == len(set(every)), "nothing is asked twice"


def test_what_is_below_results_is_not_looked_at() -> None:
    """One of many inputs has changed: of the inputs' own inputs only its are asked for."""
    number = 2 * BATCH
    below = {0: list(range(1, number + 1))}
    below |= {each: [each + number] for each in below[0]}
    below |= {each: [] for each in range(number + 1, 2 * number + 1)}
    asked = Asked(below, set(range(2, 2 * number + 1)))
    asked.survey(0)
    assert len(asked.questions) <= 3
    assert sum(map(len, asked.questions)) <= number + 3


def test_a_long_chain_takes_few_questions() -> None:
    length = 5 * BATCH
    below = {each: [other] for each, other in pairwise(range(length + 1))} | {length: []}
    asked = Asked(below, set())
    assert len(asked.survey(0)) == length + 1
    assert len(asked.questions) <= 6
