"""What the type checkers accept is run, so that they are right."""

from __future__ import annotations

import runpy

import pytest

from typecheck_tests.test_cases import HERE


@pytest.mark.parametrize("name", ["any_json.py"])
def test_right_lines_can_be_run(name: str) -> None:
    runpy.run_path(str(HERE / "cases_with_plugin" / name))
