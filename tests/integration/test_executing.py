"""Executing, waiting, cancelling and resetting."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace
from returns.pipeline import is_successful

import funsies as f
from funsies.core.errors import (
    ErrorKind,
    WaitTimeoutError,
    WiringError,
)
from funsies.core.keyring import NO_KEYS
from funsies.session import Session
from funsies.store.graph_writer import operation_row, task_row
from funsies.store.rows import Definitions

from .small_steps import fails, half, noted, runs


def test_a_second_execute_asks_for_nothing(session: Session, tmp_path: Path) -> None:
    step = f.reduce(noted, str(tmp_path / "runs"), 1)
    first = f.execute(step)
    second = f.execute(step)
    assert first.operations == (step.operation.digest,)
    assert second.operations == ()
    assert second.is_finished
    assert second.wait() is second
    assert runs(tmp_path / "runs") == 1


@pytest.mark.usefixtures("session")
def test_anything_with_artefacts_can_be_executed() -> None:
    step, shown = f.shell("echo a"), f.reduce(abs, -1)
    made = f.shell("echo b > b", out=["b"])
    f.execute(step, [shown], {"a": (f.put(3), f.reduce(abs, -2))}, shown.operation, made.out)
    f.wait_for(step, [shown], made.out)
    assert f.take(step.stdout) == b"a\n"
    assert f.take(made.out["b"]) == b"b\n"
    with pytest.raises(WiringError, match="3 is not an artefact"):
        f.execute(3)
    f.execute()


@pytest.mark.usefixtures("session")
def test_counts_say_what_was_done() -> None:
    steps = [f.reduce(half, n) for n in range(3)]
    handle = f.execute(steps, f.reduce(fails, 1).map(half))
    counts = handle.counts()
    assert counts.tasks["half"].executed == 3
    assert counts.tasks["half"].skipped == 1
    assert counts.tasks["fails"].failed == 1
    assert counts.total.pending == 0
    assert f.execute(steps).counts().total.executed == 0


def test_waiting_for_what_nobody_runs_ends_after_the_timeout(
    redis_server_here: f.Server,
) -> None:
    with f.Fun(redis_server_here):
        handle = f.execute(f.reduce(abs, -1))
        with pytest.raises(WaitTimeoutError, match="not finished in time"):
            handle.wait(0.01)
        with pytest.raises(TimeoutError):
            f.wait_for(f.reduce(abs, -1), timeout=0.01)
        assert not handle.is_finished
        assert handle.counts().total.pending == 1


def test_a_cancelled_execution_ends_with_an_error_and_can_be_asked_for_again(
    redis_server_here: f.Server,
) -> None:
    with f.Fun(redis_server_here):
        step = f.reduce(abs, -1)
        after = step.map(half)
        handle = f.execute(after)
        assert handle.cancel() == 2
        handle.wait(5)
        assert f.take(after, strict=False).failure().kind is ErrorKind.Cancelled
        here = f.options(distributed=False)
        f.execute(f.reduce(half, f.reduce(abs, -1, opt=here), opt=here))
        assert f.take(after) == 0.5


def test_steps_that_another_version_of_python_defined_are_run_by_this_one(
    session: Session,
) -> None:
    """As after an upgrade, when a step was never run, was reset, or timed out."""
    step = f.reduce(lambda: 3, out=int)
    after = step.map(half)
    for each in (step, after):
        assert each.operation is not None
        task = replace(task_row(each.operation.task, NO_KEYS), python="3.99")
        rows = Definitions(tasks=(task,), operations=(operation_row(each.operation, None),))
        session.backend.graph.define(rows)
    f.execute(after)
    assert f.take(after) == 1.5


def test_cancel_spares_what_others_want(redis_server_here: f.Server) -> None:
    with f.Fun(redis_server_here):
        shared = f.reduce(abs, -1)
        one, other = f.execute(shared.map(half)), f.execute(shared)
        assert one.cancel() == 1
        assert not other.is_finished


def test_in_memory_waiting_for_what_was_never_executed_says_so() -> None:
    with (
        f.Fun(f.Server("memory://")),
        pytest.raises(
            WiringError, match=r"^abs [0-9a-f]{10} is not being executed: use execute\(\) first"
        ),
    ):
        f.wait_for(f.reduce(abs, -1))


def test_control_c_stops_the_execution_and_the_program_can_go_on(
    session: Session, tmp_path: Path
) -> None:
    def interrupted(name: str) -> int:
        with Path(name).open("a") as file:
            file.write("x")
        raise KeyboardInterrupt

    step = f.reduce(interrupted, str(tmp_path / "runs"))
    with pytest.raises(KeyboardInterrupt):
        f.execute(step)
    assert f.take(step, strict=False).failure().kind is ErrorKind.Cancelled
    other = f.reduce(half, 3)
    f.execute(other)
    assert f.take(other) == 1.5
    assert runs(tmp_path / "runs") == 1


def test_a_reset_step_and_what_depends_on_it_run_again(
    session: Session, tmp_path: Path
) -> None:
    first = f.reduce(noted, str(tmp_path / "first"), 1)
    last = f.reduce(noted, str(tmp_path / "last"), first)
    f.execute(last)
    assert f.reset(first) == 2
    assert not is_successful(f.take(last, strict=False))
    f.execute(last)
    assert (runs(tmp_path / "first"), runs(tmp_path / "last")) == (2, 1 + 1)
    assert f.reset(first, recursive=False) == 1
    assert f.take(last) == 1
    f.execute(first)
    assert (runs(tmp_path / "first"), runs(tmp_path / "last")) == (3, 2)


def test_a_reset_asks_the_server_once_a_level_however_many_steps_depend_on_it(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph, asked = session.backend.graph, []
    consumers = graph.consumers
    monkeypatch.setattr(graph, "consumers", lambda level: asked.append(1) or consumers(level))
    first = f.reduce(half, 2)
    wide = [f.reduce(half, first, name=f"half {number}") for number in range(50)]
    f.execute(f.gather(wide))
    assert f.reset(first) == 52
    assert len(asked) == 3


@pytest.mark.usefixtures("session")
def test_a_constant_cannot_be_reset() -> None:
    with pytest.raises(WiringError, match="constant cannot be reset"):
        f.reset(f.put(1))


def test_options_may_ask_for_a_reset(session: Session, tmp_path: Path) -> None:
    opt = f.options(reset=True)
    for _ in range(2):
        step = f.reduce(noted, str(tmp_path / "first"), 1, opt=opt)
        last = f.reduce(noted, str(tmp_path / "last"), step)
        f.execute(last)
    assert (runs(tmp_path / "first"), runs(tmp_path / "last")) == (2, 2)
