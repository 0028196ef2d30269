"""A program that makes tables, as a data scientist writes it: twice, and looked at."""

from __future__ import annotations

import pytest

pytest.importorskip("pandas")

MEASURED = """
from dataclasses import dataclass
import numpy as np
import pandas as pd


@dataclass
class Fit:
    slopes: pd.Series
    table: pd.DataFrame


def measure(samples: int) -> pd.DataFrame:
    times = np.arange(samples * 3) / 10
    return pd.DataFrame(
        {
            "sample": np.repeat([f"sample {n}" for n in range(samples)], 3),
            "time": times,
            "signal": np.sin(times),
            "taken": pd.date_range("2020", periods=samples * 3, freq="h", tz="UTC"),
        }
    )


def pivoted(table: pd.DataFrame) -> pd.DataFrame:
    table["turn"] = table.groupby("sample").cumcount()
    return table.pivot(index="sample", columns="turn", values=["signal", "taken"])


def fitted(table: pd.DataFrame, wide: pd.DataFrame):
    spread = wide["signal"].astype(float).max(axis=1) - wide["signal"].astype(float).min(axis=1)
    return Fit(spread.rename("spread"), table.describe())
"""

SCRIPT = """
import funsies as f
import pandas as pd
from measured import *

with f.Fun():
    table = f.reduce(measure, 500)
    wide = f.reduce(pivoted, table)
    fit = f.reduce(fitted, table, wide)
    counted = f.shell("grep -c 'sample 7,' table.csv", inp={"table.csv": table})
    f.execute(fit, counted).wait()
    plain = measure(500)
    plain_wide = pivoted(plain.copy())
    expected = fitted(plain, plain_wide)
    pd.testing.assert_frame_equal(f.take(wide), plain_wide)
    pd.testing.assert_series_equal(f.take(fit).slopes, expected.slopes)
    pd.testing.assert_frame_equal(f.take(fit).table, expected.table)
    assert f.take(counted.stdout) == b"3\\n"
    print(table.hash)
"""


@pytest.mark.slow
def test_a_program_with_frames_agrees_with_plain_python(shell) -> None:
    shell.script("measured.py", MEASURED)
    script = shell.script("frames.py", SCRIPT)
    first = shell.funsies("run", script)
    assert first.code == 0, first.err
    again = shell.funsies("run", script)
    assert again.out == first.out, again.err
    shown = shell.funsies("cat", first.text.strip()).text
    assert shown.startswith("DataFrame, 1,500 rows, 4 columns\n")
    assert "sample 0" in shown
