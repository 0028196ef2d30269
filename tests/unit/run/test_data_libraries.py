"""Options of pandas and scikit-learn, and figures of pyplot, are not seen by the next step."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Callable
from importlib import import_module
from timeit import timeit
from typing import Any

import pandas as pd
import pytest
import xarray

from funsies.run.surroundings import OwnSurroundings
from funsies.run.surroundings.libraries import data_libraries
from funsies.run.surroundings.settings import Settings

mpl = pytest.importorskip("matplotlib")
mpl.use("Agg")
plt = pytest.importorskip("matplotlib.pyplot")


def sklearn() -> Any:
    """Imported when it is used only: that takes a second, in each worker of pytest-xdist."""
    return import_module("sklearn")


@pytest.fixture(autouse=True)
def imported() -> None:
    sklearn()


def look() -> dict[str, Any]:
    return {
        "figures": plt.get_fignums(),
        "drawing": {name: value for name, value in mpl.rcParams.items() if name != "backend"},
        "rows": pd.get_option("display.max_rows"),
        "excel": pd.get_option("io.excel.xlsx.reader"),
        "precision": pd.get_option("display.precision"),
        "sklearn": sklearn().get_config(),
        "xarray": dict(xarray.get_options()),
    }


@pytest.mark.parametrize(
    "change",
    [
        lambda: plt.plot([1, 2]),
        lambda: [plt.figure() for _ in range(3)],
        lambda: plt.subplots(2, 2),
        lambda: mpl.rcParams.update({"lines.linewidth": 17}),
        lambda: plt.style.use("ggplot"),
        lambda: mpl.rc("font", size=3),
        lambda: pd.set_option("display.max_rows", 3),
        lambda: setattr(pd.options.display, "precision", 3),
        lambda: pd.set_option("io.excel.xlsx.reader", "openpyxl"),
        lambda: sklearn().set_config(transform_output="pandas"),
        lambda: xarray.set_options(keep_attrs=True),
    ],
)
def test_what_one_step_sets_the_next_does_not_find(change: Callable[[], object]) -> None:
    told: list[str] = []
    surroundings = OwnSurroundings(lambda: told.append("spoiled"))
    before = look()
    with surroundings.of_step({}):
        change()
        assert look() != before
    assert look() == before
    assert not told


def test_what_a_module_set_when_it_was_imported_is_there_for_each_step() -> None:
    with mpl.rc_context({"lines.linewidth": 5}), pd.option_context("display.max_rows", 9):
        surroundings = OwnSurroundings(lambda: None)
        before = look()
        for _ in range(2):
            with surroundings.of_step({}):
                assert look() == before
                mpl.rcParams["lines.linewidth"] = 1
                pd.reset_option("display.max_rows")
        assert look() == before


def test_a_figure_that_a_step_closed_and_that_was_there_before_is_lost() -> None:
    told: list[str] = []
    plt.figure()
    surroundings = OwnSurroundings(lambda: told.append("spoiled"))
    with surroundings.of_step({}):
        plt.close("all")
    assert told


def test_libraries_that_a_step_imports_itself_get_their_defaults() -> None:
    program = """
        from funsies.run.surroundings import OwnSurroundings

        surroundings = OwnSurroundings(lambda: print("spoiled"))
        for _ in range(2):
            with surroundings.of_step({}) as log:
                import matplotlib, pandas
                import matplotlib.pyplot as plt

                width = matplotlib.rcParams["lines.linewidth"]
                seen = width, pandas.get_option("display.max_rows"), plt.get_fignums()
                matplotlib.rcParams["lines.linewidth"] = 5
                pandas.set_option("display.max_rows", 5)
                plt.figure()
            print(seen)
    """
    ran = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)],
        env={"MPLBACKEND": "Agg", "PATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "(1.5, 60, [])\n" * 2


def test_looking_at_settings_costs_little() -> None:
    """After each step: a few of those that a worker does in a millisecond."""
    settings = Settings(data_libraries())
    assert min(timeit(settings.restore, number=10) / 10 for _ in range(20)) < 0.001
