"""What a failed shell step printed is kept, however it failed."""

from __future__ import annotations

import pytest

from funsies.core.shell_plan import ShellPlan
from funsies.run.shell.outcome import MAX_STREAM_BYTES
from funsies.run.shell.step import run_shell
from funsies.run.surroundings.streams import MAX_LOG_BYTES

SAYS = "echo out; echo err >&2; "


def log_of(*commands: str, **options) -> bytes:
    with run_shell(ShellPlan(commands, outputs=("made",)), {}, **options) as outcome:
        return outcome.log


@pytest.mark.parametrize(
    ("end", "options"),
    [
        ("sleep 100", {"timeout_seconds": 0.5}),
        ("head -c 200 /dev/zero", {"max_output_bytes": 100}),
        ("rm -rf ../work", {}),
    ],
)
def test_it_is_kept_of_a_step_without_results(end: str, options: dict[str, float]) -> None:
    log = log_of("echo before", SAYS + end, **options)
    assert log.replace(b"\0", b"") == b"before\nout\nerr\n"


def test_it_is_what_is_no_result() -> None:
    """Standard error is one, and what earlier commands printed."""
    assert log_of("echo before", SAYS + "exit 3", "echo never") == b"out\n"
    assert log_of(SAYS + "kill -9 $$") == b"out\n"
    assert log_of(SAYS) == b""


def test_of_much_the_end_of_each_stream_is_kept() -> None:
    zeros = f"head -c {MAX_LOG_BYTES} /dev/zero"
    log = log_of(f"{zeros}; echo out; {zeros} >&2; echo err >&2; rm -rf ../work")
    assert len(log) == MAX_LOG_BYTES
    assert log[:MAX_STREAM_BYTES].endswith(b"\0out\n")
    assert log[MAX_STREAM_BYTES:].endswith(b"\0err\n")


def test_an_error_shows_standard_output_if_standard_error_says_nothing() -> None:
    with run_shell(ShellPlan(("echo the reason; exit 1",)), {}) as outcome:
        error = outcome.outputs[0].value
    assert (
        "It wrote nothing to standard error. The end of its standard output:" in error.details
    )
    assert error.details.endswith("\nthe reason\n")
