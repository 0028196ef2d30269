"""The recipes whose graph is made while it runs, or by a name, or inside an application."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import urllib.error
import urllib.request
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

RECIPES = Path(__file__).parents[2] / "recipes"
CHEMISTRY = ("obabel", "xtb")


@pytest.fixture
def run(shell):
    """Run a copy of a recipe, which may be edited; give what it printed."""

    def run(script: str) -> list[str]:
        recipe = Path(script).parts[0]
        if not (shell.place / recipe).exists():
            shutil.copytree(RECIPES / recipe, shell.place / recipe)
        done = shell.funsies("run", script, "--workers", "2", within_seconds=110)
        assert done.code == 0, done.err
        return done.text.splitlines()

    return run


@pytest.fixture
def executed(shell):
    """Steps that ran since the last call of this, by the name of their task."""
    before: dict[str, int] = {}

    def executed() -> dict[str, int]:
        tasks = json.loads(shell.funsies("status", "--json").text)["tasks"]
        now = {name: counts["executed"] for name, counts in tasks.items()}
        new = {name: number - before.get(name, 0) for name, number in now.items()}
        before.update(now)
        return {name: number for name, number in new.items() if number}

    return executed


@pytest.fixture
def chemistry() -> None:
    """Need the programs of the chemistry recipe: CI must have them, others may not."""
    missing = [program for program in CHEMISTRY if shutil.which(program) is None]
    if missing and os.environ.get("CI"):
        pytest.fail(f"{missing} must be installed in CI (apt-get install openbabel xtb)")
    if missing:
        pytest.skip(f"needs {missing} (apt-get install openbabel xtb)")


def edit(script: Path, old: str, new: str) -> None:
    """Replace the one place where a text stands."""
    text = script.read_text()
    assert text.count(old) == 1
    script.write_text(text.replace(old, new))


@pytest.mark.parametrize("recipe", sorted(path.name for path in RECIPES.glob("*/")))
def test_a_recipe_has_a_description_with_a_picture_of_its_graph(recipe):
    description = (RECIPES / recipe / "README.md").read_text()
    pictures = re.findall(r"!\[.+?\]\((\w+\.svg)\)", description)
    assert "graph.svg" in pictures
    for picture in pictures:
        drawn = ET.fromstring((RECIPES / recipe / picture).read_text())  # noqa: S314 - it is ours
        assert drawn.findall(".//{*}text")
    assert f"]({recipe})" in (RECIPES / "README.md").read_text()


# -- merge sort


@pytest.mark.slow
def test_merge_sort_sorts_120_numbers_and_errors_end_the_recursion(run, executed):
    (line,) = run("mergesort/mergesort.py")
    expected = sorted(position * 7919 % 1009 for position in range(120))
    assert [int(number) for number in line.split()] == expected
    assert executed()["merge"] == 119

    assert run("mergesort/mergesort.py") == [line]
    assert executed() == {}


@pytest.mark.slow
def test_merge_sort_sorts_only_the_parts_again_that_a_changed_number_is_in(
    run, executed, shell
):
    run("mergesort/mergesort.py")
    executed()
    script = shell.place / "mergesort" / "mergesort.py"
    edit(script, "for position in range(LENGTH)]", "for position in range(1, LENGTH)] + [-5]")
    assert run("mergesort/mergesort.py")[0].startswith("-5 ")
    executed()
    edit(script, "[-5]", "[-6]")
    assert run("mergesort/mergesort.py")[0].startswith("-6 ")
    assert executed()["merge"] <= 7, "once on each level"


# -- conformers: the dynamic search


@pytest.mark.slow
@pytest.mark.usefixtures("chemistry")
def test_the_search_relaxes_as_many_conformers_as_there_are_and_sorts_them(
    run, executed, shell
):
    header, *lines = run("conformers/search.py")
    assert header.split() == ["molecule", "energy/Eh", "above/kJ/mol"]
    rows = [line.split() for line in lines]
    rows.remove(["broken", "ExceptionRaised", "in", "not_empty"])
    found: dict[str, list[float]] = {}
    for name, energy, _ in rows:
        found.setdefault(name, []).append(float(energy))
    assert set(found) == {"ethanolamine", "ethylene_glycol", "pentane", "propanediol"}
    for energies in found.values():
        assert len(energies) > 1
        assert energies == sorted(energies)
    assert found["ethylene_glycol"][0] == pytest.approx(-15.4508, abs=1e-3)
    assert executed()["xtb"] == len(rows)
    assert (shell.place / "conformers.txt").read_text().splitlines() == [header, *lines]


@pytest.mark.slow
@pytest.mark.usefixtures("chemistry")
def test_another_molecule_costs_only_its_own_steps(run, executed, shell):
    run("conformers/search.py")
    executed()
    molecules = shell.place / "conformers" / "flexible.smi"
    molecules.write_text(molecules.read_text() + "CCO ethanol\n")
    lines = run("conformers/search.py")
    number = sum(line.startswith("ethanol ") for line in lines)
    again = executed()
    assert again["xtb"] == number > 0
    assert again["obabel"] == 2


# -- parameter scan


@pytest.mark.slow
def test_the_scan_finds_the_transition_and_plots_it(run, executed, shell):
    points = {
        (int(size), float(temperature)): float(found)
        for size, temperature, found in map(str.split, run("parameter-scan/scan.py"))
    }
    assert executed()["ising"] == len(points) == 27
    cold, warm = points[16, 1.5], points[16, 3.5]
    assert cold > 0.95
    assert warm < 0.25
    plot = ET.fromstring((shell.place / "magnetisation.svg").read_text())  # noqa: S314 - it is ours
    assert len(plot.findall(".//{*}polyline")) == 3
    assert len(plot.findall(".//{*}circle")) == len(points)


@pytest.mark.slow
def test_a_finer_grid_simulates_only_the_new_points(run, executed, shell):
    shutil.copytree(RECIPES / "parameter-scan", shell.place / "parameter-scan")
    scan = shell.place / "parameter-scan" / "scan.py"
    edit(scan, "SIZES = (4, 8, 16)", "SIZES = (4,)")
    assert len(run("parameter-scan/scan.py")) == 9
    executed()
    edit(
        scan,
        "1.5 + 0.25 * step for step in range(9)",
        "1.5 + 0.125 * step for step in range(17)",
    )
    assert len(run("parameter-scan/scan.py")) == 17
    assert executed()["ising"] == 8


# -- embedding


@pytest.fixture
def application(shell) -> Iterator[str]:
    """The web application; its address."""
    command = [sys.executable, str(RECIPES / "embedding" / "julia.py"), "--port", "0"]
    process = subprocess.Popen(
        command,
        cwd=shell.place,
        env=shell.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    with process:
        assert process.stdout is not None
        address = re.search(r"http://\S+", process.stdout.readline())
        assert address
        yield address[0]
        process.terminate()
        assert process.wait(60) == 0


def get(address: str) -> tuple[int, bytes, str]:
    """Status, body, and how many steps were computed for it."""
    try:
        with urllib.request.urlopen(address, timeout=100) as answer:  # noqa: S310 - it is http
            return answer.status, answer.read(), answer.headers["X-Steps-Computed"]
    except urllib.error.HTTPError as refused:
        with refused:
            return refused.code, refused.read(), ""


def test_the_web_application_draws_each_picture_once(application):
    drawn = get(f"{application}?real=-0.8&imaginary=0.156")
    again = get(f"{application}?real=-0.8&imaginary=0.156")
    assert drawn[0] == again[0] == 200
    assert drawn[1].startswith(b"\x89PNG\r\n")
    assert drawn[1] == again[1]
    assert (drawn[2], again[2]) == ("9", "0")


@pytest.mark.slow
def test_the_web_application_answers_many_at_once(application):
    pictures = [f"{application}?real=0.285&imaginary={number / 100}" for number in range(6)]
    with ThreadPoolExecutor(12) as browsers:
        answers = list(browsers.map(get, pictures * 2))
    assert {status for status, _, _ in answers} == {200}
    assert len({body for _, body, _ in answers}) == len(pictures)
    assert [body for _, body, _ in answers[:6]] == [body for _, body, _ in answers[6:]]


def test_the_web_application_refuses_what_it_cannot_draw(application):
    assert get(f"{application}?real=1")[0] == 400
    assert get(application.replace("julia", "mandelbrot"))[0] == 404
