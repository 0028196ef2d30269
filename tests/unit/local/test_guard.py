"""The process that cleans up after a program that could not."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from funsies.local.daemons import funsies_command


@pytest.mark.parametrize(("said", "is_left"), [(b"done", True), (b"", False)])
def test_a_guard_cleans_up_unless_the_program_says_that_it_has(
    said: bytes, is_left: bool, tmp_path: Path
):
    directory, temporary = tmp_path / ".funsies", tmp_path / "temporary"
    directory.mkdir()
    temporary.mkdir()
    command = funsies_command("guard", str(directory), f"--remove={temporary}")
    done = subprocess.run(command, input=said, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, b"", b"")
    assert temporary.exists() is is_left


def test_a_guard_that_has_nothing_to_do_imports_nothing_for_it(tmp_path: Path):
    code = (
        "import sys\n"
        "from funsies.cli.main import main\n"
        f"main(['guard', {str(tmp_path)!r}])\n"
        "print(sorted({'redis', 'funsies.local.guard', 'funsies.store'} & {*sys.modules}))"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, input=b"done", capture_output=True, timeout=60, check=False)
    assert done.stderr == b""
    assert done.stdout.strip() == b"[]"
