"""The plugin and funsies itself know the same units."""

from __future__ import annotations

import inspect

from funsies.core import units
from funsies_mypy import units as of_plugin


def test_the_two_modules_are_the_same() -> None:
    assert inspect.getsource(of_plugin) == inspect.getsource(units)
