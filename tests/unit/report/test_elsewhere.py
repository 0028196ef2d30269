"""Who is busy with what somebody else has asked for is named, with the way to end it."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from rich.console import Console

from funsies.client.progress import Progress
from funsies.core.digest import Digest, content_digest
from funsies.history import run_records
from funsies.history.pending_runs import Askers, runs_with_pending
from funsies.history.processes import this_process
from funsies.report.elsewhere import WorkElsewhere, left_behind
from funsies.report.live.display import LINE_SECONDS, Display
from funsies.store.connect import Backend, open_backend
from funsies.store.rows import (
    Definitions,
    Fence,
    Generation,
    OperationRow,
    QueueName,
    StepMessage,
    TaskCounts,
    Wanted,
)
from funsies.store.rows.run_rows import RunRecord

QUEUE = QueueName("default@3.11")


@pytest.fixture
def backend() -> Backend:
    return open_backend("memory://")


def asked(
    backend: Backend, names: Sequence[str], *, script: str = "old.py", outcome: str = ""
) -> tuple[int, Generation]:
    """A run that has asked for steps; still there if it has no outcome."""
    record = RunRecord(
        script=script,
        directory="/",
        process=this_process(),
        user="ada",
        python="3.11",
        version="1",
        began=1.0,
        ended=2.0 if outcome else None,
        outcome=outcome,
    )
    number = run_records.write_new(backend.graph.named, record)
    generation = ask(backend, names)
    run_records.add_request(backend, number, generation, [step(each) for each in names])
    return number, generation


def step(name: str) -> Digest:
    return content_digest(name.encode())


def ask(backend: Backend, names: Sequence[str]) -> Generation:
    rows = [
        OperationRow(step(each), step("task"), "task", True, False, (), (step(each + " out"),))
        for each in names
    ]
    backend.graph.define(Definitions(operations=tuple(rows)))
    generation = backend.graph.new_generation()
    backend.graph.request(
        generation, [Wanted(row.digest, QUEUE, 0, step("options"), 2) for row in rows]
    )
    return generation


def claim(backend: Backend, number: int) -> None:
    """Have so many workers run a step each."""
    for each in range(number):
        slot, fence = f"node{each}:7:{each}", Fence(bytes([each]) * 16)
        backend.graph.step(StepMessage(slot, 1, QUEUE, lease_ms=10_000, fence=fence, claims=1))


def test_steps_of_an_interrupted_run_are_named_with_what_to_do(backend) -> None:
    asked(backend, ["a", "b"], outcome="interrupted")
    claim(backend, 2)
    lines = WorkElsewhere(backend, tuple).lines(backend.graph.leases())
    end = "which was interrupted; to end them: funsies cancel --run 1"
    assert lines == [f"2 workers run steps of run 1 (old.py), {end}"]


def test_what_one_has_asked_for_oneself_is_not_told(backend) -> None:
    """Also if an earlier run has asked for it, too, or another will."""
    asked(backend, ["a"], outcome="interrupted")
    _, own = asked(backend, ["a", "b"])
    asked(backend, ["b"])
    claim(backend, 2)
    assert WorkElsewhere(backend, lambda: [own]).lines(backend.graph.leases()) == []


def test_a_run_that_goes_on_is_not_to_be_ended(backend) -> None:
    asked(backend, ["a"], script="other.py")
    claim(backend, 1)
    (line,) = WorkElsewhere(backend, tuple).lines(backend.graph.leases())
    assert line == "1 worker runs a step of run 1 (other.py), which goes on"


def test_a_run_that_has_not_waited_for_its_steps_is_told_from_one_that_goes_on(backend) -> None:
    asked(backend, ["a"], outcome="done")
    claim(backend, 1)
    (line,) = WorkElsewhere(backend, tuple).lines(backend.graph.leases())
    assert "which has ended; to end it: funsies cancel --run 1" in line


def test_what_no_run_has_asked_for_is_told_too(backend) -> None:
    ask(backend, ["a"])
    claim(backend, 1)
    (line,) = WorkElsewhere(backend, tuple).lines(backend.graph.leases())
    assert (
        line == "1 worker runs a step of a program of which no run is known; see: funsies top"
    )


def test_hostile_names_of_programs_are_escaped(backend) -> None:
    asked(backend, ["a"], script="\x1b[31m\n.py", outcome="interrupted")
    claim(backend, 1)
    (line,) = WorkElsewhere(backend, tuple).lines(backend.graph.leases())
    assert "\x1b" not in line
    assert "\n" not in line


def test_a_plain_line_tells_it_once(backend) -> None:
    asked(backend, ["a"], outcome="interrupted")
    claim(backend, 1)
    file, now = io.StringIO(), 0.0
    display = Display(
        Console(file=file, width=200),
        backend.graph,
        elsewhere=WorkElsewhere(backend, tuple),
        clock=lambda: now,
    )
    with display.shown() as tell:
        for _ in range(3):
            now += LINE_SECONDS
            tell(Progress({"task": TaskCounts(running=1, ready=1)}))
    lines = file.getvalue().splitlines()
    assert len(lines) == 4
    assert "funsies cancel --run 1" in lines[1]


def test_on_a_terminal_it_stands_below_the_table(backend) -> None:
    asked(backend, ["a"], outcome="interrupted")
    claim(backend, 1)
    file = io.StringIO()
    console = Console(file=file, width=120, height=24, force_terminal=True)
    with Display(
        console, backend.graph, elsewhere=WorkElsewhere(backend, tuple)
    ).shown() as tell:
        tell(Progress({"task": TaskCounts(running=1, ready=1)}))
    assert "to end it: funsies cancel --run 1" in file.getvalue()


def test_runs_that_have_ended_are_told_without_those_that_go_on(backend) -> None:
    old, _ = asked(backend, ["a"], outcome="interrupted")
    new, _ = asked(backend, ["b"])
    (line,) = left_behind(backend, {old: 2, new: 1})
    assert line.startswith(f"2 workers run steps of run {old} ")


def test_the_newest_run_that_wants_a_step_is_found_also_if_it_began_later(backend) -> None:
    askers = Askers(backend)
    asked(backend, ["a"])
    assert askers.newest_runs([step("a"), step("unknown")]) == {step("a"): 1}
    asked(backend, ["a", "b"])
    assert askers.newest_runs([step("a"), step("b")]) == {step("a"): 2, step("b"): 2}


def test_runs_of_which_something_can_be_cancelled_are_those_with_something_pending(backend):
    assert runs_with_pending(backend, 10) == []
    asked(backend, ["a"], outcome="interrupted")
    _, cancelled = asked(backend, ["b"], outcome="interrupted")
    asked(backend, ["c"], outcome="errors")  # what ran beside the error goes on
    asked(backend, ["d"])
    claim(backend, 3)
    backend.graph.define(Definitions(contents=((step("error"), b"error"),)))
    backend.graph.cancel(cancelled, [step("b")], step("error"))
    assert [each.number for each in runs_with_pending(backend, 10)] == [4, 3, 1]
