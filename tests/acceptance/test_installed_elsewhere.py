"""``pip install --target lib funsies``, with ``lib`` in the PYTHONPATH: all of it works."""

from __future__ import annotations

import sysconfig
from pathlib import Path

import pytest

import funsies

STEPS = """
import funsies as f
from returns.result import Success

def add(x: int) -> int:
    return Success(x).value_or(0) + 1

def items(n: int) -> list[int]:
    return list(range(n))

def build(x: int) -> f.Artefact[int]:
    return f.reduce(add, x)

with f.Fun():
    made = [f.map_each(add, f.reduce(items, 3)), f.reduce(add, 1).bind(build)]
    made.append(f.put("a").map(len))
    f.execute(*made)
    f.wait_for(*made)
    print(*(f.take(each) for each in made), f.__file__)
"""


@pytest.mark.slow
@pytest.mark.parametrize("folder", ["lib", "__pypackages__/3.11/lib"])
def test_workers_run_every_kind_of_step(shell, folder):
    library = shell.place / folder
    library.mkdir(parents=True)
    for installed in Path(sysconfig.get_path("purelib")).iterdir():
        (library / installed.name).symlink_to(installed)
    (library / "funsies").symlink_to(Path(funsies.__file__).parent)
    shell.variables["PYTHONPATH"] = str(library)
    script = shell.script("steps.py", STEPS)
    done = shell.funsies("run", script, "--workers", "1")
    assert done.text.split("\n")[0] == f"[1, 2, 3] 3 1 {library / 'funsies' / '__init__.py'}"
    again = shell.funsies("run", script)
    assert "nothing to do" in again.err
