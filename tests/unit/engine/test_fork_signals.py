"""Who ends a process that a step has forked need not wait for ever."""

from __future__ import annotations

import subprocess
import sys

AS_A_HORSE = """\
import multiprocessing, os, signal, subprocess, threading, time
from funsies.engine.supervision.status_board import StatusBoard
from funsies.engine.supervision.child import ChildObserver

ChildObserver(StatusBoard()).install_handlers()
context = multiprocessing.get_context("fork")


def ended_at_once(times):
    for _ in range(times):
        process = context.Process(target=time.sleep, args=(1000,))
        process.start()
        process.terminate()
        process.join()
        assert process.exitcode == -signal.SIGTERM


def by_a_pool():
    for _ in range(10):
        with context.Pool(4) as pool:
            pool.map(abs, [1])


def by_a_thread():
    thread = threading.Thread(target=ended_at_once, args=(20,))
    thread.start()
    thread.join()


def by_fork():
    for _ in range(30):
        pid = os.fork()
        if pid == 0:
            time.sleep(1000)
            os._exit(0)
        os.kill(pid, signal.SIGTERM)
        assert os.waitpid(pid, 0)[1] == signal.SIGTERM


def from_below():
    process = context.Process(target=ended_at_once, args=(20,))
    process.start()
    process.join()
    assert process.exitcode == 0


def by_a_program():
    command = ["sleep", "1000"]
    for more in ({}, {"preexec_fn": os.getpid}):
        with subprocess.Popen(command, **more) as process:
            process.terminate()
            assert process.wait() == -signal.SIGTERM


def as_it_was():
    held = {signal.SIGTERM, signal.SIGUSR1}
    signal.pthread_sigmask(signal.SIG_SETMASK, held)
    pid = os.fork()
    if pid == 0:
        os._exit(signal.pthread_sigmask(signal.SIG_BLOCK, ()) != held)
    assert os.waitpid(pid, 0)[1] == 0
    assert signal.pthread_sigmask(signal.SIG_SETMASK, ()) == held


ended_at_once(30)
by_a_pool()
by_a_thread()
by_fork()
from_below()
by_a_program()
as_it_was()
"""


def test_what_a_step_forks_is_ended_by_signals_however_early_they_come() -> None:
    """Also before the fork has been told that it is no work-horse."""
    done = subprocess.run(
        [sys.executable, "-X", "faulthandler", "-c", AS_A_HORSE],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        start_new_session=True,
    )
    assert done.returncode == 0, done.stderr
