"""Reports: what people read is short, complete, and one line where it must be."""

from __future__ import annotations

import dataclasses
import io

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.console import Console

import funsies as f
from funsies.core.cutting import cut_lines
from funsies.core.digest import Digest
from funsies.core.encoding import encoding_of
from funsies.core.errors import Error, ErrorKind, UnwrapError
from funsies.history.labels import Labels
from funsies.report.console import make_console
from funsies.report.errors import (
    describe_error,
    facts_of,
    headline,
    summarize_causes,
    summarize_errors,
)
from funsies.report.failures import Causes, FailedTarget
from funsies.report.numbers import shown_seconds
from funsies.report.runs import CountedRun, counts_table, runs_table
from funsies.report.step import PREVIEW_CHARACTERS, InputView, inputs_of, preview
from funsies.store.rows.run_rows import StepCounts

from .accounts import a_run

SOURCE = "ab" * 32
ERROR = Error(
    kind=ErrorKind.ExceptionRaised,
    source=SOURCE,
    task="divide",
    details="Traceback ...\nZeroDivisionError: division by zero",
    exception="ZeroDivisionError",
    host="node7",
    attempts=3,
)


def plain(width: int = 80, *, terminal: bool = False) -> tuple[Console, io.StringIO]:
    file = io.StringIO()
    return Console(file=file, width=width, force_terminal=terminal, highlight=False), file


# -- numbers


@given(seconds=st.floats(min_value=0, max_value=1e8))
def test_a_duration_is_short(seconds: float) -> None:
    assert len(shown_seconds(seconds)) <= 9


# -- previews


@given(data=st.binary(max_size=2000))
def test_a_preview_of_any_bytes_is_one_short_printable_line(data: bytes) -> None:
    line = preview(data, "blob")
    assert line.isprintable()
    assert len(line) <= PREVIEW_CHARACTERS + len("...")


@given(text=st.text(max_size=20).filter(str.isprintable).filter(lambda text: "\\" not in text))
def test_a_short_text_is_shown_as_it_is(text: str) -> None:
    assert preview(text.encode(), "blob") == text


def test_a_long_text_is_cut_and_says_so() -> None:
    assert preview("é".encode() * 500, "blob") == "é" * PREVIEW_CHARACTERS + "..."


def test_a_text_value_is_shown_without_quotes() -> None:
    assert preview(b'"hello"', "json") == "hello"


def test_bytes_that_are_no_text_are_counted() -> None:
    assert preview(b"\xff\xfe" * 1000, "blob") == "(2,000 bytes)"


# -- errors


def test_inputs_are_shown_in_the_order_of_the_call() -> None:
    with f.Fun(f.Server("memory://")) as session:
        total = f.reduce(lambda *numbers: sum(numbers), *range(12), out=int)
        f.execute(total)
        assert total.producer is not None
        shown = inputs_of(session.backend, total.producer)
    assert [view.name for view in shown] == [f"numbers[{number}]" for number in range(12)]


def test_a_headline_says_what_failed_and_where() -> None:
    assert headline(ERROR) == "ExceptionRaised (ZeroDivisionError) in divide ababababab"
    assert headline(Error(kind=ErrorKind.Cancelled)) == "Cancelled"


def test_only_what_is_known_to_be_kept_is_said_to_be() -> None:
    assert facts_of(ERROR)["remembered"].startswith("yes")
    cancelled = Error(kind=ErrorKind.Cancelled)
    assert facts_of(cancelled)["remembered"].startswith("no")
    assert "remembered" not in facts_of(Error(kind=ErrorKind.NotFound))


def test_a_description_has_kind_source_traceback_and_inputs() -> None:
    text = "\n".join(describe_error(ERROR, [InputView("a", "cd" * 32, "3")]))
    for part in (
        "ExceptionRaised",
        SOURCE,
        "ZeroDivisionError: division",
        "node7",
        "cdcdcdcdcd",
    ):
        assert part in text
    assert "attempts" in text


def test_equal_errors_are_explained_once() -> None:
    lines = summarize_errors(FailedTarget(each * 64, ERROR) for each in "1234567")
    text = "\n".join(lines)
    assert text.count("division by zero") == 1
    assert "in the place of 1111111111, 2222222222, 3333333333, 4444444444 and 3 more" in text
    assert f"funsies cat {SOURCE[:10]}" in text


def test_what_was_asked_for_is_called_as_people_call_it() -> None:
    targets = [FailedTarget("1" * 64, ERROR, "mean(n=3)"), FailedTarget("2" * 64, ERROR)]
    assert "  in the place of mean(n=3), 2222222222" in summarize_errors(targets)


def test_that_an_error_stands_in_the_place_of_the_failed_step_itself_is_not_said() -> None:
    step = Digest(bytes.fromhex(SOURCE))
    labels = Labels({step: "divide(1, 0)"}, {step: "divide"})
    own = FailedTarget("1" * 64, ERROR, "divide(1, 0)")
    assert "in the place of" not in "\n".join(summarize_errors([own], labels))
    lines = summarize_errors([own, FailedTarget("2" * 64, ERROR, "mean(n=3)")], labels)
    assert "  in the place of mean(n=3)" in lines


@pytest.mark.parametrize(
    ("number", "remedy"),
    [
        (1, "; to have it run: funsies reset 0000000000"),
        (2, "; to have them run: funsies reset 0000000000 1000000000"),
        (5, ""),
    ],
)
def test_what_is_remembered_is_run_again_by_what_is_advised(number: int, remedy: str) -> None:
    causes = Causes()
    for each in range(number):
        source = f"{each}{0:063d}"
        error = dataclasses.replace(ERROR, source=source, failed_at=1.8e9)
        causes.add(error, is_old=True)
    (line,) = [each for each in summarize_causes(list(causes)) if "remembered since" in each]
    assert line.endswith(f", and not run again{remedy}")


def test_of_many_different_errors_some_are_explained_and_the_rest_counted() -> None:
    kind = ErrorKind.WorkerLost
    errors = [FailedTarget(f"{n:064x}", Error(kind=kind, task=str(n))) for n in range(60)]
    lines = summarize_errors(errors)
    assert "error: WorkerLost; look further: funsies cat 0000000000" in lines
    assert lines[-1] == "... and 10 more errors"


def test_failures_at_the_same_place_are_one_cause_whatever_the_values_were() -> None:
    def failed(number: int, line: int) -> Error:
        frame = f'  File "flow.py", line {line}, in parse'
        details = f"Traceback ...\n{frame}\n    int(text)\nValueError: {number}"
        source = f"{number:064x}"
        return dataclasses.replace(ERROR, source=source, details=details)

    lines = summarize_errors(FailedTarget(f"{n:064x}", failed(n, 4)) for n in range(6))
    text = "\n".join(lines)
    assert text.count("ValueError") == 1
    assert "6 steps failed in this way: 0000000000, " in text
    other_place = summarize_errors(
        [FailedTarget("1" * 64, failed(1, 4)), FailedTarget("2" * 64, failed(2, 9))]
    )
    assert "\n".join(other_place).count("ValueError") == 2


def test_a_line_of_50_mb_is_cut_and_says_how_much_is_left_out() -> None:
    endless = Error(kind=ErrorKind.CommandFailed, details="begin" + "x" * 50_000_000 + "end")
    for lines in (describe_error(endless), summarize_errors([FailedTarget("0" * 64, endless)])):
        text = "\n".join(lines)
        assert len(text) < 5000
        assert "begin" in text
        assert "end" in text
        assert "left out" in text
    assert len(str(UnwrapError(endless))) < 5000


@given(text=st.text(), limit=st.integers(min_value=1, max_value=30))
def test_of_any_text_no_line_is_longer_than_the_limit_and_what_is_said_about_it(
    text: str, limit: int
) -> None:
    for before, after in zip(text.split("\n"), cut_lines(text, limit).split("\n"), strict=True):
        if len(before) <= limit:
            assert after == before
        else:
            assert f"{len(before) - limit:,} characters left out" in after
            assert after.endswith(before[-1])


def test_an_error_tells_whether_it_is_remembered() -> None:
    stored = dataclasses.replace(ERROR, failed_at=1.8e9)
    assert "remembered  yes; to run it again: funsies reset ababababab" in "\n".join(
        describe_error(stored)
    )
    passing = dataclasses.replace(stored, volatile=True)
    assert "remembered  no" in "\n".join(describe_error(passing))
    assert "not remembered" in "\n".join(summarize_errors([FailedTarget("0" * 64, passing)]))


def test_of_an_error_that_was_there_before_it_is_said_that_it_is_remembered() -> None:
    stored = dataclasses.replace(ERROR, failed_at=1.8e9)
    for is_old in (True, False):
        causes = Causes()
        causes.add_target(FailedTarget("0" * 64, stored), is_old=is_old)
        text = "\n".join(summarize_causes(list(causes)))
        assert ("remembered since 2027-01-1" in text) is is_old
        assert ("funsies reset ababababab" in text) is is_old


def test_old_and_new_failures_with_the_same_cause_are_told_apart() -> None:
    causes = Causes()
    for number in range(4):
        error = dataclasses.replace(ERROR, source=f"{number:064x}", failed_at=1.8e9)
        causes.add_target(FailedTarget(f"{number:064x}", error), is_old=number > 0)
    assert [(len(each.steps), each.is_old) for each in causes] == [(1, False), (3, True)]


def test_of_long_details_the_end_is_shown() -> None:
    details = "\n".join(f"line {n}" for n in range(100))
    error = Error(kind=ErrorKind.CommandFailed, details=details)
    lines = summarize_errors([FailedTarget("0" * 64, error)])
    assert "    line 99" in lines
    assert "    line 5" not in lines
    assert "    ... 88 lines above" in lines


# -- the closing table


def test_the_table_has_a_row_a_task_and_their_sum() -> None:
    console, file = plain()
    counts = {"simulate": StepCounts(done=12), "mean": StepCounts(done=3000, unfinished=1)}
    console.print(counts_table(counts))
    rows = [line.split() for line in file.getvalue().splitlines() if line.strip()]
    assert rows[0] == ["task", "done", "cached", "failed", "skipped", "unfinished", "time"]
    assert ["simulate", "12", "0", "0", "0", "0", "0", "s"] in rows
    assert ["all", "3,012", "0", "0", "0", "1", "0", "s"] in rows


def test_a_task_name_is_no_markup() -> None:
    console, file = plain()
    console.print(counts_table({"[red]x[/red]": StepCounts(done=1)}))
    assert "[red]x[/red]" in file.getvalue()


# -- colours


def test_colours_are_left_out_if_the_user_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    assert make_console().no_color


def test_a_frame_is_told_on_one_line_by_its_size() -> None:
    data = encoding_of(pd.DataFrame).encode(pd.DataFrame({"a": [1, 2]}))
    assert preview(data, "json") == "DataFrame, 2 rows, 1 column"
    assert preview(encoding_of(str).encode("two\nlines"), "json") == r"two\nlines"


@pytest.mark.parametrize(
    ("width", "left_out"),
    [
        (200, set()),
        (80, {"commit", "took"}),
        (60, {"commit", "took", "cached", "done", "failed"}),
        (40, {"commit", "took", "cached", "done", "failed", "began"}),
    ],
)
def test_a_narrow_table_of_runs_leaves_out_what_tells_least(
    width: int, left_out: set[str]
) -> None:
    """Which run it was, how it ended, and its program are always there, and readable."""
    made = a_run(number=123, script="flow.py", arguments=("--seed", "12"))
    console, file = plain(width)
    console.print(runs_table([CountedRun(made, {})], width))
    head, _, *lines = [line.rstrip() for line in file.getvalue().splitlines() if line.strip()]
    names = {"run", "began", "outcome", "took", "done", "cached", "failed", "commit", "program"}
    assert set(head.split()) == names - left_out
    assert lines[0].split()[0] == "123"
    assert made.outcome.value in lines[0]
    assert "flow.py" in lines[0]
    assert all(len(line) <= width for line in lines)
