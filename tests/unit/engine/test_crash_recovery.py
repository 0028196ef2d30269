"""What becomes of an operation whose process died."""

from __future__ import annotations

import signal

import pytest

from funsies.core.errors import Error, ErrorKind
from funsies.engine.supervision.crash_recovery import ChildExit, Kill, KillCause, after_exit
from funsies.engine.supervision.status_board import ChildStatus, Phase
from funsies.run.decision import PutBack
from funsies.store.rows import Fence, Setback

KILLED = ChildExit(status=signal.SIGKILL, peak_memory_bytes=1 << 20)


@pytest.fixture
def operation(workshop):
    workshop.define("simulate")
    return workshop.rows["simulate"]


def running(attempt, *, failures=0, **fields):
    losses = attempt - 1 - failures
    record = ChildStatus(phase=Phase.RUNNING, attempt=attempt, lost_limit=3, **fields)
    return record._replace(failures=failures, losses=losses)


@pytest.mark.parametrize("attempt", [1, 2])
def test_a_lost_operation_is_started_again(operation, attempt):
    assert after_exit(KILLED, running(attempt), operation) == PutBack(Setback.LOSS)


def test_the_last_loss_is_an_error_that_names_what_happened(operation):
    error = after_exit(KILLED, running(3), operation)
    assert isinstance(error, Error)
    assert error.kind is ErrorKind.WorkerLost
    assert error.is_infrastructure
    assert (error.signal, error.exit_code) == ("SIGKILL", None)
    assert (error.attempts, error.peak_memory_bytes) == (3, 1 << 20)
    assert (error.source, error.task) == (operation.digest.hex(), "simulate")


@pytest.mark.parametrize("code", [0, 3])
def test_leaving_by_exit_is_a_loss_like_any_other(operation, code):
    error = after_exit(ChildExit(status=code << 8), running(3), operation)
    assert error.kind is ErrorKind.WorkerLost
    assert (error.exit_code, error.signal) == (code, None)
    assert f"exit code {code}" in error.details


def test_a_signal_without_a_name_is_named_by_its_number(operation):
    assert after_exit(ChildExit(status=40), running(3), operation).signal == "signal 40"


def test_a_kill_for_want_of_memory_is_told_from_other_kills(operation):
    error = after_exit(
        ChildExit(status=signal.SIGKILL, out_of_memory=True), running(3), operation
    )
    assert error.kind is ErrorKind.OutOfMemory


def test_a_crash_is_no_want_of_memory_even_if_memory_was_scarce(operation):
    error = after_exit(
        ChildExit(status=signal.SIGSEGV, out_of_memory=True), running(3), operation
    )
    assert error.kind is ErrorKind.WorkerLost


def test_a_timeout_is_an_error_at_once(operation):
    late = ChildExit(status=signal.SIGKILL, kill=Kill(KillCause.DEADLINE))
    assert after_exit(late, running(1), operation).kind is ErrorKind.JobTimedOut


def test_a_timeout_is_retried_as_often_as_the_options_say(operation):
    late = ChildExit(status=signal.SIGKILL, kill=Kill(KillCause.DEADLINE))
    decided = [
        after_exit(
            late,
            running(failures + 1, failures=failures, retries=2, retry_delay_ms=50),
            operation,
        )
        for failures in (0, 1, 2)
    ]
    assert decided[:2] == [PutBack(Setback.FAILURE, 50)] * 2
    assert decided[2].kind is ErrorKind.JobTimedOut


@pytest.mark.parametrize("attempt", [1, 3])
def test_a_stop_of_the_worker_never_counts_against_the_operation(operation, attempt):
    stopped = ChildExit(status=signal.SIGKILL, kill=Kill(KillCause.STOP))
    assert after_exit(stopped, running(attempt), operation) == PutBack(Setback.NOTHING)


def test_an_operation_that_is_not_the_horses_any_more_is_left_alone(operation):
    fenced = ChildExit(status=signal.SIGKILL, kill=Kill(KillCause.FENCED))
    assert after_exit(fenced, running(3), operation) is None


@pytest.mark.parametrize("cause", KillCause)
def test_an_operation_that_came_just_before_a_kill_meant_for_another_is_put_back(
    operation, cause
):
    killed = ChildExit(status=signal.SIGKILL, kill=Kill(cause, Fence(b"the one before..")))
    now = running(3, fence=Fence(b"the one after..."))
    assert after_exit(killed, now, operation) == PutBack(Setback.NOTHING)
