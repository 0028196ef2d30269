"""The bytes of a remembered error are damaged: the step that failed is run again."""

from __future__ import annotations

from contextlib import closing

import pytest

import funsies as f

P = b"{funsies}:"


@f.task
def refuse(number: int) -> int:
    raise ValueError(number)


@f.task
def add(one: int, other: int) -> int:
    return one + other


@pytest.mark.parametrize("damage", [lambda row: row[:-3], lambda row: b"\x91" + row[1:]])
def test_an_inherited_error_that_is_damaged_is_computed_again(stage, damage) -> None:
    stage.start_worker()
    with f.Fun(stage.server), closing(stage.redis()) as connection:
        total = add(add(refuse(2), 1), 1)
        f.execute(total).wait(30)
        for content, data in connection.hgetall(P + b"c").items():
            if b"ExceptionRaised" in data:
                connection.hset(P + b"c", content, damage(data))
        assert f.take(total, strict=False).failure().kind is f.ErrorKind.DataCorrupted
        f.execute(total).wait(30)
        assert f.take(total, strict=False).failure().kind is f.ErrorKind.ExceptionRaised
