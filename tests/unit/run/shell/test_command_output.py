"""What commands print is the same in memory and in files, and whenever it goes there."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from funsies.core.shell_plan import ShellPlan
from funsies.run.shell import processes
from funsies.run.shell.command_output import MEMORY_BYTES, CommandOutput
from funsies.run.shell.step import run_shell

pieces_of_output = st.lists(st.binary(max_size=40), max_size=6)


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(pieces=pieces_of_output, shown_after=st.integers(0, 7), start=st.integers(0, 90))
def test_it_is_what_came_through_the_pipe(
    tmp_path_factory, pieces: list[bytes], shown_after: int, start: int
) -> None:
    printed = CommandOutput(tmp_path_factory.mktemp("printed") / "streams")
    (stdout, writer), (stderr, other) = os.pipe(), os.pipe()
    streams = printed.streams_of_command(stdout, stderr)
    for number, piece in enumerate(pieces):
        if number == shown_after:
            printed.to_files()
        os.write(writer, piece)
        streams[0].empty()
    os.close(writer)
    os.close(other)
    printed.close()
    if shown_after > len(pieces):
        printed.to_files()
    whole, value = b"".join(pieces), streams[0].value
    assert isinstance(value, Path) is printed.is_in_files
    assert (value.read_bytes() if isinstance(value, Path) else value) == whole
    assert streams[0].size_bytes == len(whole)
    assert streams[0].piece(start, 10) == whole[start : start + 10]
    assert streams[0].tail(20) == whole[-20:]
    assert streams[1].tail(20) == b""


@pytest.mark.parametrize("more", [0, 1])
def test_much_of_all_commands_together_goes_into_files(more: int, monkeypatch) -> None:
    monkeypatch.setattr(processes, "SHOWN_AFTER_SECONDS", 3600.0)
    half = f"head -c {MEMORY_BYTES // 2} /dev/zero"
    commands = half, f"{half} >&2; head -c {more} /dev/zero"
    with run_shell(ShellPlan(commands), {}) as outcome:
        values = {each.name: each.value for each in outcome.outputs}
        in_files = {name for name, value in values.items() if isinstance(value, Path)}
        sizes = [values[name].stat().st_size for name in sorted(in_files)]
    streams = {"stdout:0", "stderr:0", "stdout:1", "stderr:1"}
    assert in_files == (streams if more else set())
    assert sizes == ([0, MEMORY_BYTES // 2, MEMORY_BYTES // 2, 1] if more else [])


def test_a_step_that_runs_for_longer_prints_into_files(monkeypatch, tmp_path: Path) -> None:
    """Whoever follows it finds them beside the directory in which it runs, while it runs."""
    monkeypatch.setattr(processes, "SHOWN_AFTER_SECONDS", 0.0)
    plan = ShellPlan(
        ("echo before", "echo said; until test -s ../streams/stdout-1; do :; done")
    )
    with run_shell(plan, {}, timeout_seconds=60, directory=tmp_path) as outcome:
        values = [each.value for each in outcome.outputs]
        texts = [each.read_text() for each in values if isinstance(each, Path)]
    assert texts == ["before\n", "", "said\n", ""]


def test_files_that_the_commands_have_removed_are_said_to_be_lost(tmp_path: Path) -> None:
    printed = CommandOutput(tmp_path / "streams")
    (stdout, writer), (stderr, other) = os.pipe(), os.pipe()
    lost, kept = printed.streams_of_command(stdout, stderr)
    printed.to_files()
    lost.path.unlink()
    assert (lost.is_lost, kept.is_lost) == (True, False)
    os.close(writer)
    os.close(other)
    printed.close()
