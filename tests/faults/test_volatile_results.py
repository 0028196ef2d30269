"""A result that was computed from a failure of the machinery is never taken unnoticed."""

from __future__ import annotations

import errno
import os
import signal
import warnings
from pathlib import Path

import pytest
from returns.result import Result

import funsies as f
from funsies.core.errors import ErrorKind


def fragile(place: str, number: int) -> int:
    """Die while a file is not there; on `memory://`, where all would die, find a full disk."""
    if not Path(place, "mended").exists():
        if Path(place, "in-process").exists():
            raise OSError(errno.ENOSPC, "no room")
        os.kill(os.getpid(), signal.SIGKILL)
    return number


def forgiving_sum(*numbers: Result[int, f.Error]) -> int:
    return sum(number.value_or(0) for number in numbers)


def double(number: int) -> int:
    return 2 * number


def build(number: int) -> f.Artefact[int]:
    return f.reduce(double, number)


@pytest.fixture(params=["workers", "memory"])
def session(request, stage, tmp_path):
    """The same on background workers and in memory."""
    once = f.options(lost_retries=0)
    if request.param == "workers":
        stage.start_worker()
        with f.Fun(stage.server, once) as session:
            yield session
    else:
        (tmp_path / "in-process").touch()
        with f.Fun(f.Server("memory://"), once) as session:
            yield session


def done(*steps: f.Artefact[object]) -> None:
    f.execute(*steps).wait(timeout_seconds=60)


def total_of(place: Path, *more: f.Artefact[int]) -> f.Artefact[int]:
    lost = f.reduce(fragile, str(place), 5)
    return f.reduce(forgiving_sum, lost, 2, *more, strict=False)


def levels(place: Path) -> dict[str, tuple[f.Artefact[int], int, int]]:
    """Everything that may stand between a step that is lost and what is taken."""
    total = total_of(place)
    deep = f.reduce(double, f.reduce(double, total))
    mapped = f.map_each(double, f.gather([total, f.put(1)]))
    shell = f.shell("cat number", inp={"number": total})
    return {
        "itself": (total, 2, 7),
        "several levels": (deep, 8, 28),
        "a dynamic step": (total.bind(build), 4, 14),
        "map_each": (f.reduce(sum, mapped), 6, 16),
        "a command": (f.morph(int, shell.stdout), 2, 7),
    }


@pytest.mark.usefixtures("session")
def test_take_warns_names_the_step_and_is_silent_when_it_is_mended(tmp_path):
    cases = levels(tmp_path)
    steps = [step for step, _, _ in cases.values()]
    done(*steps)
    for name, (step, without, _) in cases.items():
        with pytest.warns(f.VolatileWarning, match=r"in fragile .*execute it again") as told:
            assert f.take(step) == without, name
        assert [Path(each.filename).name for each in told] == [Path(__file__).name]
        error = f.take(step, strict=False, volatile="error").failure()
        assert (error.task, error.is_remembered) == ("fragile", False)
        with pytest.raises(f.UnwrapError, match=r"fragile .*\n(.*\n)*.*volatile"):
            f.take(step, volatile="error")
        assert f.take(step, volatile="accept") == without

    (tmp_path / "mended").touch()
    done(*steps)
    for name, (step, _, whole) in cases.items():
        assert f.take(step, volatile="error") == whole, name
        assert f.take(step) == whole  # a warning would be an error here


@pytest.mark.usefixtures("session")
def test_an_error_that_is_volatile_says_so_without_a_warning(tmp_path):
    lost = f.reduce(fragile, str(tmp_path), 5)
    skipped = f.reduce(double, lost)
    done(skipped)
    for step in (lost, skipped):
        with pytest.raises(f.UnwrapError, match=r"This error is volatile.*not remembered"):
            f.take(step)


@pytest.mark.usefixtures("session")
def test_many_values_from_one_lost_step_are_one_warning(tmp_path):
    """As Python shows warnings, once a text and place."""
    total = total_of(tmp_path)
    sums = [f.reduce(max, total, number) for number in range(5)]
    done(*sums)
    with warnings.catch_warnings(record=True) as told:
        warnings.simplefilter("default")
        for each in sums:
            f.take(each)
    assert len(told) == 1


@pytest.mark.usefixtures("session")
def test_files_are_not_written_unnoticed(tmp_path):
    total = total_of(tmp_path)
    done(total)
    target = tmp_path / "total"
    with pytest.raises(f.UnwrapError, match="fragile"):
        f.takeout(total, target, volatile="error")
    assert not target.exists()
    with pytest.warns(f.VolatileWarning):
        f.takeout(total, target)
    assert target.read_text() == "2"


@pytest.mark.slow
def test_many_losses_are_named_in_part_and_counted_by_task(session, tmp_path):
    lost = [f.reduce(fragile, str(tmp_path), number) for number in range(9)]
    total = f.reduce(forgiving_sum, *lost, strict=False)
    done(total)
    with pytest.warns(f.VolatileWarning, match="and 6 more"):
        f.take(total)
    counts = session.backend.graph.counts()
    assert (counts["fragile"].volatile, counts["forgiving_sum"].volatile) == (9, 1)
    (tmp_path / "mended").touch()
    done(total)
    counts = session.backend.graph.counts()
    assert (counts["fragile"].volatile, counts["forgiving_sum"].volatile) == (0, 0)


def slow() -> int:
    signal.pause()
    return 1


def test_what_ran_too_long_is_volatile_too(stage):
    stage.start_worker()
    with f.Fun(stage.server):
        late = f.reduce(slow, opt=f.options(timeout_seconds=0.5))
        total = f.reduce(forgiving_sum, late, 2, strict=False)
        done(total)
        with pytest.warns(f.VolatileWarning, match="JobTimedOut in slow"):
            assert f.take(total) == 2


def test_a_command_that_ends_for_the_machines_sake_gives_volatile_values():
    """It has no error that could be named, as nothing judges it."""
    with f.Fun(f.Server("memory://")):
        step = f.shell("no-such-program", check=False)
        done(step.returncode)
        with pytest.warns(f.VolatileWarning, match="trouble of the machine in or before"):
            assert f.take(step.returncode) == 127
        refused = f.take(step.returncode, strict=False, volatile="error").failure()
        assert refused.kind is ErrorKind.NotFound
        assert "volatile" in refused.details


def test_what_was_not_evaluated_tells_how_it_is():
    with f.Fun(f.Server("memory://")):
        left_out = f.reduce(double, 3, opt=f.options(evaluate=False))
        total = f.reduce(forgiving_sum, left_out, 2, strict=False)
        done(total)
        with pytest.warns(f.VolatileWarning, match=r"NotEvaluated .*without .*evaluate=False"):
            assert f.take(total) == 2


def test_what_else_is_said_of_volatile_values_is_refused():
    with f.Fun(f.Server("memory://")):
        step = f.reduce(double, 3)
        done(step)
        with pytest.raises(f.errors.OptionError, match='none of "warn", "error" and "accept"'):
            f.take(step, volatile="ignore")
