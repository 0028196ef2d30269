"""Limits of shell steps: of time, of output, of memory."""

from __future__ import annotations

import re

from funsies.core.errors import ErrorKind

FLOOD = """
import resource, sys
from pathlib import Path
from funsies.core.shell_plan import ShellPlan
from funsies.run.shell.step import run_shell

def peak_kilobytes():
    unit_bytes = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit_bytes // 1024

with run_shell(ShellPlan(("true",)), {}):
    before = peak_kilobytes()
with run_shell(ShellPlan(("head -c 400000000 /dev/zero",)), {}) as outcome:
    print(outcome.outputs[0].value.stat().st_size, peak_kilobytes() - before)
"""


def kinds(values) -> set[ErrorKind]:
    return {value.kind for value in values.values()}


def test_a_step_that_runs_too_long_is_ended_with_all_its_children(
    run_volatile, life_line, over_when_ready
):
    take_hold = f"exec 3> '{life_line.path}'; echo ready >&3"
    command = f"{take_hold}; sleep 1000 & sleep 1000 | sleep 1000"
    values, is_volatile = run_volatile(command, timeout_seconds=over_when_ready, out=("x",))
    life_line.wait_until_released()
    assert kinds(values) == {ErrorKind.JobTimedOut}
    said = f"timeout of {over_when_ready} s, in command 1 of 1"
    assert said in values["stdout:0"].details
    assert is_volatile


def test_the_timeout_is_for_all_commands_together_and_names_the_one_that_ran(
    run, life_line, over_when_ready
):
    second = f"sleep 1000 | echo ready > '{life_line.path}'"
    values = run("true", second, timeout_seconds=over_when_ready, check=False)
    assert kinds(values) == {ErrorKind.JobTimedOut}
    assert "command 2 of 2:\n    sleep 1000" in values["stdout:0"].details


def test_a_step_is_asked_to_end_before_it_is_killed(run, life_line, over_when_ready):
    command = (
        f"exec 3> '{life_line.path}'; trap 'echo cleaned up >&3; exit' TERM; "
        "echo ready >&3; while :; do sleep 0.01; done"
    )
    run(command, timeout_seconds=over_when_ready, grace_seconds=30)
    assert life_line.read_line() == "cleaned up"


def test_a_step_that_ignores_the_request_is_killed(run, life_line, over_when_ready):
    command = f"exec 3> '{life_line.path}'; trap '' TERM; echo ready >&3; sleep 1000"
    run(command, timeout_seconds=over_when_ready, grace_seconds=0.1)
    life_line.wait_until_released()


def test_a_step_that_floods_its_output_is_still_ended_in_time(run):
    values = run("yes > /dev/null & yes", timeout_seconds=0.2, grace_seconds=0.1)
    assert kinds(values) == {ErrorKind.JobTimedOut}


def test_too_much_output_ends_the_step_with_a_remedy_and_is_not_remembered(
    run_volatile, life_line
):
    command = f"exec 3> '{life_line.path}'; sleep 1000 & yes >&2"
    values, is_volatile = run_volatile(command, max_output_bytes=100_000, check=False)
    life_line.wait_until_released()
    assert kinds(values) == {ErrorKind.CommandFailed}
    pattern = r"more than 100000 bytes on stderr by command 1 .*options\(max_output_bytes="
    assert re.search(pattern, values["stdout:0"].details, re.DOTALL)
    assert is_volatile


def test_exactly_as_much_output_as_allowed_is_kept(run):
    values = run("head -c 1000 /dev/zero", max_output_bytes=1000)
    assert len(values["stdout:0"]) == 1000
    assert kinds(run("head -c 1001 /dev/zero", max_output_bytes=1000)) == {
        ErrorKind.CommandFailed
    }


def test_400_mb_of_output_take_less_than_20_mb_of_memory(start_python):
    output, _ = start_python(FLOOD).communicate()
    size_bytes, kilobytes = map(int, output.split())
    assert size_bytes == 400_000_000
    assert kilobytes < 20 << 10
