"""Traces are in the published format, whatever a run was like."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

import funsies as f
from funsies.history.runs import last_run
from funsies.report.account import lanes_of, read_account
from funsies.report.trace import MOST_ARROWS, to_trace

from .accounts import BEGAN, HOSTILE, account, ran, step
from .trace_format import check_trace


def double(number: int) -> int:
    return 2 * number


def test_a_run_of_a_program_is_a_trace() -> None:
    with f.Fun(f.Server("memory://")) as session:
        first = f.reduce(double, 3)
        f.execute(f.reduce(double, first))
        run = last_run(session.backend)
        assert run is not None
        events = check_trace(to_trace(read_account(session.backend, run)))
    steps = [each for each in events["X"] if each["cat"] != "run"]
    assert [each["args"]["task"] for each in steps] == ["double", "double"]
    assert {each["args"]["attempts"] for each in steps} == {1}
    assert all(len(each["args"]["hash"]) == 64 for each in steps)
    assert len(events["s"]) == 1


def test_a_worker_is_a_row_and_a_host_a_process() -> None:
    steps = [
        step("a", ran(0, worker="w1", host="one")),
        step("b", ran(0, worker="w1", host="two")),
        step("c", ran(0, worker="w2", host="one")),
        step("d", None, outcome="cached"),
    ]
    events = check_trace(to_trace(account(*steps)))
    rows = {each["name"]: (each["pid"], each["tid"]) for each in events["X"]}
    assert "d" not in rows
    assert len(set(rows.values())) == 4  # and the program
    assert rows["a"][0] == rows["c"][0] != rows["b"][0]


def test_steps_that_overlap_in_one_process_have_rows_of_their_own() -> None:
    """Threads of a program may run steps at the same time under one name."""
    steps = [step("a", ran(0, 3)), step("b", ran(1, 1)), step("c", ran(2.5, 1))]
    assert [lane.name for lane in lanes_of(account(*steps).ran)] == ["w", "w (2)"]
    check_trace(to_trace(account(*steps)))


def test_times_that_were_rounded_do_not_overlap() -> None:
    steps = [step("a", ran(0, 1.0004)), step("b", ran(1, 1))]
    assert len(lanes_of(account(*steps).ran)) == 1
    check_trace(to_trace(account(*steps)))


def test_arrows_never_go_back_in_time() -> None:
    """As they would between machines whose clocks differ."""
    steps = [step("a", ran(5), task="x"), step("b", ran(1, host="fast"), makers=["a"])]
    assert check_trace(to_trace(account(*steps)))["s"] == []


SECONDS = st.floats(0, 1e6).map(lambda seconds: round(seconds, 6)) | st.floats(0, 1e-3)


@given(start=SECONDS, seconds=SECONDS, pause=SECONDS, began=st.floats(0, 1e3))
def test_arrows_join_steps_however_times_are_rounded(start, seconds, pause, began) -> None:
    makes = step("a", ran(start, seconds))
    uses = step("b", ran(start + seconds + pause + 1e-5, 0), makers=["a"])
    events = check_trace(to_trace(account(makes, uses, began=BEGAN + began - 500)))
    assert len(events["s"]) == 1


def test_too_many_arrows_are_left_out() -> None:
    makers = [str(number) for number in range(MOST_ARROWS + 1)]
    steps = [step(each, ran(number / 1e6, 0)) for number, each in enumerate(makers)]
    events = check_trace(to_trace(account(*steps, step("all", ran(2), makers=makers))))
    assert not events["s"]
    assert len(events["X"]) == MOST_ARROWS + 3


@pytest.mark.parametrize("name", [HOSTILE, "a,b", "", "\ud800"])
def test_any_name_is_told(name: str) -> None:
    steps = [step("a", ran(0, worker=name or "w"), label=name, task=name, outcome="failed")]
    events = check_trace(to_trace(account(*steps, script=name)))
    assert all(each["name"].isprintable() for each in events["X"])
    (failed,) = [each for each in events["X"] if each["cat"] != "run"]
    assert failed["cname"] == "terrible"


def test_a_run_that_ran_nothing_and_has_not_ended_is_a_trace() -> None:
    events = check_trace(to_trace(account(step("a", None, outcome="cached"), ended=None)))
    assert len(events["X"]) == 1
