"""The plugin and funsies itself read axes of arrays in the same way."""

from __future__ import annotations

import inspect

from funsies.core import axes
from funsies_mypy import axes as of_plugin


def test_the_two_modules_are_the_same() -> None:
    assert inspect.getsource(of_plugin) == inspect.getsource(axes)
