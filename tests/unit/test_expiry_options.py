"""Scripts of funsies 0.8 may go on to say how long RQ keeps jobs."""

from __future__ import annotations

import pytest

import funsies as f

NAMES = ["ttl", "result_ttl", "failure_ttl"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [3600, 0.5, -1, None])
def test_an_expiry_changes_nothing(name: str, value: float | None) -> None:
    assert f.options(**{name: value}) == f.options()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", ["1h", 0, -2, True, float("nan")])
def test_an_expiry_that_is_none_is_refused(name: str, value: object) -> None:
    with pytest.raises(f.FunsiesError, match=f"^{name} is a number of seconds"):
        f.options(**{name: value})
