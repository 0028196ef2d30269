"""Libraries of one's own that are installed, and funsies itself in a folder of any name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import ROOT

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

LIBRARY = {
    "pyproject.toml": """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "{name}"
version = "1.0"
""",
    "{name}/__init__.py": "from .core import compute, Kind\n",
    "{name}/core.py": """\
class Kind:
    rate = 2


def compute(x: int) -> int:
    return x * Kind.rate
""",
}

PROGRAM = """\
import funsies as f
import {name}
from {name} import compute


def step(x: int) -> int:
    return {name}.compute(x)


def inside(x: int) -> int:
    from {name}.core import Kind

    return x * Kind.rate


def grow(x: int) -> f.Artefact[int]:
    return f.reduce(compute, x)


with f.Fun():
    steps = [f.reduce(step, 1), f.reduce(compute, 1), f.reduce(inside, 1)]
    steps += [f.put(1).bind(grow), f.map_each(step, [1]).map(sum)]
    f.execute(*steps)
    f.wait_for(*steps)
    print([f.take(each) for each in steps])
"""


@pytest.fixture
def install(installed_python, tmp_path):
    """Install a library of one's own from its directory, with options of pip."""

    def install(name: str, rate: int, *options: str) -> None:
        for path, text in LIBRARY.items():
            file = tmp_path / path.format(name=name)
            file.parent.mkdir(exist_ok=True)
            file.write_text(text.format(name=name).replace("rate = 2", f"rate = {rate}"))
        _pip(installed_python, "--force-reinstall", "--no-deps", *options, str(tmp_path))

    return install


def _pip(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "install", "--quiet", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_an_installed_library_of_ones_own_counts_by_its_content(
    install, solo, installed_python
):
    solo.python = installed_python
    solo.write_files({"main.py": PROGRAM.format(name="lib_from_directory")})
    for rate in (2, 3, 2):
        install("lib_from_directory", rate)
        shown = solo.funsies("run", "main.py", "--workers", "1").lines
        assert shown == [str([rate] * 5)]


def test_an_editable_library_counts_by_its_content(install, solo, installed_python, tmp_path):
    solo.python = installed_python
    solo.write_files({"main.py": PROGRAM.format(name="lib_editable")})
    for rate in (2, 30, 2):
        install("lib_editable", rate, "--editable")
        shown = solo.funsies("run", "main.py", "--workers", "1").lines
        assert shown == [str([rate] * 5)]


@pytest.fixture(scope="session")
def target(tmp_path_factory) -> Path:
    """A folder that is not called site-packages and has funsies and what it needs."""
    folder = tmp_path_factory.mktemp("vendored")
    _pip(Path(sys.executable), "--target", str(folder), str(ROOT))
    return folder


FIVE = """\
import funsies as f
import helper


def step(x: int) -> int:
    return helper.twice(x)


def grow(x: int) -> f.Artefact[int]:
    return f.reduce(step, x)


def rescued(error: f.Error) -> f.Artefact[int]:
    return f.put(5)


@f.task
def task(x: int) -> int:
    return x + 1


with f.Fun():
    steps = [f.reduce(step, 1), task(2), f.put(3).bind(grow), f.map_each(step, [1]).map(sum)]
    steps += [f.morph(int, "nothing", out=int).lash(rescued), f.reduce(lambda x: x, 6, out=int)]
    f.execute(*steps)
    f.wait_for(*steps)
    print([f.take(each) for each in steps], f.__file__)
"""


@pytest.mark.parametrize("way", ["memory", "funsies run"])
def test_funsies_works_from_a_folder_on_the_path(way, target, solo):
    solo.variables["PYTHONPATH"] = str(target)
    solo.write_files({"main.py": FIVE, "helper.py": "def twice(x):\n    return 2 * x\n"})
    if way == "memory":
        solo.server = "memory://"
        done = solo.run("main.py")
    else:
        done = solo.run(str(target / "bin" / "funsies"), "run", "main.py", "--workers", "1")
    assert done.lines == [f"[2, 3, 6, 2, 5, 6] {target / 'funsies' / '__init__.py'}"]
