"""Inputs of operations: bytes that are large, lost, damaged, or of another type."""

from __future__ import annotations

from typing import Any

import funsies as f
from funsies.core.errors import ErrorKind
from funsies.store.connect import INLINE_BYTES

from .lab import Lab
from .small_steps import blob, size

LARGE = 2 * INLINE_BYTES


def test_inputs_that_cannot_be_read_as_the_parameter_asks_are_errors(lab: Lab) -> None:
    def anything(value: Any) -> Any:
        return value

    def half(value: int) -> float:
        return value / 2

    step = f.reduce(half, f.reduce(anything, "text"))
    lab.run(step)
    error = lab.error(step)
    assert error.kind is ErrorKind.DecodingFailed
    assert "'0'" in error.details


def test_large_values_go_through_the_data_store(lab: Lab) -> None:
    data = f.reduce(blob, lab.counter("blob"), LARGE)
    step = f.reduce(size, data)
    given = f.reduce(size, b"y" * LARGE)
    lab.run(step, given)
    assert lab.stored(data).large
    assert (lab.take(step), lab.take(given)) == (LARGE, LARGE)
    assert lab.take(data) == b"x" * LARGE


def test_lost_bytes_are_made_again_by_their_producer(lab: Lab) -> None:
    data = f.reduce(blob, lab.counter("blob"), LARGE)
    lab.run(data)
    lab.backend.data.delete(lab.stored(data).content)
    assert lab.error(data).kind is ErrorKind.DataMissing
    step = f.reduce(size, data)
    lab.run(step)
    assert lab.take(step) == LARGE
    assert lab.runs("blob") == 2


def test_damaged_bytes_are_found_and_made_again(lab: Lab) -> None:
    data = f.reduce(blob, lab.counter("blob"), LARGE)
    lab.run(data)
    lab.backend.data._values[lab.stored(data).content] = b"z" * LARGE
    assert lab.error(data).kind is ErrorKind.DataCorrupted
    step = f.reduce(size, data)
    lab.run(step)
    assert lab.take(step) == LARGE
    assert lab.runs("blob") == 2


def test_lost_bytes_of_a_given_value_are_an_error(lab: Lab) -> None:
    given = f.put(b"y" * LARGE)
    step = f.reduce(size, given)
    lab.request(step)
    lab.backend.data.delete(given.reference.content)
    lab.work()
    assert lab.error(step).kind is ErrorKind.DataMissing


def test_a_trace_whose_bytes_are_gone_is_not_used(lab: Lab) -> None:
    first = f.reduce(blob, lab.counter("blob"), f.reduce(abs, LARGE))
    second = f.reduce(blob, lab.counter("blob"), f.reduce(abs, -LARGE))
    lab.run(first)
    lab.backend.data.delete(lab.stored(first).content)
    lab.run(second)
    assert lab.take(second) == b"x" * LARGE
    assert lab.runs("blob") == 2
