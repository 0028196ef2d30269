"""No process and no file of a shell step is left behind, whatever happens."""

from __future__ import annotations

import io
import os
import signal
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from funsies.core.shell_plan import ShellPlan
from funsies.run.shell.input_files import InputFile
from funsies.run.shell.step import run_shell
from funsies.run.step_directories import remove_tree

from ..conftest import values_of

RUN = """
import os, signal, sys
from pathlib import Path
from funsies.core.shell_plan import ShellPlan
from funsies.run.orphans import become_subreaper
from funsies.run.shell.step import run_shell

class Preempted(BaseException):
    pass

def raise_preempted(number, frame):
    raise Preempted

if "subreaper" in sys.argv:
    become_subreaper()
if "preempted" in sys.argv:
    signal.signal(signal.SIGTERM, raise_preempted)
with run_shell(ShellPlan((sys.argv[1],)), {}, directory=Path(sys.argv[2])) as outcome:
    print(outcome.outputs[2].value, flush=True)
    sys.stdin.read()
"""


def test_background_children_are_dead_when_the_step_ends(run, life_line):
    values = run(f"exec 3> '{life_line.path}'; sleep 1000 & (sleep 1000 &) ; echo done")
    life_line.wait_until_released()
    assert values["stdout:0"] == b"done\n"


def test_background_children_serve_the_commands_that_follow(run, life_line):
    server = f"exec 3> '{life_line.path}'; mkfifo f; (cat f; sleep 1000) & echo served"
    values = run(server, "echo question > f; echo asked")
    life_line.wait_until_released()
    assert values["stdout:0"].startswith(b"served\n")
    assert values["stdout:1"] == b"asked\n"


def test_a_child_that_keeps_the_output_open_does_not_hold_up_the_step(run):
    assert run("sleep 1000 & echo done")["stdout:0"] == b"done\n"


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
def test_children_in_sessions_of_their_own_are_dead_when_a_workers_step_ends(
    start_python, life_line, scratch: Path
):
    command = (
        f"exec 3> '{life_line.path}'; mkfifo f; (setsid -f sleep 1000); "
        "setsid sh -c 'sleep 1000 & echo escaped > f; sleep 1000' & read -r line < f"
    )
    process = start_python(RUN, command, scratch, "subreaper")
    assert process.stdout.readline() == "0\n"
    life_line.wait_until_released()
    assert process.poll() is None


def start_waiting(start_python, life_line, scratch: Path, *how: str) -> subprocess.Popen[str]:
    """Start a step that would run for ever, and wait until it does."""
    command = f"exec 3> '{life_line.path}'; sleep 1000 & echo running >&3; sleep 1000"
    process = start_python(RUN, command, scratch, *how)
    assert life_line.read_line() == "running"
    return process


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_that_ends_the_program_ends_the_step_first(
    start_python, life_line, scratch: Path, number: signal.Signals
):
    process = start_waiting(start_python, life_line, scratch)
    process.send_signal(number)
    _, errors = process.communicate()
    life_line.wait_until_released()
    assert process.returncode == -number
    assert ("KeyboardInterrupt" in errors) is (number is signal.SIGINT)
    assert list(scratch.iterdir()) == []


def test_a_handler_of_the_program_that_raises_ends_the_step(
    start_python, life_line, scratch: Path
):
    process = start_waiting(start_python, life_line, scratch, "preempted")
    process.send_signal(signal.SIGTERM)
    _, errors = process.communicate()
    life_line.wait_until_released()
    assert errors.endswith("Preempted\n")
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("whole_group", [False, True])
def test_no_process_is_left_when_the_program_is_killed(
    start_python, life_line, scratch: Path, whole_group: bool
):
    process = start_waiting(start_python, life_line, scratch)
    if whole_group:
        os.killpg(process.pid, signal.SIGKILL)
    else:
        process.kill()
    process.wait()
    life_line.wait_until_released()


def test_steps_run_side_by_side_in_threads(run, scratch: Path):
    plan = ShellPlan(("cat in; sleep 1000 & true",))

    def run_one(number: int) -> bytes:
        inputs = {"in": InputFile(lambda: io.BytesIO(b"%d" % number))}
        with run_shell(plan, inputs, directory=scratch) as outcome:
            return values_of(outcome)["stdout:0"]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(run_one, range(24))) == [b"%d" % number for number in range(24)]
    assert list(scratch.iterdir()) == []


GUARD = """
import os, subprocess, sys
from funsies.run.orphans import Orphanage, become_subreaper

become_subreaper()
orphanage = Orphanage()
process = subprocess.Popen([sys.executable, *sys.argv[2:]])
print(process.pid, flush=True)
process.wait()
if sys.argv[1] == "clear":
    orphanage.clear()
try:
    while True:
        os.wait()
except ChildProcessError:
    print("all gone", flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux has subreapers")
@pytest.mark.parametrize("how", ["wait", "clear"])
def test_neither_process_nor_file_is_left_when_the_program_is_killed(
    start_python, life_line, scratch: Path, how: str
):
    command = (
        f"exec 3> '{life_line.path}'; echo x > file; sleep 1000 & echo running >&3; sleep 1000"
    )
    guard = start_python(GUARD, how, "-c", RUN, command, scratch)
    pid = int(guard.stdout.readline())
    assert life_line.read_line() == "running"
    assert len(list(scratch.glob("*/work/file"))) == 1
    os.kill(pid, signal.SIGKILL)
    assert guard.stdout.readline() == "all gone\n"
    assert list(scratch.iterdir()) == []


def test_handlers_are_as_before_after_a_step(run):
    before = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)]
    run("true")
    assert [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)] == before


def test_no_descriptor_is_left_open(run):
    def open_descriptors() -> list[str]:
        return sorted(each.name for each in Path("/dev/fd").iterdir())

    run("true")
    before = open_descriptors()
    run("echo a", "sleep 1000 & exit 3")
    run("yes", max_output_bytes=10)
    assert open_descriptors() == before


REMOVE_AS_NOBODY = """
import os, sys
from pathlib import Path
from funsies.run.step_directories import remove_tree

if os.getuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
root = Path(sys.argv[1], "tree")
(root / "a" / "b").mkdir(parents=True)
(root / "a" / "b" / "file").write_text("x")
(root / "link").symlink_to(sys.argv[1])
os.chmod(root / "a" / "b", 0o000)
os.chmod(root / "a", 0o500)
remove_tree(root)
print(root.exists())
"""


def test_trees_without_write_permission_are_removed_and_links_not_followed(start_python):
    # Not tmp_path: where the tests run as root, nobody else could get there.
    with tempfile.TemporaryDirectory() as place:
        Path(place).chmod(0o777)
        output, errors = start_python(REMOVE_AS_NOBODY, place).communicate()
        assert (output, errors) == ("False\n", "")
        assert Path(place).stat().st_mode & 0o777 == 0o777


def test_very_deep_trees_are_removed(tmp_path: Path):
    root = tmp_path / "root"
    root.mkdir()
    script = "import os\nfor _ in range(3000): os.mkdir('d'); os.chdir('d')"
    subprocess.run([sys.executable, "-c", script], cwd=root, check=True)
    remove_tree(root)
    assert not root.exists()


IGNORING = """
import signal
from funsies.run.shell import processes
processes.SHOWN_AFTER_SECONDS = 3600.0  # however long it takes, it is not put into files
for number in (signal.SIGINT, signal.SIGQUIT, signal.SIGCHLD):
    signal.signal(number, signal.SIG_IGN)
"""
LOOKING = """
    print(outcome.outputs[0].value.decode(), outcome.outputs[2].value)
print([signal.getsignal(each) == signal.SIG_IGN for each in (signal.SIGINT, signal.SIGQUIT)])
"""


def test_a_program_in_the_background_ignores_signals_and_its_commands_do_not(
    start_python, scratch: Path
):
    text = "trap 'echo caught' INT QUIT\nkill -INT $$; kill -QUIT $$"
    program = IGNORING + RUN.rstrip() + LOOKING
    output, errors = start_python(program, text, scratch).communicate()
    assert output == "0\ncaught\ncaught\n 0\n[True, True]\n", errors
