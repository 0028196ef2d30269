"""Evaluating operations: what is run, what is not, and what is remembered."""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Any

import msgspec
import pytest

import funsies as f
from funsies.core.errors import ErrorKind
from funsies.core.keyring import NO_KEYS, Keyring
from funsies.core.python_plan import PythonPlan, encode_plan
from funsies.pickling import process_token
from funsies.store.graph_writer import operation_row, task_row
from funsies.store.rows import Definitions, StepAnswer
from funsies.store.submission import submit

from .lab import Lab
from .small_steps import fails, label, noted, parity, show


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


def test_a_shell_step_needs_nothing_that_does_not_come_with_it(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    step = f.shell("echo said").stdout
    lab.request(step)
    monkeypatch.setattr(lab.backend.graph, "task", None)
    lab.work()
    assert lab.take(step) == b"said\n"


def test_a_task_that_comes_damaged_with_a_step_is_read(
    lab: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    step, other = f.shell("echo said").stdout, f.shell("echo another")
    task = task_row(other.operation.task, lab.backend.keys)
    ask = lab.backend.graph.step

    def damaged(*args: Any, **more: Any) -> StepAnswer:
        answer = ask(*args, **more)
        claims = tuple(msgspec.structs.replace(claim, task=task) for claim in answer.claims)
        return msgspec.structs.replace(answer, claims=claims)

    lab.request(step)
    monkeypatch.setattr(lab.backend.graph, "step", damaged)
    lab.work()
    assert lab.take(step) == b"said\n"


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


def test_timeouts_are_reported_and_not_remembered(lab: Lab, tmp_path: Path) -> None:
    def waits(go: str) -> int:
        if not Path(go).exists():
            threading.Event().wait()
        return 1

    go = tmp_path / "go"
    step = f.reduce(waits, str(go), opt=f.options(timeout=0.02))
    lab.run(step)
    assert lab.error(step).kind is ErrorKind.JobTimedOut
    go.touch()
    lab.run(f.reduce(waits, str(go), opt=f.options(timeout=60)))
    assert lab.take(step) == 1


# tasks


def spoiled(lab: Lab, step: f.Artefact[Any], **changes: Any) -> None:
    """Define a step with another payload, as if it came from elsewhere."""
    assert step.operation is not None
    row = msgspec.structs.replace(task_row(step.operation.task, NO_KEYS), **changes)
    lab.backend.graph.define(Definitions(tasks=(row,)))


def test_a_payload_that_cannot_be_loaded_is_reported_and_not_remembered(lab: Lab) -> None:
    missing = b"\x80\x05\x8c\x12no_such_module_abc\x8c\x01f\x93."
    for number, payload in enumerate(
        (b"garbage", b"", encode_plan(PythonPlan(pickle=missing, made_by=process_token())))
    ):
        step = f.reduce(label, lab.counter("spoiled"), number, name=f"label {number}")
        spoiled(lab, step, payload=payload)
        assert step.operation is not None
        rows = (operation_row(step.operation, None),)
        lab.backend.graph.define(Definitions(operations=rows))
        submit(lab.backend, stored=[step.operation.digest])
        lab.work()
        error = lab.error(step)
        assert error.kind is ErrorKind.NotLoadable, error
        assert error.is_infrastructure
    assert "no_such_module_abc" in error.details


def test_who_executes_again_brings_a_definition_that_can_be_loaded(lab: Lab) -> None:
    step = f.reduce(label, lab.counter("mended"), 7, name="mended")
    spoiled(lab, step, payload=b"garbage")
    lab.run(step)
    assert lab.outcome(step).unwrap() == "number 7"


def test_a_task_of_another_version_of_python_names_the_remedy(lab: Lab) -> None:
    step = f.reduce(os.getpid)
    assert step.operation is not None
    spoiled(lab, step, python="3.99")
    rows = (operation_row(step.operation, None),)
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
    lab.backend = msgspec.structs.replace(lab.backend, keys=Keyring((b"k" * 32,)))
    lab.work()
    error = lab.error(step)
    assert error.kind is ErrorKind.NotLoadable
    assert "FUNSIES_KEY" in error.details
    assert lab.runs("label") == 0
