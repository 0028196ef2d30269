"""Evaluating operations: what is run, what is not, and what is remembered."""

from __future__ import annotations

import dataclasses
import os
import sys
import threading
from pathlib import Path
from typing import Any

import pytest
from returns.pipeline import is_successful
from returns.result import Result

import funsies as f
from funsies.core.errors import ErrorKind
from funsies.core.python_plan import PythonPlan, encode_plan
from funsies.store.connect import INLINE_BYTES
from funsies.store.definitions import operation_row, task_row
from funsies.store.rows import Definitions
from funsies.store.submission import submit

from .lab import Lab

LARGE = 2 * INLINE_BYTES


def noted(name: str) -> None:
    """Leave a mark that a step has run."""
    with Path(name).open("a") as file:
        file.write("x")


def parity(name: str, number: int) -> int:
    noted(name)
    return number % 2


def label(name: str, number: int) -> str:
    noted(name)
    return f"number {number}"


def blob(name: str, size: int) -> bytes:
    noted(name)
    return b"x" * size


def size(data: bytes) -> int:
    return len(data)


def fails(name: str) -> int:
    noted(name)
    raise ValueError("no")


def show(value: Result[int, f.Error]) -> str:
    return str(value.unwrap()) if is_successful(value) else value.failure().kind.value


@pytest.fixture
def lab(tmp_path: Path) -> Lab:
    return Lab(tmp_path)


@pytest.fixture
def horse(tmp_path: Path) -> Lab:
    """A lab whose process is funsies' own, as a work-horse is."""
    return Lab(tmp_path, owns_process=True)


# what is run


def test_a_second_request_runs_nothing(lab: Lab) -> None:
    step = f.reduce(label, lab.counter("label"), 1)
    lab.run(step)
    lab.run(step)
    assert lab.take(step) == "number 1"
    assert lab.runs("label") == 1


def test_the_same_bytes_upstream_run_nothing_downstream(lab: Lab) -> None:
    """Early cutoff: 3 and 5 have the same parity, so the label is not made again."""
    for number in (3, 5, 4):
        step = f.reduce(
            label, lab.counter("label"), f.reduce(parity, lab.counter("parity"), number)
        )
        lab.run(step)
        assert lab.take(step) == f"number {number % 2}"
    assert (lab.runs("parity"), lab.runs("label")) == (3, 2)


def test_a_reset_step_runs_again(lab: Lab) -> None:
    step = f.reduce(label, lab.counter("label"), 1)
    lab.run(step)
    f.reset(step, connection=lab.session)
    lab.run(step)
    assert lab.runs("label") == 2


def test_deterministic_errors_are_remembered(lab: Lab) -> None:
    step = f.reduce(fails, lab.counter("fails"))
    lab.run(step)
    lab.run(step)
    assert lab.runs("fails") == 1
    error = lab.error(step)
    assert error.kind is ErrorKind.ExceptionRaised
    assert error.exception == "ValueError"
    assert error.source == step.producer.hex()
    assert (error.task, error.worker, error.attempts) == ("fails", "lab", 1)


def test_errors_pass_by_strict_steps_and_keep_their_source(lab: Lab) -> None:
    step = f.reduce(fails, lab.counter("fails"))
    after = f.reduce(label, lab.counter("label"), step)
    last = after.map(len)
    lab.run(last)
    assert lab.runs("label") == 0
    assert lab.error(last) == lab.error(step)


def test_steps_that_are_not_strict_get_errors_as_values(lab: Lab) -> None:
    step = f.reduce(fails, lab.counter("fails"))
    shown = f.reduce(show, step, strict=False)
    fine = f.reduce(show, f.reduce(parity, lab.counter("p"), 3), strict=False)
    lab.run(shown, fine)
    assert lab.take(shown) == "ExceptionRaised"
    assert lab.take(fine) == "1"


def test_retries_start_a_failing_step_again(lab: Lab) -> None:
    @f.task(opt=f.options(retries=2))
    def at_the_third(name: str) -> int:
        noted(name)
        if len(Path(name).read_text()) < 3:
            raise ValueError("not yet")
        return 3

    @f.task(opt=f.options(retries=1))
    def never(name: str) -> int:
        noted(name)
        raise ValueError("never")

    third, gives_up = at_the_third(lab.counter("third")), never(lab.counter("never"))
    lab.run(third, gives_up)
    assert lab.take(third) == 3
    assert lab.error(gives_up).attempts == 2
    assert (lab.runs("third"), lab.runs("never")) == (3, 2)


def test_evaluate_false_computes_nothing_but_takes_what_is_there(lab: Lab) -> None:
    step = f.reduce(label, lab.counter("label"), 1)
    opt = f.options(evaluate=False)
    forbidden = f.reduce(label, lab.counter("label"), 1, opt=opt)
    assert forbidden == step
    lab.run(forbidden)
    assert lab.error(step).kind is ErrorKind.NotEvaluated
    assert lab.runs("label") == 0
    lab.run(step)
    lab.run(forbidden)
    assert lab.take(step) == "number 1"
    assert lab.runs("label") == 1


def test_timeouts_are_reported_and_not_remembered(lab: Lab) -> None:
    @f.task(opt=f.options(timeout=0.02))
    def slow(name: str) -> int:
        noted(name)
        threading.Event().wait()
        return 1

    step = slow(lab.counter("slow"))
    lab.run(step)
    assert lab.error(step).kind is ErrorKind.JobTimedOut
    lab.run(step)
    assert lab.runs("slow") == 2


# inputs


def test_inputs_that_cannot_be_read_as_the_parameter_asks_are_errors(lab: Lab) -> None:
    def anything(value: Any) -> Any:
        return value

    def half(value: int) -> float:
        return value / 2

    step = f.reduce(half, f.reduce(anything, "text"))
    lab.run(step)
    error = lab.error(step)
    assert error.kind is ErrorKind.DecodingFailed
    assert "'0'" in error.details


def test_large_values_go_through_the_data_store(lab: Lab) -> None:
    data = f.reduce(blob, lab.counter("blob"), LARGE)
    step = f.reduce(size, data)
    given = f.reduce(size, b"y" * LARGE)
    lab.run(step, given)
    assert lab.stored(data).large
    assert (lab.take(step), lab.take(given)) == (LARGE, LARGE)
    assert lab.take(data) == b"x" * LARGE


def test_lost_bytes_are_made_again_by_their_producer(lab: Lab) -> None:
    data = f.reduce(blob, lab.counter("blob"), LARGE)
    lab.run(data)
    lab.backend.data.delete(lab.stored(data).content)
    assert lab.error(data).kind is ErrorKind.DataMissing
    step = f.reduce(size, data)
    lab.run(step)
    assert lab.take(step) == LARGE
    assert lab.runs("blob") == 2


def test_damaged_bytes_are_found_and_made_again(lab: Lab) -> None:
    data = f.reduce(blob, lab.counter("blob"), LARGE)
    lab.run(data)
    lab.backend.data._values[lab.stored(data).content] = b"z" * LARGE
    assert lab.error(data).kind is ErrorKind.DataCorrupted
    step = f.reduce(size, data)
    lab.run(step)
    assert lab.take(step) == LARGE
    assert lab.runs("blob") == 2


def test_lost_bytes_of_a_given_value_are_an_error(lab: Lab) -> None:
    given = f.put(b"y" * LARGE)
    step = f.reduce(size, given)
    lab.request(step)
    lab.backend.data.delete(given.reference.content)
    lab.work()
    assert lab.error(step).kind is ErrorKind.DataMissing


def test_a_trace_whose_bytes_are_gone_is_not_used(lab: Lab) -> None:
    first = f.reduce(blob, lab.counter("blob"), f.reduce(abs, LARGE))
    second = f.reduce(blob, lab.counter("blob"), f.reduce(abs, -LARGE))
    lab.run(first)
    lab.backend.data.delete(lab.stored(first).content)
    lab.run(second)
    assert lab.take(second) == b"x" * LARGE
    assert lab.runs("blob") == 2


# tasks


def spoiled(lab: Lab, step: f.Artefact[Any], **changes: Any) -> None:
    """Define a step with another payload, as if it came from elsewhere."""
    assert step.operation is not None
    row = dataclasses.replace(task_row(step.operation.task, None), **changes)
    lab.backend.graph.define(Definitions(tasks=(row,)))


def test_a_payload_that_cannot_be_loaded_is_reported_and_not_remembered(lab: Lab) -> None:
    missing = b"\x80\x05\x8c\x12no_such_module_abc\x8c\x01f\x93."
    for number, payload in enumerate(
        (b"garbage", b"", encode_plan(PythonPlan(pickle=missing)))
    ):
        step = f.reduce(label, lab.counter("spoiled"), number, name=f"label {number}")
        spoiled(lab, step, payload=payload)
        lab.run(step)
        error = lab.error(step)
        assert error.kind is ErrorKind.NotLoadable, error
        assert error.is_infrastructure
    assert "no_such_module_abc" in error.details


def test_a_task_of_another_version_of_python_names_the_remedy(lab: Lab) -> None:
    step = f.reduce(os.getpid)
    assert step.operation is not None
    spoiled(lab, step, python="3.99")
    rows = (operation_row(step.operation),)
    lab.backend.graph.define(Definitions(operations=rows))
    submit(lab.backend, stored=[step.operation.digest])
    lab.work()  # it is for workers with Python 3.99
    assert lab.error(step).kind is ErrorKind.NotFound
    lab.work(python="3.99")
    error = lab.error(step)
    assert error.kind is ErrorKind.WrongPython
    assert "start a worker with Python 3.99" in error.details


def test_a_worker_with_a_key_refuses_what_is_not_signed(tmp_path: Path) -> None:
    lab = Lab(tmp_path)
    step = f.reduce(label, lab.counter("label"), 1)
    lab.request(step)
    lab.backend = dataclasses.replace(lab.backend, key=b"k" * 32)
    lab.work()
    error = lab.error(step)
    assert error.kind is ErrorKind.NotLoadable
    assert "FUNSIES_KEY" in error.details
    assert lab.runs("label") == 0


# surroundings


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


# steps in a process of their own


def test_an_isolated_step_leaves_no_trace_in_the_worker(horse: Lab) -> None:
    def spoils() -> int:
        sys.modules["funsies_test_spoiled"] = sys
        print("printed")  # noqa: T201 - goes into the log
        return os.getpid()

    step = f.reduce(spoils, opt=f.options(isolated=True))
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


# dynamic steps


def test_a_dynamic_step_that_returns_a_value_says_what_to_do(lab: Lab) -> None:
    def forgets(number: int) -> f.Artefact[int]:
        return number  # type: ignore[return-value]

    step = f.put(1).bind(forgets)
    lab.run(step)
    error = lab.error(step)
    assert error.kind is ErrorKind.EncodingFailed
    assert "Return put(value)" in error.details


def test_a_dynamic_step_that_returns_another_type_is_an_error(lab: Lab) -> None:
    def lies(number: int) -> f.Artefact[int]:
        return f.put("text")  # type: ignore[return-value]

    step = f.put(1).bind(lies)
    lab.run(step)
    assert "annotated as Artefact[int]" in lab.error(step).details


def test_a_dynamic_step_that_wires_wrongly_is_an_error_with_the_message(lab: Lab) -> None:
    def wires(number: int) -> f.Artefact[int]:
        return f.reduce(abs, 1, 2)

    def size_of(number: int) -> f.Artefact[int]:
        return f.reduce(size, "text")  # type: ignore[arg-type]

    one, other = f.put(1).bind(wires), f.put(1).bind(size_of)
    lab.run(one, other)
    assert lab.error(one).kind is ErrorKind.ExceptionRaised
    assert "argument 'data' of size" in lab.error(other).details


def test_options_of_a_dynamic_step_are_the_defaults_of_what_it_builds(lab: Lab) -> None:
    def builds(number: int) -> f.Artefact[str]:
        return f.reduce(reads)

    def reads() -> str:
        return os.environ.get("FUNSIES_TEST_SECRET", "none")

    with f.Fun(f.Server("memory://"), defaults=f.options(env={"FUNSIES_TEST_SECRET": "s"})):
        step = f.put(1).bind(builds)
    lab.run(step)
    assert lab.take(step) == "s"


def test_a_dynamic_step_without_annotation_gives_what_its_steps_give(lab: Lab) -> None:
    step = f.put(1).bind(lambda _: f.shell("echo a").stdout)
    plain = f.put(1).bind(lambda x: f.reduce(lambda y: {"a": [y, None]}, x))
    lab.run(step, plain)
    assert lab.take(step) == b"a\n"
    assert lab.take(plain) == {"a": [1, None]}


def test_a_step_is_not_inside_the_session_of_the_program_that_runs_it(tmp_path: Path) -> None:
    """So it does in a test what it will do on a worker."""

    def takes(x: int) -> int:
        return f.take(f.put(x))

    with f.Fun(f.Server("memory://")):
        step = f.reduce(takes, 1)
        f.execute(step)
        assert "NoSessionError" in (f.take(step, strict=False).failure().exception or "")
