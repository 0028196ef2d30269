"""What a step used is measured: its own, and not what others used in the same process."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

import pytest

import funsies as f
from funsies.store.execution_record import ExecutionRecord, decode_record

from .conftest import LifeLine
from .lab import Lab

MIB = 1 << 20
linux = pytest.mark.skipif(sys.platform != "linux", reason="the peak is set back on Linux only")


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path, owns_process=True)


def record_of(lab: Lab, artefact: f.Artefact) -> ExecutionRecord:
    assert artefact.producer is not None
    record = decode_record(lab.backend.graph.records([artefact.producer])[0])
    assert record is not None
    return record


def resident_mebibytes() -> int:
    """What this process has in memory now."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * resource.getpagesize() // MIB


def use(mebibytes: int) -> int:
    return len(bytearray(mebibytes << 20))


def spin(seconds: float) -> int:
    end, rounds = time.process_time() + seconds, 0
    while time.process_time() < end:
        rounds += 1
    return rounds


def double(data: bytes) -> bytes:
    return data * 2


def use_in_child(mebibytes: int) -> int:
    code = f"x = bytearray({mebibytes} << 20)"
    return subprocess.run([sys.executable, "-c", code], check=True).returncode


def shell_use(mebibytes: int) -> f.ShellOutput:
    return f.shell(f"{sys.executable} -c 'x = bytearray({mebibytes} << 20)'")


@linux
def test_the_peak_of_memory_is_that_of_the_step_and_not_of_an_earlier_one(lab: Lab) -> None:
    large, small = f.py(use, 300), f.py(use, 1)
    lab.run(large)
    lab.run(small)
    high, low = (record_of(lab, each).peak_memory_bytes for each in (large, small))
    assert high is not None
    assert low is not None
    assert high - low > 250 * MIB


@linux
def test_the_peak_of_an_isolated_step_is_that_of_its_process(lab: Lab) -> None:
    # Both begin as copies of this process, which other tests have made large: the first has to
    # use more than what it gives back of that.
    begins = resident_mebibytes()
    large = f.py(use, begins + 300, opt=f.options(isolated=True))
    small = f.py(use, 2, opt=f.options(isolated=True))
    lab.run(large)
    lab.run(small)
    high, low = (record_of(lab, each).peak_memory_bytes for each in (large, small))
    assert high is not None
    assert low is not None
    assert high - low > 250 * MIB
    assert high >= (begins + 300) * MIB


@linux
def test_what_children_of_a_python_step_used_counts_or_is_not_known(lab: Lab) -> None:
    """The kernel keeps one peak of all children, so that of a smaller one cannot be known."""
    earlier = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss // 1024
    most = max(700, earlier + 100)
    large, small, own = f.py(use_in_child, most), f.py(use_in_child, 1), f.py(use, 4)
    for each in (large, small, own):
        lab.run(each)
    peaks = [record_of(lab, each).peak_memory_bytes for each in (large, small, own)]
    assert peaks[0] is not None
    assert peaks[0] > most * MIB
    assert peaks[1] is None
    assert peaks[2] is not None


def test_the_peak_of_a_command_is_its_own_or_is_not_known(lab: Lab) -> None:
    """A command that uses less than the worker's process cannot be told from it."""
    large, small = shell_use(900), f.shell("true")
    lab.run(large.stdout)
    lab.run(small.stdout)
    high = record_of(lab, large.stdout).peak_memory_bytes
    assert high is not None
    assert 900 * MIB < high < 1000 * MIB
    assert record_of(lab, small.stdout).peak_memory_bytes is None


def test_cpu_time_is_that_of_the_step_and_of_its_children(lab: Lab) -> None:
    burn = f"{sys.executable} -c 'import time\nwhile time.process_time() < 0.3: pass'"
    busy, idle, command = f.py(spin, 0.3), f.py(use, 1), f.shell(burn)
    apart = f.py(spin, 0.3, opt=f.options(isolated=True))
    lab.run(busy, idle, command.stdout)
    lab.run(apart)
    for each in (busy, command.stdout, apart):
        seconds = record_of(lab, each).cpu_seconds
        assert seconds is not None
        assert 0.28 < seconds < 2
    seconds = record_of(lab, idle).cpu_seconds
    assert seconds is not None
    assert seconds < 0.2


def test_a_command_that_fails_or_runs_too_long_has_used_what_it_has_used(
    lab: Lab, life_line: LifeLine, over_when_ready: int
) -> None:
    burn = "import time\nwhile time.process_time() < 0.2: pass"
    failed = f.shell(f"{sys.executable} -c '{burn}\nraise SystemExit(3)'")
    late = f.shell(
        f"{sys.executable} -c '{burn}'; echo ready > '{life_line.path}'; sleep 1000",
        opt=f.options(timeout=over_when_ready),
    )
    lab.run(failed.stdout, late.stdout)
    for each in (failed.stdout, late.stdout):
        record = record_of(lab, each)
        assert record.cpu_seconds is not None
        assert record.cpu_seconds > 0.1
        assert record.seconds >= record.cpu_seconds / 2


def test_bytes_of_inputs_and_results_are_counted(lab: Lab) -> None:
    text = f.put(b"12345678")
    copied = f.shell("cat a > b", inp={"a": text}, out=["b"])
    doubled = f.py(double, copied.out["b"])
    lab.run(doubled, copied.stdout)
    record = record_of(lab, doubled)
    assert (record.bytes_in, record.bytes_out) == (8, 16)
    record = record_of(lab, copied.stdout)
    assert (record.bytes_in, record.bytes_out) == (8, 8 + len("0"))


def test_a_step_that_is_linked_or_was_not_run_claims_nothing(lab: Lab) -> None:
    """Early cutoff: the second one takes what the first has made."""
    once = f.py(use, f.py(lambda: 5))
    lab.run(once)
    again = f.py(use, f.py(lambda: 2 + 3))
    lab.run(again)
    record = record_of(lab, again)
    assert record.linked
    assert record.seconds == 0
    used = (record.cpu_seconds, record.peak_memory_bytes, record.bytes_in, record.bytes_out)
    assert used == (None, None, None, None)


def test_a_program_that_runs_steps_itself_keeps_its_own_peak(tmp_path: Path) -> None:
    """What ``getrusage`` says in it is of the program, and not of its last step."""
    lab = Lab(tmp_path)
    lab.run(f.py(use, 200))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    small = f.py(use, 1)
    lab.run(small)
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >= before
    assert record_of(lab, small).peak_memory_bytes is None
