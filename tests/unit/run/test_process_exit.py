"""Processes are watched to their ends, and their ends are told apart."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import closing

import pytest

from funsies.run.machine_faults import memory
from funsies.run.orphans import has_children
from funsies.run.process_exit import ExitNotice, kill_group, lead_group, peak_memory_bytes


def child(code):
    """Start a Python process that runs some code once it is told to."""
    return subprocess.Popen([sys.executable, "-c", "input();" + code], stdin=subprocess.PIPE)


def go(process):
    process.stdin.write(b"\n")
    process.stdin.close()


@pytest.mark.parametrize("kernel", ["new", "old"])
@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("import os; os._exit(0)", 0),
        ("import os; os._exit(3)", 3 << 8),
        ("import os, signal; os.kill(os.getpid(), signal.SIGKILL)", signal.SIGKILL),
    ],
)
def test_every_way_to_end_is_seen(code, status, kernel, monkeypatch):
    if kernel == "old":
        monkeypatch.delattr(os, "pidfd_open")
    process = child(code)
    with closing(ExitNotice(process.pid)) as watch:
        assert not watch.wait(0)
        go(process)
        assert watch.wait(30)
        seen, usage = watch.collect()
    process.returncode = seen  # it is collected: Popen need not look for it
    assert seen == status
    assert peak_memory_bytes(usage) > 1 << 20


def test_a_group_is_killed_whole():
    process = subprocess.Popen(
        ["sh", "-c", "sleep 600 & echo $!; wait"],
        stdout=subprocess.PIPE,
        start_new_session=True,
    )
    grandchild = int(process.stdout.readline())
    with closing(ExitNotice(process.pid)) as watch:
        kill_group(process.pid)
        assert watch.wait(30)
    process.wait()
    assert process.stdout.read() == b"", "the pipe ends when the last of the group has ended"
    process.stdout.close()
    assert grandchild > 0


def test_a_group_that_is_gone_is_no_trouble():
    process = subprocess.Popen(["true"], start_new_session=True)
    process.wait()
    kill_group(process.pid)
    lead_group(process.pid)


@pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning")  # threads of tests
def test_children_are_noticed():
    pid = os.fork()
    if pid == 0:
        os._exit(0 if not has_children() else 1)
    assert has_children()
    assert os.waitpid(pid, 0)[1] == 0


class TestOutOfMemoryKills:
    """Kills for want of memory are counted by the kernel, in one place or another."""

    @pytest.fixture
    def machine(self, tmp_path, monkeypatch):
        monkeypatch.setattr(memory, "CGROUP", tmp_path / "cgroup")
        monkeypatch.setattr(memory, "CGROUP_ROOT", tmp_path)
        monkeypatch.setattr(memory, "VMSTAT", tmp_path / "vmstat")
        (tmp_path / "vmstat").write_text("nr_free_pages 4\noom_kill 11\n")
        return tmp_path

    def test_in_the_control_group(self, machine):
        (machine / "cgroup").write_text("0::/job/7\n")
        (machine / "job" / "7").mkdir(parents=True)
        (machine / "job" / "7" / "memory.events").write_text("oom 5\noom_kill 3\n")
        assert memory.out_of_memory_kills() == 3

    def test_in_a_control_group_of_the_first_version(self, machine):
        (machine / "cgroup").write_text("9:cpu:/\n4:memory,x:/job\n0::/\n")
        (machine / "memory" / "job").mkdir(parents=True)
        counter = machine / "memory" / "job" / "memory.oom_control"
        counter.write_text("oom_kill_disable 0\nunder_oom 0\noom_kill 2\n")
        assert memory.out_of_memory_kills() == 2

    def test_of_the_machine_if_there_is_no_control_group(self, machine):
        assert not (machine / "cgroup").exists()
        assert memory.out_of_memory_kills() == 11

    def test_none_where_nobody_counts(self, machine):
        (machine / "vmstat").unlink()
        assert memory.out_of_memory_kills() == 0
