"""What a step finds around itself, and leaves behind."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import funsies as f
from funsies.core.errors import ErrorKind

from .lab import Lab
from .small_steps import fails, label, noted


def test_directory_and_environment_are_restored(lab: Lab) -> None:
    def spoils(folder: str) -> int:
        os.chdir(folder)
        os.environ["FUNSIES_TEST_SPOILED"] = "1"
        os.environ.pop("PATH", None)
        return 1

    before = Path.cwd(), dict(os.environ)
    lab.run(f.reduce(spoils, str(Path.home())))
    assert (Path.cwd(), dict(os.environ)) == before


def test_a_directory_that_is_gone_does_not_stop_a_worker(lab: Lab, tmp_path: Path) -> None:
    here = Path.cwd()
    gone = tmp_path / "gone"
    gone.mkdir()
    os.chdir(gone)
    gone.rmdir()
    try:
        step = f.reduce(label, lab.counter("label"), 1)
        lab.run(step)
        assert lab.take(step) == "number 1"
    finally:
        os.chdir(here)


def test_unhashed_variables_are_there_while_the_step_runs(lab: Lab) -> None:
    def reads() -> str:
        return os.environ["FUNSIES_TEST_SECRET"]

    step = f.reduce(reads, opt=f.options(env={"FUNSIES_TEST_SECRET": "s"}))
    lab.run(step)
    assert lab.take(step) == "s"
    assert "FUNSIES_TEST_SECRET" not in os.environ


def prints(number: int) -> int:
    print("printed", number)  # noqa: T201 - goes into the log
    print("complained", file=sys.stderr)  # noqa: T201 - likewise
    os.system("echo from a child")
    return number


def test_what_a_step_prints_is_kept_in_its_log(
    horse: Lab, capfd: pytest.CaptureFixture[str]
) -> None:
    step = f.reduce(prints, 7)
    horse.run(step)
    assert set(horse.log(step).split(b"\n")) == {
        b"printed 7",
        b"complained",
        b"from a child",
        b"",
    }
    assert capfd.readouterr() == ("", "")


def test_a_program_that_runs_steps_itself_keeps_its_streams(
    lab: Lab, capfd: pytest.CaptureFixture[str]
) -> None:
    step = f.reduce(prints, 7)
    lab.run(step)
    assert "printed 7" in capfd.readouterr().out
    assert lab.log(step) == b""


def test_a_long_log_is_cut_at_its_beginning(horse: Lab) -> None:
    def chatters() -> int:
        print("x" * 1_000_000)  # noqa: T201 - goes into the log
        print("the end")  # noqa: T201 - likewise
        return 1

    step = f.reduce(chatters)
    horse.run(step)
    assert len(horse.log(step)) <= 64 * 1024
    assert horse.log(step).endswith(b"the end\n")


def closes_its_streams(number: int) -> int:
    sys.stdout.close()
    sys.stderr.close()
    return number


def takes_its_streams_away(number: int) -> int:
    sys.stdout = sys.stderr = None  # type: ignore[assignment]  # as daemons do
    return number


@pytest.mark.parametrize("harmful", [closes_its_streams, takes_its_streams_away])
def test_a_step_that_spoils_its_streams_does_no_harm_to_the_next(
    horse: Lab, harmful: Callable[[int], int]
) -> None:
    first = f.reduce(harmful, 1)
    second = f.reduce(prints, first)
    horse.run(second)
    assert (horse.take(first), horse.take(second)) == (1, 1)
    assert b"printed 1\n" in horse.log(second)


# steps in a process of their own


def test_an_isolated_step_leaves_no_trace_in_the_worker(horse: Lab) -> None:
    @f.task(ignore=("sys.modules",), opt=f.options(isolated=True))
    def spoils() -> int:
        sys.modules["funsies_test_spoiled"] = sys
        print("printed")  # noqa: T201 - goes into the log
        return os.getpid()

    step = spoils()
    horse.run(step)
    assert horse.take(step) != os.getpid()
    assert "funsies_test_spoiled" not in sys.modules
    assert horse.log(step) == b"printed\n"


def test_an_isolated_step_that_fails_is_an_error_like_any_other(horse: Lab) -> None:
    step = f.reduce(fails, horse.counter("fails"), opt=f.options(isolated=True))
    horse.run(step)
    assert horse.error(step).exception == "ValueError"


def test_an_isolated_step_that_kills_its_process_is_run_again_and_then_reported(
    horse: Lab,
) -> None:
    def dies(name: str, signal_number: int) -> int:
        noted(name)
        if signal_number:
            os.kill(os.getpid(), signal_number)
        os._exit(3)

    opt = f.options(isolated=True, lost_retries=1)
    killed = f.reduce(dies, horse.counter("killed"), 9, opt=opt)
    left = f.reduce(dies, horse.counter("left"), 0, opt=opt)
    horse.run(killed, left)
    assert (horse.error(killed).kind, horse.error(killed).signal) == (
        ErrorKind.WorkerLost,
        "SIGKILL",
    )
    assert horse.error(left).exit_code == 3
    assert (horse.runs("killed"), horse.runs("left")) == (2, 2)


@pytest.mark.skipif(not hasattr(signal, "SIGRTMIN"), reason="no real-time signals here")
def test_an_isolated_step_may_be_ended_by_a_signal_without_a_name(horse: Lab) -> None:
    def dies(number: int) -> int:
        os.kill(os.getpid(), number)
        return number

    step = f.reduce(dies, signal.SIGRTMIN + 3, opt=f.options(isolated=True, lost_retries=0))
    horse.run(step)
    assert horse.error(step).signal == f"signal {signal.SIGRTMIN + 3}"
