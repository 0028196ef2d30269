"""Workers say what they ran."""

from __future__ import annotations

import logging

import pytest

import funsies as f


def add(a: int, b: int) -> int:
    return a + b


def fail(a: int) -> int:
    raise ValueError(a)


def test_each_step_is_logged_with_its_hash_and_its_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, "funsies"), f.Fun(f.Server("memory://")):
        total, failed = f.reduce(add, 1, 2), f.reduce(fail, 1)
        f.execute(total, failed)
    lines = [record.getMessage() for record in caplog.records]
    assert total.producer is not None
    assert failed.producer is not None
    assert any(line.startswith(f"add {total.producer.hex()[:10]} done in ") for line in lines)
    broken = f"fail {failed.producer.hex()[:10]} failed: ExceptionRaised (ValueError) in "
    assert any(line.startswith(broken) for line in lines)


def test_a_step_that_is_refused_for_another_reason_is_a_warning(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with f.Fun(f.Server("memory://"), f.options(evaluate=False)):
        f.execute(f.reduce(add, 1, 2))
    assert "failed: NotEvaluated" in caplog.text


def triple(number: int) -> f.Artefact[int]:
    return f.reduce(add, number, 2 * number)


def test_a_dynamic_step_is_logged_with_the_step_that_it_goes_on_as(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with caplog.at_level(logging.INFO, "funsies"), f.Fun(f.Server("memory://")):
        made, inside = f.put(1).bind(triple), f.reduce(add, 1, 2)
        f.execute(made)
    assert made.producer is not None
    assert inside.producer is not None
    names = made.producer.hex()[:10], inside.producer.hex()[:10]
    assert f"triple {names[0]} goes on as {names[1]} in " in caplog.text
