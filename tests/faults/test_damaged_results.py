"""Results of a step with several outputs, of which some are damaged on the server."""

from __future__ import annotations

from contextlib import closing

import pytest

import funsies as f
from funsies.core.digest import Digest
from funsies.store.redis.packing import SEALED_RESULT_BYTES

P = b"{funsies}:"


@pytest.fixture
def step(stage):
    with f.Fun(stage.server):
        stage.start_worker()
        step = f.shell("cat in; printf x > a; printf y > b", inp={"in": b"in"}, out=["a", "b"])
        f.execute(step).wait(30)
        yield step


@pytest.mark.slow
@pytest.mark.parametrize("number", range(3))
@pytest.mark.parametrize("row", [b"", b"short"])
def test_results_of_which_one_is_damaged_are_computed_again(
    stage, step, number: int, row: bytes
) -> None:
    producer = step.out["a"].producer
    with closing(stage.redis()) as connection:
        kept = connection.hget(P + b"o", Digest(producer))
        assert kept is not None
        after = len(kept) - SEALED_RESULT_BYTES * (2 - number)
        changed = kept[: after - SEALED_RESULT_BYTES] + row + kept[after:]
        connection.hset(P + b"o", Digest(producer), changed)
    outputs = [step.stdout, step.out["a"], step.out["b"]]
    for output in outputs:
        taken = f.take(output, strict=False)
        assert taken.value_or(None) in {b"in", b"x", b"y"} or "execute" in str(taken.failure())
    f.execute(step).wait(30)
    assert [f.take(each) for each in outputs] == [b"in", b"x", b"y"]
