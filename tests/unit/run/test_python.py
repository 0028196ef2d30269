"""Calling user code: whatever it does, there is a value or an error, and we go on."""

from __future__ import annotations

import signal
import subprocess
import threading
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from returns.result import Failure, Result, Success

import funsies as f
from funsies.core.encoding import encoding_of
from funsies.core.errors import MAX_DETAILS_CHARACTERS, Error, ErrorKind
from funsies.run.python import LoadedFunction, call_function, encode_results
from funsies.run.signals import Alarm, Preempted, take_no_notice


def failure_of(function: Callable[..., object], **how: Any) -> Error:
    return call_function(function, (), {}, **how).failure()


def raising(problem: BaseException) -> Callable[[], object]:
    def step() -> object:
        raise problem

    return step


@pytest.mark.parametrize(
    ("problem", "name"),
    [
        (ValueError("no"), "ValueError"),
        (SystemExit(3), "SystemExit"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
        (GeneratorExit(), "GeneratorExit"),
        (StopIteration(), "StopIteration"),
        (RecursionError("deep"), "RecursionError"),
    ],
)
def test_whatever_is_raised_becomes_an_error(problem: BaseException, name: str) -> None:
    error = failure_of(raising(problem))
    assert (error.kind, error.exception) == (ErrorKind.ExceptionRaised, name)
    assert error.details.endswith(f"{name}: {problem}" if str(problem) else name)


def test_the_traceback_shows_the_users_code_and_not_ours() -> None:
    details = failure_of(raising(ValueError("no"))).details
    assert "in step" in details
    assert "raise problem" in details
    assert "funsies/run" not in details


def test_the_cause_of_an_exception_is_kept() -> None:
    def step() -> None:
        try:
            _ = {}["inner"]
        except KeyError as problem:
            raise ValueError("outer") from problem

    details = failure_of(step).details
    assert "KeyError: 'inner'" in details
    assert "direct cause" in details
    assert details.endswith("ValueError: outer")


def test_notes_and_groups_are_kept() -> None:
    problem = ExceptionGroup("several", [ValueError("one"), TypeError("two")])
    problem.add_note("a note")
    details = failure_of(raising(problem)).details
    assert all(text in details for text in ("several", "one", "two", "a note"))


def test_running_out_of_memory_is_said_as_such() -> None:
    assert failure_of(raising(MemoryError())).kind is ErrorKind.OutOfMemory


class _NoText(Exception):
    def __str__(self) -> str:
        raise SystemExit("not even this")


class _NoSystem(_NoText, OSError): ...


class _NoThread(_NoText, RuntimeError): ...


class _NoLibrary(_NoText, ImportError): ...


class _Unhashable(Exception):
    __hash__ = None  # type: ignore[assignment]


@pytest.mark.parametrize(
    "problem",
    [
        _NoText(),
        _NoSystem(),
        _NoSystem(2, "no such file"),
        _NoThread(),
        _NoLibrary(),
        subprocess.CalledProcessError(1, "cat", stderr=_NoText()),
        OSError("9" * 5_000_000),
        _Unhashable("odd"),
        ValueError("x" * 50_000_000),
        ValueError("\ud800 surrogate"),
        ValueError("\0\x1b[31m"),
        ValueError(*range(10_000)),
    ],
    ids=[
        "no text",
        "no text of the system",
        "no text of a number",
        "no text of a thread",
        "no text of a library",
        "no text of a program",
        "digits",
        "unhashable",
        "50 MB",
        "surrogate",
        "control",
        "many",
    ],
)
def test_exceptions_that_can_hardly_be_shown_are_bounded_errors(problem: Exception) -> None:
    error = failure_of(raising(problem))
    assert error.kind is ErrorKind.ExceptionRaised
    assert 0 < len(error.details) <= MAX_DETAILS_CHARACTERS
    error.details.encode()


def test_endless_recursion_is_an_error_of_bounded_length() -> None:
    def step() -> object:
        return step()

    error = failure_of(step)
    assert error.exception == "RecursionError"
    assert len(error.details) < MAX_DETAILS_CHARACTERS


def test_a_returned_failure_is_an_error_like_any_other() -> None:
    error = failure_of(lambda: Failure("no luck"))
    assert (error.kind, error.details) == (ErrorKind.ReturnedFailure, "no luck")
    own = Error(kind=ErrorKind.Cancelled, details="mine")
    assert failure_of(lambda: Failure(own)) == own


def test_a_returned_success_is_its_value() -> None:
    assert call_function(lambda: Success(3), (), {}) == Success(3)
    assert call_function(lambda: None, (), {}) == Success(None)


def test_preemption_passes_through() -> None:
    with pytest.raises(Preempted):
        call_function(raising(Preempted()), (), {})


def test_control_c_stops_a_program_that_runs_its_own_steps() -> None:
    with pytest.raises(Preempted):
        call_function(raising(KeyboardInterrupt()), (), {}, is_interruptible=True)


# time


def wait_for_ever() -> None:
    threading.Event().wait()


def test_a_step_that_runs_too_long_is_interrupted() -> None:
    error = failure_of(wait_for_ever, timeout_seconds=0.02)
    assert error.kind is ErrorKind.JobTimedOut
    assert "longer than its timeout of 0.02 s" in error.details


def test_a_step_that_swallows_the_interruption_has_timed_out_all_the_same() -> None:
    def stubborn() -> int:
        try:
            wait_for_ever()
        except BaseException:  # noqa: BLE001 - this is what stubborn code does
            return 3
        return 4

    def disguised() -> int:
        try:
            wait_for_ever()
        finally:
            raise ValueError("something else")

    assert failure_of(stubborn, timeout_seconds=0.02).kind is ErrorKind.JobTimedOut
    assert failure_of(disguised, timeout_seconds=0.02).kind is ErrorKind.JobTimedOut


@pytest.fixture
def no_timer() -> Iterator[None]:
    """Take that of the test run away meanwhile."""
    of_the_test_run = signal.setitimer(signal.ITIMER_REAL, 0)
    handler = signal.getsignal(signal.SIGALRM)
    yield
    signal.setitimer(signal.ITIMER_REAL, 0)
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, *of_the_test_run)


@pytest.mark.usefixtures("no_timer")
def test_the_alarm_is_off_after_a_step_in_time() -> None:
    before = signal.getsignal(signal.SIGALRM)
    assert call_function(lambda: 1, (), {}, timeout_seconds=60) == Success(1)
    assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    assert signal.getsignal(signal.SIGALRM) is before


@pytest.mark.usefixtures("no_timer")
def test_an_alarm_that_rings_before_the_step_begins_is_off_as_well() -> None:
    before = signal.getsignal(signal.SIGALRM)
    for _ in range(100):
        call_function(lambda: 1, (), {}, timeout_seconds=1e-9)
        assert signal.getsignal(signal.SIGALRM) is before


@pytest.mark.usefixtures("no_timer")
def test_an_alarm_that_rings_while_it_is_put_off_is_not_heard(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    set_timer = signal.setitimer

    def ring_and_set(which: int, seconds: float, interval: float = 0.0) -> tuple[float, float]:
        if not seconds:
            signal.raise_signal(signal.SIGALRM)
            return set_timer(which, 0)
        return set_timer(which, 1000, interval)

    alarm, handler = Alarm(1e-9), signal.signal(signal.SIGALRM, take_no_notice)
    monkeypatch.setattr(signal, "setitimer", ring_and_set)
    with alarm.set():
        pass
    assert not alarm.rang
    assert signal.signal(signal.SIGALRM, handler) is take_no_notice


@pytest.mark.usefixtures("no_timer")
def test_a_timer_of_the_program_goes_on_after_the_step() -> None:
    signal.setitimer(signal.ITIMER_REAL, 1000, 7)
    assert call_function(lambda: 1, (), {}, timeout_seconds=60) == Success(1)
    left_seconds, interval_seconds = signal.getitimer(signal.ITIMER_REAL)
    assert 0 < left_seconds <= 1000
    assert interval_seconds == 7


@pytest.mark.usefixtures("no_timer")
def test_a_timer_of_the_program_that_is_over_meanwhile_rings_after_the_step(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its handler is not called in the middle of the step, where it might raise something."""
    now, has_rung = [0.0], threading.Event()

    def outlasts_it() -> bool:
        now[0] += 1001
        return has_rung.is_set()

    monkeypatch.setattr("funsies.run.signals.time", SimpleNamespace(monotonic=lambda: now[0]))
    signal.signal(signal.SIGALRM, lambda *_: has_rung.set())
    signal.setitimer(signal.ITIMER_REAL, 1000)
    assert call_function(outlasts_it, (), {}, timeout_seconds=3600) == Success(False)
    assert has_rung.wait(30)


def test_in_a_thread_there_is_no_alarm_but_the_step_runs() -> None:
    results: list[Result[object, Error]] = []
    thread = threading.Thread(
        target=lambda: results.append(call_function(lambda: 1, (), {}, timeout_seconds=9))
    )
    thread.start()
    thread.join()
    assert results == [Success(1)]


# results


def loaded(*annotations: Any) -> LoadedFunction:
    results = tuple(encoding_of(each) for each in annotations)
    return LoadedFunction(len, {}, results, several=len(results) > 1)


@given(st.integers(), st.text("abc"))
def test_several_results_are_encoded_one_by_one(number: int, text: str) -> None:
    one, other = encode_results(loaded(int, str), Success((number, text)))
    assert encoding_of(int).decode(one.unwrap()) == number
    assert encoding_of(str).decode(other.unwrap()) == text


@pytest.mark.parametrize("returned", [(1,), (1, 2, 3), 1, None, "ab", {1: 2}])
def test_too_many_or_too_few_results_are_an_error_of_each(returned: object) -> None:
    outcomes = encode_results(loaded(int, int), Success(returned))
    assert [each.failure().kind for each in outcomes] == [ErrorKind.MissingOutput] * 2
    assert "must return a tuple of 2 values" in outcomes[0].failure().details


def test_a_result_of_another_type_is_an_error_of_that_output_alone() -> None:
    one, other = encode_results(loaded(int, int), Success((1, "two")))
    assert one == Success(b"1")
    assert other.failure().kind is ErrorKind.EncodingFailed
    assert "the result: cannot store this as int: " in other.failure().details
    assert other.failure().details.endswith("say so in the function's return annotation")


def test_what_no_annotation_can_store_is_not_advised_to_be_annotated() -> None:
    (outcome,) = encode_results(loaded(list[int]), Success([1, len]))
    assert "expected int" in outcome.failure().details
    assert "annotation" not in outcome.failure().details


def test_an_artefact_as_a_result_is_an_error_that_names_bind() -> None:
    (outcome,) = encode_results(loaded(Any), Success(f.put(1)))
    assert "bind()" in outcome.failure().details


def test_misuse_is_shown_with_the_frames_of_the_user_only() -> None:
    def build() -> object:
        return f.reduce(len, 1, 2)

    details = call_function(build, (), {}).failure().details
    assert [line for line in details.splitlines() if line.startswith("  File")] == [
        f'  File "{__file__}", line {build.__code__.co_firstlineno + 1}, in build'
    ]
    assert details.splitlines()[-1].startswith("funsies.core.errors.WiringError: ")


def test_a_returned_error_is_that_of_every_output() -> None:
    error = Error(kind=ErrorKind.ReturnedFailure)
    assert encode_results(loaded(int, int), Failure(error)) == [Failure(error)] * 2


def test_none_is_a_value() -> None:
    assert encode_results(loaded(None), Success(None)) == [Success(b"null")]
