"""A program that embeds funsies stays its own master."""

from __future__ import annotations

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

import funsies as f

ROOT = Path(f.__file__).parents[1]

# ctypes is there before, since a newer libffi keeps its own file open from then on.
OBSERVER = """
import ctypes, logging, os, signal, sys, threading, time
{preparation}

def look():
    root, own = logging.getLogger(), logging.getLogger("funsies")
    is_linux = sys.platform == "linux"
    return {{
        "signals": [signal.getsignal(number) for number in sorted(signal.valid_signals())],
        "timer": signal.getitimer(signal.ITIMER_REAL),
        "logging": [list(root.handlers), root.level, list(own.handlers), own.level],
        "threads": threading.enumerate(),
        "environment": dict(os.environ),
        "directory": os.getcwd(),
        "hooks": [sys.excepthook, sys.displayhook, threading.excepthook, sys.unraisablehook],
        "streams": [sys.stdout, sys.stderr, sys.stdin],
        "umask": [os.umask(0o22), os.umask(0o22)],
        "tasks": os.listdir("/proc/self/task") if is_linux else [],
        "descriptors": os.listdir("/proc/self/fd") if is_linux else [],
    }}

os.umask(0o22)
before = look()
{program}
after = look()
end = time.monotonic() + 10
while after["tasks"] != before["tasks"] and time.monotonic() < end:
    os.sched_yield()  # a joined thread leaves the kernel a moment later
    after = look()
for name in before:
    if before[name] != after[name]:
        sys.exit(f"{{name}} changed: {{before[name]}} -> {{after[name]}}")
"""

IMPORT = """
import funsies
for name in funsies.__all__:
    getattr(funsies, name)
"""

WORKFLOW = """
import funsies as f

def add(a: int, b: int) -> int:
    return a + b

def fail(a: int) -> int:
    import os
    os.environ["LEFT_BEHIND"] = "1"
    os.chdir("/")
    raise ValueError(a)

with f.Fun({server}):
    total = f.reduce(add, 1, f.reduce(add, 2, 3, opt=f.options(timeout=60)))
    text = f.shell("cat a; echo b", inp={{"a": "hello"}}, opt=f.options(env={{"A": "1"}}))
    failed = f.reduce(fail, 1)
    f.execute(total, text, failed)
    assert f.take(total) == 6
    assert f.take(text.stdout).split() == [b"hellob"]
    assert type(f.take(failed, strict=False)).__name__ == "Failure"
"""


def observe(program: str, preparation: str = "") -> subprocess.CompletedProcess[str]:
    """Run a program in a fresh process that looks at itself before and after."""
    return subprocess.run(
        [sys.executable, "-c", OBSERVER.format(program=program, preparation=preparation)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_importing_funsies_changes_nothing_in_the_process() -> None:
    done = observe(IMPORT)
    assert done.returncode == 0, done.stderr
    assert done.stdout + done.stderr == ""


def test_running_a_workflow_in_memory_changes_nothing_in_the_process() -> None:
    """No signal handler, logging set-up, thread, descriptor, variable or directory is left."""
    program = WORKFLOW.format(server='f.Server("memory://")')
    done = observe(program)
    assert done.returncode == 0, done.stderr
    assert done.stdout + done.stderr == ""


def test_running_steps_here_on_a_server_changes_nothing_in_the_process(redis_url: str) -> None:
    server = f'f.Server("{redis_url}"), f.options(distributed=False)'
    done = observe(WORKFLOW.format(server=server))
    assert done.returncode == 0, done.stderr
    assert done.stdout + done.stderr == ""


def test_a_program_keeps_the_signal_handlers_that_it_has() -> None:
    preparation = """
signal.signal(signal.SIGTERM, lambda number, frame: None)
signal.signal(signal.SIGALRM, lambda number, frame: None)
signal.signal(signal.SIGINT, signal.SIG_IGN)
"""
    program = WORKFLOW.format(server='f.Server("memory://")')
    done = observe(program, preparation)
    assert done.returncode == 0, done.stderr


def double(number: int) -> int:
    return 2 * number


def test_threads_have_each_their_own_server_side_by_side() -> None:
    def program(number: int) -> list[int]:
        with f.Fun(f.Server("memory://"), f.Options(priority=number)):
            steps = [f.reduce(double, number * 100 + each) for each in range(10)]
            assert steps[0].operation is not None
            assert steps[0].operation.options.priority == number
            f.execute(steps)
            return [f.take(step) for step in steps]

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(program, range(8)))
    assert found == [[2 * (n * 100 + each) for each in range(10)] for n in range(8)]


def test_threads_share_a_server_side_by_side(redis_url: str) -> None:
    server = f.Server(redis_url)

    def program(number: int) -> list[int]:
        with f.Fun(server, f.Options(distributed=False)):
            steps = [f.reduce(double, each) for each in range(number, number + 10)]
            f.execute(steps)
            f.wait_for(steps, timeout=60)
            return [f.take(step) for step in steps]

    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(program, range(4)))
    assert found == [[2 * each for each in range(n, n + 10)] for n in range(4)]


def test_contexts_may_be_nested_and_do_not_see_each_other() -> None:
    with f.Fun(f.Server("memory://")) as outer:
        one = f.reduce(double, 1)
        with f.Fun(f.Server("memory://")) as inner:
            two = f.reduce(double, 2)
            f.execute(two)
            assert f.take(two) == 4
        f.execute(one)
        assert f.take(one) == 2
        assert len(outer.operations) == len(inner.operations) == 1
        with pytest.raises(f.UnwrapError):
            f.take(two)


def test_a_thread_without_a_context_of_its_own_has_none() -> None:
    with f.Fun(f.Server("memory://")), ThreadPoolExecutor(1) as pool:
        step = f.reduce(double, 1)
        f.execute(step)
        with pytest.raises(f.FunsiesError, match="inside `with Fun"):
            pool.submit(f.take, step).result()
