"""Versions that differ between two runs are told, as far as they are known."""

from __future__ import annotations

from funsies.report.runs import changed_versions

from .accounts import BEGAN, a_run


def test_what_differs_is_told_and_nothing_else() -> None:
    before = a_run(python="3.11.9", libraries={"numpy": "2.0", "scipy": "1.14", "xarray": "1"})
    after = a_run(python="3.12.1", libraries={"numpy": "2.1", "xarray": "1", "polars": "1.10"})
    assert changed_versions(before, after) == {
        "Python": ("3.11.9", "3.12.1"),
        "numpy": ("2.0", "2.1"),
        "scipy": ("1.14", "not used"),
        "polars": ("not used", "1.10"),
    }


def test_of_a_run_that_could_not_say_so_no_library_is_said_to_be_gone() -> None:
    before = a_run(libraries={"numpy": "2.0"}, version="1.0")
    after = a_run(ended=None, began=BEGAN, version="1.1")
    assert changed_versions(before, after) == {"funsies": ("1.0", "1.1")}
