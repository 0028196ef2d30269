"""Right programs check without complaint, and each wrong line is found.

Every file of ``cases`` is checked in one run of mypy without any plugin. A line that ends in
``# E: text`` must be reported with that text; any other line must not be reported. The same
files go through basedpyright: lines without the mark must be clean there as well, and lines
with it are errors. ``# E[mypy]`` and ``# E[pyright]`` mark what only one of them finds.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(300)  # type checkers read all of funsies when they do so first

HERE = Path(__file__).parent
ROOT = HERE.parent
PLAIN = sorted((HERE / "cases").glob("*.py"))
WITH_RETURNS_PLUGIN = sorted((HERE / "cases_with_returns_plugin").glob("*.py"))


MARK = re.compile(r"# E(?:\[(?P<only>mypy|pyright)\])?: (?P<text>.*)$")
MYPY_LINE = re.compile(r"^(?P<file>[^:]+):(?P<line>\d+): error: (?P<text>.*)$")

Reports = dict[tuple[str, int], list[str]]


def expected(files: list[Path]) -> dict[tuple[str, int], re.Match[str]]:
    """The marked lines: (file, line) to its mark."""
    return {
        (file.name, number): mark
        for file in files
        for number, line in enumerate(file.read_text().splitlines(), 1)
        if (mark := MARK.search(line))
    }


def mypy(files: list[Path], cache: Path, *, plugin: str = "") -> Reports:
    """Run mypy once over the files, strictly, whatever configuration is around."""
    config = cache / "mypy.ini"
    untyped = "[mypy-sklearn.*]\nignore_missing_imports = true\n"  # a recipe uses it
    config.write_text(f"[mypy]\nstrict = true\nplugins = {plugin}\n{untyped}")
    command = [sys.executable, "-m", "mypy", "--config-file", str(config), "--no-pretty"]
    done = subprocess.run(
        [*command, "--cache-dir", str(cache / "cache"), *map(str, files)],
        cwd=ROOT,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    reports: Reports = defaultdict(list)
    for line in done.stdout.splitlines():
        if found := MYPY_LINE.match(line):
            reports[Path(found["file"]).name, int(found["line"])].append(found["text"])
    return reports


def basedpyright(files: list[Path], folder: Path, *, mode: str) -> Reports:
    """Run basedpyright over the files; only errors count, as in an editor."""
    config = folder / "pyrightconfig.json"
    settings = {"typeCheckingMode": mode, "include": [str(file) for file in files]}
    config.write_text(json.dumps({**settings, "extraPaths": [str(ROOT)]}))
    command = [sys.executable, "-m", "basedpyright", "--outputjson", "--level", "error"]
    done = subprocess.run(
        [*command, "--pythonpath", sys.executable, "--project", str(config)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    answer = json.loads(done.stdout)
    assert answer["summary"]["filesAnalyzed"] == len(files)
    reports: Reports = defaultdict(list)
    for each in answer["generalDiagnostics"]:
        line = each["range"]["start"]["line"] + 1
        reports[Path(each["file"]).name, line].append(each["message"])
    return reports


def reports_of(files: list[Path], reports: Reports) -> Reports:
    """Those of some of the files."""
    names = {file.name for file in files}
    return {place: texts for place, texts in reports.items() if place[0] in names}


def compare_with_mypy(files: list[Path], reports: Reports) -> None:
    marks = expected(files)
    false_errors = {place: texts for place, texts in reports.items() if place not in marks}
    missed = {
        place: (mark["text"], reports.get(place))
        for place, mark in marks.items()
        if mark["only"] != "pyright"
        and not any(mark["text"] in text for text in reports.get(place, []))
    }
    assert (false_errors, missed) == ({}, {})


@pytest.mark.slow
def test_mypy_without_any_plugin_accepts_right_lines_and_finds_wrong_ones(
    plain_reports: Reports,
) -> None:
    compare_with_mypy(PLAIN, reports_of(PLAIN, plain_reports))


@pytest.mark.slow
def test_with_the_plugin_of_returns_its_functions_infer_exact_types(tmp_path: Path) -> None:
    plugin = "returns.contrib.mypy.returns_plugin"
    compare_with_mypy(WITH_RETURNS_PLUGIN, mypy(WITH_RETURNS_PLUGIN, tmp_path, plugin=plugin))


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["standard", "strict"])
def test_basedpyright_accepts_right_lines_and_finds_wrong_ones(
    mode: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    if mode == "standard":
        reports = reports_of(PLAIN, request.getfixturevalue("pyright_reports"))
    else:
        reports = basedpyright(PLAIN, tmp_path, mode=mode)
    marks = expected(PLAIN)
    false_errors = {place: texts for place, texts in reports.items() if place not in marks}
    missed = [
        place
        for place, mark in marks.items()
        if mark["only"] != "mypy" and not reports.get(place)
    ]
    assert (false_errors, missed) == ({}, [])
