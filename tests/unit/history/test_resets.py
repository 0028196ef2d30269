"""Who had results forgotten is noted, and old notes are forgotten."""

from __future__ import annotations

import funsies as f
from funsies.core.digest import Digest, content_digest
from funsies.history.resets import KEPT, MOST_STEPS, note_reset, resets


def one(number: int) -> int:
    return number


def test_a_reset_is_noted_with_who_and_when():
    with f.Fun(f.Server("memory://")) as session:
        step = f.reduce(one, 1)
        assert f.reset(step) == 0
        assert resets(session.backend.graph.named) == []
        f.execute(step)
        assert f.reset(step) == 1
        [note] = resets(session.backend.graph.named)
        assert [each.hex() for each in note.steps] == [step.operation.hash]
        assert note.shown.startswith(f"by {note.user}@{note.host}, 20")
        assert note.is_recursive
        assert not note.retries_failed


def test_notes_are_bounded_in_number_and_in_size():
    with f.Fun(f.Server("memory://")) as session:
        graph = session.backend.graph
        steps = [content_digest(b"%d" % each) for each in range(MOST_STEPS + 10)]
        for _ in range(KEPT + 3):
            note_reset(graph.named, steps, user="me", is_recursive=False)
        found = resets(graph.named)
        assert len(found) == KEPT
        assert len(found[-1].steps) == MOST_STEPS


def test_a_damaged_note_is_passed_over():
    with f.Fun(f.Server("memory://")) as session:
        graph = session.backend.graph
        graph.named.save("reset", {"1": b"\xff"})
        note_reset(graph.named, [Digest(bytes(32))], user="me", is_recursive=True)
        assert len(resets(graph.named)) == 1
