"""Names of the parties."""

from __future__ import annotations

from funsies.engine.slots import new_slot


def test_who_claims_has_a_slot_of_its_own():
    """Also in one process: the store takes messages under one slot to come from one worker."""
    assert len({new_slot() for _ in range(20)}) == 20
