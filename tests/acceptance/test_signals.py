"""Commands find the signals as in a new terminal, however funsies was started."""

from __future__ import annotations

import shlex
import sys

import pytest

# What a command has of the signals, a process that a Python step starts, and one that it forks.
LOOK = """\
import multiprocessing, re, signal, subprocess
import funsies as f

def of(text: str) -> list[int]:
    found = re.findall("(?:SigBlk|SigIgn):[^0-9a-f]*([0-9a-f]+)", text)
    return [int(each, 16) & 0x7FFF_FFFF for each in found]  # the C library has 32 and 33

@f.task
def parse(text: bytes) -> list[int]:
    return of(text.decode())

@f.task
def started() -> list[int]:
    return of(subprocess.check_output(["cat", "/proc/self/status"], text=True))

@f.task(opt=f.options(isolated=True))
def forked() -> int:
    # It interrupts itself: a signal from outside may come just before a call that waits.
    context = multiprocessing.get_context("fork")
    child = context.Process(target=signal.raise_signal, args=(signal.SIGINT,), daemon=True)
    child.start()
    child.join(30)
    return child.exitcode

with f.Fun():
    command = parse(f.shell("cat /proc/self/status").stdout)
    trap = f.shell("trap 'echo caught' INT QUIT\\nkill -INT $$; kill -QUIT $$").stdout
    steps = [command, trap, started(), forked()]
    f.execute(*steps).wait()
    print([f.take(step) for step in steps])
"""

HUP = 1
CAUGHT = b"caught\ncaught\n"
IN_THE_BACKGROUND = "trap '' INT QUIT CHLD; exec "


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="it looks into /proc")
@pytest.mark.parametrize(
    ("before", "ignored"), [(IN_THE_BACKGROUND, 0), ("exec nohup ", HUP)], ids=["&", "nohup"]
)
def test_no_signal_is_ignored_or_held_back_in_what_steps_start(
    shell, before: str, ignored: int
) -> None:
    script = shell.script("look.py", LOOK)
    words = shlex.join(shell.command("main", "run", "--workers", "1", script))
    done = shell.program("sh", "-c", before + words)
    assert done.code == 0, done.err
    signals = [0, ignored]
    assert done.text == f"{[signals, CAUGHT, signals, 1]}\n"
