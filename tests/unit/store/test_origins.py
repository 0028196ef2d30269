"""Results of rows of dynamic steps: each is ours if the step at its end has signed it."""

from __future__ import annotations

import hashlib
import itertools

import pytest

from funsies.core.digest import Digest
from funsies.core.keyring import Keyring
from funsies.store.redis.packing import pack_result
from funsies.store.redis.seal import Origins, Seal
from funsies.store.rows import StoredResult

SEAL = Seal(Keyring((bytes(32),)))
FOREIGN = Seal(Keyring((bytes([1]) * 32,)))
DEPTH = 50


def address(number: int) -> Digest:
    return Digest(hashlib.sha256(str(number).encode()).digest())


ROW = [address(number) for number in range(DEPTH)]
VALUE = pack_result(StoredResult(ok=True, content=address(-1), large=False, size_bytes=1))


@pytest.fixture
def kept():
    """Each step of the row has gone on as the next one."""
    return {each: SEAL.delegation(each, after, 0) for each, after in itertools.pairwise(ROW)}


@pytest.fixture
def read(kept):
    """Reads what is kept, and notes what was asked for."""
    asked: list[list[Digest]] = []

    def read(operations):
        asked.append(list(operations))
        return [kept.get(each) for each in operations]

    read.asked = asked
    return read


def places(sealed: bytes):
    return [(each, 0, sealed) for each in ROW]


def test_a_row_of_steps_that_went_on_is_walked_once(read):
    sealed = SEAL.result(ROW[-1], 0, VALUE)

    assert Origins(SEAL, read).are_ours(places(sealed)) == [True] * DEPTH
    assert len(read.asked) == 1


def test_one_step_alone_is_followed_to_the_end(read):
    sealed = SEAL.result(ROW[-1], 0, VALUE)

    assert Origins(SEAL, read).are_ours(places(sealed)[:1]) == [True]


def test_a_result_that_nobody_of_ours_has_signed_is_not_ours_anywhere(read):
    sealed = FOREIGN.result(ROW[-1], 0, VALUE)

    assert Origins(SEAL, read).are_ours(places(sealed)) == [False] * DEPTH


def test_what_others_say_that_a_step_went_on_as_does_not_count(kept, read):
    kept[ROW[20]] = FOREIGN.delegation(ROW[20], ROW[21], 0)
    sealed = SEAL.result(ROW[-1], 0, VALUE)

    found = Origins(SEAL, read).are_ours(places(sealed))

    assert found == [False] * 21 + [True] * (DEPTH - 21)


def test_steps_that_went_on_as_each_other_have_nothing_of_ours(kept, read):
    kept[ROW[-1]] = SEAL.delegation(ROW[-1], ROW[0], 0)
    sealed = SEAL.result(address(DEPTH), 0, VALUE)

    assert Origins(SEAL, read).are_ours(places(sealed)) == [False] * DEPTH


def test_another_output_of_the_same_step_is_not_ours(read):
    sealed = SEAL.result(ROW[-1], 1, VALUE)

    assert Origins(SEAL, read).are_ours(places(sealed)) == [False] * DEPTH


def test_a_step_that_has_gone_on_as_another_one_meanwhile_is_looked_at_again(kept, read):
    origins = Origins(SEAL, read)
    assert origins.are_ours(places(SEAL.result(ROW[-1], 0, VALUE))) == [True] * DEPTH
    other = address(DEPTH)
    kept[ROW[0]] = SEAL.delegation(ROW[0], other, 0)

    assert origins.are_ours([(ROW[0], 0, SEAL.result(other, 0, VALUE))]) == [True]
