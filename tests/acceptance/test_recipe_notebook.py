"""The recipe that is a notebook runs as it is, with workers in the background."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from .travel.kernels import on_busy_machines
from .travel.projects import clean_environment

RECIPE = Path(__file__).parents[2] / "recipes" / "notebook" / "magnet.ipynb"


@pytest.fixture
def place() -> Iterator[Path]:
    made = Path(tempfile.mkdtemp(prefix="fr")).resolve()
    yield made
    shutil.rmtree(made, ignore_errors=True)


def executed(place: Path) -> list[str]:
    """Run the notebook to its end; give what each cell printed and showed."""
    notebook = nbformat.read(RECIPE, as_version=4)
    environment = clean_environment(IPYTHONDIR=str(place / ".ipython"))
    client = NotebookClient(notebook, timeout=100, config=on_busy_machines(place))
    client.execute(cwd=str(place), env=environment)
    return [
        "".join(  # what one cell prints may come in several pieces
            each.text if each.output_type == "stream" else each.data["text/plain"]
            for each in cell.outputs
            if each.output_type == "execute_result" or each.get("name") == "stdout"
        )
        for cell in notebook.cells
        if cell.cell_type == "code"
    ]


def test_the_notebook_is_kept_without_its_output() -> None:
    notebook = nbformat.read(RECIPE, as_version=4)
    nbformat.validate(notebook)
    for cell in notebook.cells:
        assert cell.get("outputs", []) == []
        assert cell.get("execution_count") is None


@pytest.mark.slow
def test_the_notebook_runs_as_it_is_and_computes_nothing_the_second_time(place: Path) -> None:
    first = executed(place)
    assert "execution of 6 steps" in first[3]
    assert "6 done" in first[3]
    assert first[4].startswith("1.0  ########################################\n")
    assert '"temperature":1.0' in first[5].replace(" ", "")
    assert first[6] == "4 steps were new\n"
    assert "ZeroDivisionError" in first[7]
    assert "math.exp(-cost / temperature)" in first[7]
    assert first[8].startswith("it melts near 2.")
    second = executed(place)
    assert "nothing to do" in second[3]
    assert second[6] == "0 steps were new\n"
    assert second[4] == first[4]
    assert second[8] == first[8]
