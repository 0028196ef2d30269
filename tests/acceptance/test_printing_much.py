"""What is printed is streamed: large values do not fill the memory of a command."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

MEGABYTE = 1_000_000
UNIT_BYTES = 1 if sys.platform == "darwin" else 1024
SIZE = 80 * MEGABYTE
"""Of what is printed: whoever holds it once takes more than the bound."""

BOUND = 30 * MEGABYTE

STEPS = f"""\
import funsies as f
with f.Fun():
    printed = f.shell("head -c {SIZE} /dev/zero | tr '\\\\000' '\\"'")
    small = f.shell("echo small")
    for each in (small.hash, printed.hash, printed.stdout.hash):
        print(each[:12])
    f.execute(small, printed)
"""


# A process begins with the peak of the one that starts it: that must be a small one.
MEASURE = """\
import resource, subprocess, sys
code = subprocess.run(sys.argv[2:], stdout=open(sys.argv[1], "wb")).returncode
print(code, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak_bytes(shell, output: Path, *arguments: str) -> int:
    """Peak memory of a command whose output goes into a file."""
    command = [sys.executable, "-c", MEASURE, str(output), *shell.command("main", *arguments)]
    done = subprocess.run(
        command, cwd=shell.place, env=shell.environment(), capture_output=True, check=True
    )
    code, peak = map(int, done.stdout.split())
    assert code == 0, done.stderr
    return peak * UNIT_BYTES


@pytest.fixture
def hashes(shell) -> list[str]:
    """Steps of little and of much output, and values."""
    script = shell.script("much.py", STEPS)
    return shell.funsies("run", script, "--workers", "1").text.split()


@pytest.mark.slow
def test_large_outputs_go_through_in_flat_memory(shell, hashes: list[str], tmp_path) -> None:
    small, printed, stdout = hashes
    out = tmp_path / "out"
    least = peak_bytes(shell, out, "logs", small)

    def is_flat(*arguments: str) -> bool:
        return peak_bytes(shell, out, *arguments) < least + BOUND

    assert is_flat("logs", printed)
    whole = out.read_bytes()
    assert len(whole) == SIZE
    assert is_flat("logs", "--json", printed)
    assert json.loads(out.read_bytes())["log"] == whole.decode("utf-8", "replace")
    assert is_flat("cat", stdout)
    assert out.read_bytes() == whole
    assert is_flat("debug", printed, "-o", str(tmp_path / "look"))


def test_a_reader_that_has_enough_ends_it_quietly(shell, hashes: list[str]) -> None:
    for arguments in (["logs", hashes[1]], ["logs", "--json", hashes[1]], ["cat", hashes[2]]):
        with shell.launch(*arguments) as process:
            process.stdout.read(10)
            process.stdout.close()
            assert process.stderr.read() == ""
        assert process.returncode == 141
