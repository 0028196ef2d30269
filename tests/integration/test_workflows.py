"""Whole workflows through the public API: in memory, and run by the client on a real server."""

from __future__ import annotations

from pathlib import Path

import pytest
from returns.result import Failure

import funsies as f
from funsies.core.errors import (
    ErrorKind,
)

from .small_steps import fails, noted, runs


@pytest.mark.usefixtures("session")
def test_python_steps_of_all_kinds_work_together() -> None:
    @f.task
    def mean(samples: list[float], *, weight: float = 1.0) -> float:
        return weight * sum(samples) / len(samples)

    quotient, remainder = f.py(divmod, 17, 5, out=(int, int))
    total = f.reduce(lambda *parts: sum(parts), quotient, remainder, 10)
    text = f.morph(str, total)
    average = mean([1.0, 2.0], weight=f.morph(float, total))
    last = f.reduce(lambda a, b: f"{a} {b}", text, average)
    f.execute(last)
    assert f.take(last) == "15 22.5"


@pytest.mark.usefixtures("session")
def test_shell_steps_read_and_write_files_of_all_kinds() -> None:
    made = f.reduce(lambda: {"k": [1, 2]})
    step = f.shell(
        "cat text; cat bytes; cat json; cat made; cat d/e",
        "echo to stderr >&2; echo $A$B; mkdir -p x; cp text x/y",
        inp={"text": "té\n", "bytes": b"\0\xff\n", "json": [1, None], "made": made, "d/e": 2},
        out=["x/y", "text"],
        env={"A": "a"},
        opt=f.options(env={"B": "b"}, distributed=False),
    )
    f.execute(step)
    assert f.take(step.stdouts[0]) == b"t\xc3\xa9\n\0\xff\n[1,null]" + b'{"k":[1,2]}2'
    assert f.take(step.stdouts[1]) == b"ab\n"
    assert f.take(step.stderrs[1]) == b"to stderr\n"
    assert [f.take(code) for code in step.returncodes] == [0, 0]
    assert f.take(step.out["x/y"]) == f.take(step.out["text"]) == "té\n".encode()


@pytest.mark.usefixtures("session")
def test_a_failing_command_stops_the_step_and_says_why() -> None:
    step = f.shell("echo one", "echo bad >&2; exit 3", "echo three", out=["file"])
    after = f.morph(len, step.out["file"])
    f.execute(step, after)
    assert f.take(step.stdouts[0]) == b"one\n"
    assert f.take(step.stderrs[1]) == b"bad\n"
    assert f.take(step.returncodes[1]) == 3
    error = f.take(step.out["file"], strict=False).failure()
    assert (error.kind, error.exit_code) == (ErrorKind.CommandFailed, 3)
    assert "bad" in error.details
    assert f.take(after, strict=False).failure() == error


@pytest.mark.usefixtures("session")
def test_without_check_all_commands_run_and_missing_files_are_errors() -> None:
    step = f.shell("exit 3", "echo two", out=["file"], check=False)
    f.execute(step)
    assert f.take(step.stdouts[1]) == b"two\n"
    assert f.take(step.returncodes[0]) == 3
    error = f.take(step.out["file"], strict=False).failure()
    assert error.kind is ErrorKind.MissingOutput


@pytest.mark.usefixtures("session")
def test_a_tolerant_shell_step_has_no_file_for_an_error() -> None:
    bad = f.reduce(fails, 1)
    step = f.shell("ls", inp={"bad": bad, "good": "text"}, strict=False)
    f.execute(step)
    assert f.take(step.stdout) == b"good\n"


@pytest.mark.usefixtures("session")
def test_one_step_used_twice_and_by_two_others_runs_once(tmp_path: Path) -> None:
    one = f.reduce(noted, str(tmp_path / "runs"), 1)
    both = f.reduce(lambda a, b: a + b, one, one)
    last = f.reduce(lambda a, b: a + b, both, one.map(lambda x: -x))
    f.execute(last)
    assert f.take(last) == 1
    assert runs(tmp_path / "runs") == 1


@pytest.mark.usefixtures("session")
def test_an_error_reaches_thousands_of_dependents(many: int) -> None:
    bad = f.reduce(fails, 0)
    level = [f.reduce(lambda x, n: x + n, bad, n) for n in range(many // 2 - 10)]
    chain = level[0]
    for _ in range(10):
        chain = f.reduce(lambda x: x, chain)
    handle = f.execute(level, chain)
    error = f.take(bad, strict=False).failure()
    assert all(f.take(each, strict=False) == Failure(error) for each in (chain, *level[::100]))
    assert handle.counts().total.skipped == many // 2
    assert handle.is_finished


@pytest.mark.usefixtures("session")
def test_thousands_of_inputs_of_one_step(many: int) -> None:
    parts = [f.reduce(lambda n: n, n) for n in range(many)]
    total = f.reduce(lambda *numbers: sum(numbers), *parts)
    f.execute(total)
    assert f.take(total) == sum(range(many))


@pytest.mark.usefixtures("session")
def test_a_chain_of_hundreds_of_steps(many: int) -> None:
    step = f.put(0)
    for _ in range(many // 3):
        step = f.morph(lambda x: x + 1, step)
    f.execute(step)
    assert f.take(step) == many // 3
