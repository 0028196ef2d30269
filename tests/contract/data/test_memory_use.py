"""Values of any size pass through in flat memory."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

PASS_THROUGH = """
import resource, sys
from funsies.store.data import open_data_store

store = open_data_store(sys.argv[1])
def peak_kilobytes():
    unit_bytes = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit_bytes // 1024

def source():
    for number in range(96):
        yield bytes([number]) * (1 << 20)

store.write([b"warm up"])
before = peak_kilobytes()
digest, size_bytes = store.write(source())
total = 0
with store.open(digest) as stream:
    while data := stream.read(1 << 20):
        total += len(data)
print(total == size_bytes == 96 << 20, peak_kilobytes() - before)
"""


@pytest.mark.parametrize("kind", ["disk", "redis"])
def test_a_value_of_96_mib_takes_less_than_24_mib(
    kind: str,
    tmp_path: Path,
    request: pytest.FixtureRequest,
    start_python: Callable[..., subprocess.Popen[str]],
):
    url = f"file://{tmp_path}" if kind == "disk" else request.getfixturevalue("redis_url")
    output, _ = start_python(PASS_THROUGH, url).communicate()
    is_whole, kilobytes = output.split()
    assert is_whole == "True"
    assert int(kilobytes) < 24 << 10
