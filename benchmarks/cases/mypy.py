"""What the mypy plugin costs on a long workflow, in processor time of mypy."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

from harness import Case, Figures, Setting, spread

CASE = Case(
    "mypy with the plugin on a workflow of n lines, beside mypy alone",
    n=10_000,
    quick_n=200,
    unit="lines",
)

HEADER = """\
from typing import Literal
import funsies as f

@f.task
def mean(samples: list[float], weight: float = 1.0) -> float:
    return weight * sum(samples) / len(samples)

def parse(text: bytes, scale: float, *more: float) -> list[float]:
    return [scale * float(word) for word in text.split()] + list(more)

def both(left: float, right: float) -> tuple[float, str]:
    return left + right, str(left)

start = f.put(1.0)
"""

BLOCK = """\

def molecule_{0}(name: str, charge: f.Artefact[float]) -> f.Artefact[float]:
    relaxed = f.shell(
        "relax start.xyz > energies.csv",
        inp={{"start.xyz": name, "charge": charge}},
        out=["energies.csv", "final.xyz"],
    )
    energies = f.reduce(parse, relaxed.out["energies.csv"], 2.0, charge)
    total = mean(energies, weight=charge)
    value, text = f.py(both, total, 1.0)
    label = f.template("{{{{name}}}}", {{"name": text}})
    size = f.morph(lambda data: len(data) + 1, label)
    scaled = f.reduce(lambda x, y: x * y, value, size)
    rounded = scaled.map(round).map(float)
    later = rounded.bind(lambda x: f.put([x]))
    return f.reduce(max, mean(later), rounded)

step_{0} = molecule_{0}("water", start)
f.execute(step_{0})
"""


def measure(setting: Setting) -> Figures:
    """Seconds of processor time for a workflow of ``n`` lines, with the plugin and without.

    What the workflow imports is in mypy's cache; the workflow itself is not.
    """
    seconds: dict[str, list[float]] = {"": [], "funsies_mypy": []}
    with tempfile.TemporaryDirectory(prefix="funsies-benchmark-") as directory:
        place = Path(directory)
        for plugin in seconds:
            _write(place, setting.n, 0)
            _mypy(place, plugin)
        for repeat in range(setting.repeats):
            for plugin, taken in seconds.items():
                _write(place, setting.n, repeat + 1)
                taken.append(_mypy(place, plugin))
    costs = [
        100 * (with_it / without - 1)
        for with_it, without in zip(seconds["funsies_mypy"], seconds[""], strict=True)
    ]
    return {
        "lines": setting.n,
        **spread("seconds_without_plugin", seconds[""]),
        **spread("seconds_with_plugin", seconds["funsies_mypy"]),
        **spread("cost_percent", costs, 1),
    }


def _write(place: Path, lines: int, version: int) -> None:
    blocks = (lines - HEADER.count("\n")) // BLOCK.count("\n")
    text = HEADER + "".join(BLOCK.format(number) for number in range(blocks))
    (place / "workflow.py").write_text(f"{text}\nversion = {version}\n")


def _mypy(place: Path, plugin: str) -> float:
    """Run mypy; return the processor time that it took.

    Raises:
        RuntimeError: if it finds anything: the workflow is right.
    """
    config = place / f"mypy{plugin}.ini"
    config.write_text(f"[mypy]\nstrict = true\nplugins = {plugin}\n")
    root = str(Path(__file__).parents[2])
    before = os.times()
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--config-file", str(config), "workflow.py"],
        cwd=place,
        env={**os.environ, "MYPY_CACHE_DIR": f"cache{plugin}", "PYTHONPATH": root},
        capture_output=True,
        text=True,
        check=False,
    )
    after = os.times()
    if done.returncode:
        raise RuntimeError(done.stdout + done.stderr)
    return (
        after.children_user
        + after.children_system
        - (before.children_user + before.children_system)
    )
