"""Large values go through a program without filling its memory."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import funsies as f

ROOT = Path(f.__file__).parents[1]
MEGABYTE = 1 << 20

PROGRAM = """
import resource, sys
import funsies as f

def peak_bytes():
    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit

url, directory = sys.argv[1:]
with f.Fun(f.Server(url, f"file://{directory}/store"), f.Options(distributed=False)):
    small = f.shell("cat a", inp={"a": f.put_file(__file__)})
    f.execute(small)
    f.takeout(small.stdout, f"{directory}/small")
    before = peak_bytes()
    large = f.shell("cat a; cp a b", inp={"a": f.put_file(f"{directory}/large")}, out=["b"])
    f.execute(large)
    f.takeout(large.stdout, f"{directory}/out")
    f.takeout(large.out["b"], f"{directory}/copy")
    print(peak_bytes() - before)
"""


def test_files_larger_than_memory_go_in_and_out(redis_url: str, tmp_path: Path) -> None:
    """``put_file``, a shell step and ``takeout`` of 120 MB take a few MB of memory."""
    block = os.urandom(MEGABYTE)
    with (tmp_path / "large").open("wb") as large:
        for _ in range(120):
            large.write(block)
    script = tmp_path / "program.py"
    script.write_text(PROGRAM)
    done = subprocess.run(
        [sys.executable, str(script), redis_url, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) < 25 * MEGABYTE
    expected = (tmp_path / "large").read_bytes()
    assert (tmp_path / "out").read_bytes() == expected
    assert (tmp_path / "copy").read_bytes() == expected
