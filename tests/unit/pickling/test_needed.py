"""What tells whether a program has changed a value that a module reads when it is imported."""

from __future__ import annotations

import pytest

from funsies.pickling.needed import shown


class Settings:
    def __init__(self, level):
        self.level = level


class Shy:
    def __repr__(self):
        raise RuntimeError("nobody shows me")


@pytest.mark.parametrize(
    ("one", "other"), [(1, 2), ([1], [2]), (Settings(1), Settings(2)), (int, float), (1, "1")]
)
def test_what_differs_shows(one, other):
    assert shown(("N", one)) != shown(("N", other))


@pytest.mark.parametrize("make", [lambda: Settings(1), Shy, object, lambda: [Settings]])
def test_what_is_equal_shows_alike_wherever_it_is_in_memory(make):
    one, other = make(), make()
    assert shown(("N", one)) == shown(("N", other))
