"""The plugin says the same under the oldest mypy that works with ``returns``."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from typecheck_tests.test_cases import HERE, MYPY_LINE, ROOT, compare_with_mypy

OLDEST = "mypy==1.12.1"
CASES = sorted((HERE / "cases_with_plugin").glob("*.py"))


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_the_oldest_mypy_reports_the_same(tmp_path: Path) -> None:
    place = tmp_path / "venv"
    venv.create(place, with_pip=True)
    python = str(place / "bin" / "python")
    subprocess.run([python, "-m", "pip", "install", "--quiet", OLDEST], check=True)
    config = tmp_path / "mypy.ini"
    config.write_text("[mypy]\nstrict = true\nplugins = funsies_mypy\n")
    done = subprocess.run(
        [
            *(python, "-m", "mypy", "--config-file", str(config), "--no-pretty"),
            *("--python-executable", sys.executable, *map(str, CASES)),
        ],
        cwd=ROOT,
        env={"MYPYPATH": str(ROOT), "PYTHONPATH": str(ROOT), "MYPY_CACHE_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 1, done.stdout + done.stderr
    reports: dict[tuple[str, int], list[str]] = {}
    for line in done.stdout.splitlines():
        found = MYPY_LINE.match(line)
        # How an old mypy finds the code of funsies itself is no concern of its users.
        if found and Path(found["file"]).parent.name == "cases_with_plugin":
            place_in_file = Path(found["file"]).name, int(found["line"])
            reports.setdefault(place_in_file, []).append(found["text"])
    compare_with_mypy(CASES, reports)
