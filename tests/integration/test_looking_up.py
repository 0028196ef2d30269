"""What is on the server is found by its hash."""

from __future__ import annotations

import pytest

import funsies as f
from funsies.core.errors import (
    UnknownHashError,
)

from .small_steps import half


@pytest.mark.usefixtures("session")
def test_artefacts_are_found_by_any_unique_beginning_of_their_hash() -> None:
    step, shown = f.reduce(half, 3), f.shell("echo a")
    f.execute(step, shown)
    assert f.take(f.get(step.hash)) == 1.5
    assert f.take(f.get(step.hash[:20].upper())) == 1.5
    assert f.take(f.get(step.operation.digest.hex())) == 1.5
    assert f.take(f.get(shown.stdout.hash)) == b"a\n"
    assert f.get(step.hash) == step


@pytest.mark.usefixtures("session")
def test_unknown_and_ambiguous_hashes_are_named() -> None:
    steps = [f.reduce(half, n) for n in range(40)]
    f.execute(steps)
    with pytest.raises(UnknownHashError, match=r"nothing on .* begins with 'abcdef0"):
        f.get("abcdef0123456789")
    with pytest.raises(UnknownHashError, match="not a hash"):
        f.get("xyz")
    with pytest.raises(UnknownHashError, match="not a hash"):
        f.get("")
    digits = [each.hash[0] for each in steps]
    common = max(digits, key=digits.count)
    with pytest.raises(UnknownHashError, match=f"'{common}' is ambiguous: .*give more digits"):
        f.get(common)
    shown = f.shell("true")
    f.execute(shown)
    with pytest.raises(UnknownHashError, match="operation with 3 outputs: name one of"):
        f.get(shown.hash)


@pytest.mark.usefixtures("session")
def test_what_was_found_goes_on_as_an_input() -> None:
    step = f.reduce(half, 3)
    f.execute(step)
    found = f.get(step.hash)
    last = f.reduce(lambda x: x * 2, found)
    f.execute(last)
    assert f.take(last) == 3.0
    f.reset(found)
    f.execute(found, options=f.options(distributed=False))
    assert f.take(step) == 1.5


def test_a_graph_that_was_never_executed_is_known_after_fun(
    redis_server_here: f.Server,
) -> None:
    with f.Fun(redis_server_here):
        step = f.reduce(half, 3)
    with f.Fun(redis_server_here, f.options(distributed=False)):
        found = f.get(step.hash)
        f.execute(found)
        assert f.take(found) == 1.5
