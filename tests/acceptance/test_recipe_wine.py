"""The recipe of data science: its figures, what an edit costs, and the same bytes again."""

from __future__ import annotations

import json
import pickle
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

RECIPE = Path(__file__).parents[2] / "recipes" / "wine"
FILES = ("report.md", "scores.svg", "model.pkl")
DOWNSTREAM = ("split", "map_each:score", "gather", "tabulate", "best", "fit", "judge", "plot")
# The figures of these tests are those of the recipe's README.


def edit(file: Path, old: str, new: str) -> None:
    """Replace the first place where a text stands."""
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new, 1))


@pytest.fixture
def run(shell):
    """Run the recipe; give what was executed, by task, and what is in the files it wrote."""
    shutil.copytree(RECIPE, shell.place / "wine")
    before: dict[str, int] = {}

    def run() -> tuple[dict[str, int], list[bytes]]:
        done = shell.funsies("run", "wine/wine.py", "--workers", "2", within_seconds=110)
        assert done.code == 0, done.err
        tasks = json.loads(shell.funsies("status", "--json").text)["tasks"]
        now = {name: counts["executed"] for name, counts in tasks.items()}
        new = {name: number - before.get(name, 0) for name, number in now.items()}
        before.update(now)
        executed = {name: number for name, number in new.items() if number}
        return executed, [(shell.place / file).read_bytes() for file in FILES]

    return run


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_wines_are_read_cleaned_classified_drawn_and_reported_and_only_edits_run_again(
    run, shell
):
    script, data = shell.place / "wine" / "wine.py", shell.place / "wine" / "wine.csv"
    executed, (report, plot, model) = run()
    assert executed == {"read": 1, "clean": 1, "report": 1, "score": 12} | dict.fromkeys(
        DOWNSTREAM, 1
    )
    chosen = report.decode().splitlines()[2:4]
    right, number = [int(word) for word in " ".join(chosen).split() if word.isdigit()][-2:]
    assert number == 45
    assert right >= 40
    assert report.decode().count("\n| ") == 2 + 3 + 2 + 12
    assert len(ET.fromstring(plot).findall(".//{*}text")) > 3  # noqa: S314 - it is ours
    assert pickle.loads(model).classes_.tolist() == ["barbera", "barolo", "grignolino"]  # noqa: S301

    assert run() == ({}, [report, plot, model])

    # One model more: the others are there, and the best one is as it was.
    edit(script, '"neighbours": [1, ', '"neighbours": [1, 2, ')
    executed, files = run()
    again = ("map_each:score", "gather", "score", "tabulate", "best", "plot", "report")
    assert executed == dict.fromkeys(again, 1)
    assert files[2] == model

    # Another way to the same clean wines: what map_each builds from them is there already.
    edit(script, "numbers >= 0", "numbers > -0.5")
    assert run() == ({"clean": 1, "map_each:score": 1}, files)

    # The file is cleaned by hand, in one line: the clean wines are the same.
    edit(data, " Barolo", "barolo")
    assert run() == ({"read": 1, "clean": 1, "map_each:score": 1}, files)

    # Another number of a wine that was put aside: no model has seen it.
    edit(data, "barolo,14.23", "barolo,14.24")
    apart = ("read", "clean", "split", "map_each:score", "judge")
    assert run() == (dict.fromkeys(apart, 1), files)

    # Another number of one that all models learn from.
    edit(data, "barolo,13.2,", "barolo,13.3,")
    executed, _ = run()
    assert executed["score"] == 13


@pytest.mark.slow
def test_the_file_of_wines_is_what_its_script_prints():
    script = RECIPE / "make_csv.py"
    printed = subprocess.run([sys.executable, script], capture_output=True, check=True).stdout
    assert printed == (RECIPE / "wine.csv").read_bytes()
