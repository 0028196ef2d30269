"""In a process of funsies' own, no step sees what another has changed there."""

from __future__ import annotations

import decimal
import os
import random
import signal
import sys
from collections.abc import Callable

import numpy as np
import pytest

import funsies as f
from funsies.run.signals import take_no_notice
from funsies.run.surroundings import OwnSurroundings
from funsies.run.surroundings.settings import ProcessSetting, Settings
from funsies.run.tasks import TaskLoader

from .changes import (
    CHANGES,
    look_at_decimals,
    look_at_environment,
    look_at_interpreter,
)
from .lab import Lab


def spoiling(spoil: Callable[[], object], number: int = 1) -> Callable[[], int]:
    def step() -> int:
        spoil()
        return number

    return step


def looking(look: Callable[[], object]) -> Callable[[f.Result[int, f.Error]], str]:
    def step(_: f.Result[int, f.Error]) -> str:
        return repr(look())

    return step


@pytest.mark.parametrize(
    ("look", "spoil"),
    [
        pytest.param(look, spoil, id=f"{look.__name__}-{number}")
        for look, spoils in CHANGES.items()
        for number, spoil in enumerate(spoils)
    ],
)
def test_what_one_step_changes_another_does_not_see(
    horse: Lab, look: Callable[[], object], spoil: Callable[[], object]
) -> None:
    untouched = f.reduce(looking(look), 0, strict=False, name="before")
    spoiled = f.reduce(spoiling(spoil))
    after = f.reduce(looking(look), spoiled, strict=False)
    horse.run(untouched)
    horse.run(after)
    assert horse.take(spoiled) == 1
    assert horse.take(after) == horse.take(untouched)
    assert horse.spoiled == 0


def test_it_is_restored_after_a_step_that_fails_as_well(horse: Lab) -> None:
    def fails() -> int:
        decimal.getcontext().prec = 3
        sys.setrecursionlimit(700)
        os.environ["FUNSIES_TEST"] = "1"
        raise ValueError("on purpose")

    before = look_at_decimals(), look_at_interpreter(), look_at_environment()
    horse.run(f.reduce(fails))
    assert (look_at_decimals(), look_at_interpreter(), look_at_environment()) == before


@pytest.mark.parametrize(
    "set_alarm",
    [
        lambda: signal.alarm(1000),
        lambda: signal.setitimer(signal.ITIMER_REAL, 1000),
        lambda: signal.setitimer(signal.ITIMER_REAL, 0.9, 1000),
    ],
)
def test_an_alarm_does_not_outlive_its_step(
    horse: Lab, set_alarm: Callable[[], object]
) -> None:
    of_the_test_run = signal.setitimer(signal.ITIMER_REAL, 0)
    handler = signal.signal(signal.SIGALRM, take_no_notice)  # where the machine stands still
    try:
        horse.run(f.reduce(spoiling(set_alarm)))
        assert signal.getitimer(signal.ITIMER_REAL) == (0, 0)
    finally:
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, *of_the_test_run)


# random numbers


def draw(_: int) -> list[float]:
    """Draw as most people do."""
    return [random.random(), float(np.random.random())]  # noqa: NPY002, S311


@pytest.mark.parametrize(
    "seed",
    [
        lambda: random.seed(1),
        lambda: random.setstate(random.Random(1).getstate()),  # noqa: S311
        lambda: np.random.seed(1),  # noqa: NPY002
        lambda: np.random.set_state(np.random.RandomState(1).get_state()),  # noqa: NPY002
        lambda: np.random.set_bit_generator(np.random.MT19937(1)),
    ],
)
def test_a_seed_of_one_step_does_not_make_the_next_deterministic(
    horse: Lab, seed: Callable[[], object]
) -> None:
    drawn = [f.reduce(draw, f.reduce(spoiling(seed, number))) for number in range(2)]
    horse.run(*drawn)
    first, second = map(horse.take, drawn)
    assert not {*first} & {*second}


def test_steps_without_a_seed_draw_different_numbers(horse: Lab) -> None:
    drawn = [f.reduce(draw, number) for number in range(10)]
    horse.run(*drawn)
    assert len({number for each in drawn for number in horse.take(each)}) == 20


def test_a_step_that_sets_a_seed_has_it(horse: Lab) -> None:
    def draws() -> list[float]:
        random.seed(7)
        return [random.random(), random.random()]  # noqa: S311

    step = f.reduce(draws)
    horse.run(step)
    generator = random.Random(7)  # noqa: S311
    assert horse.take(step) == [generator.random(), generator.random()]


# what modules do when they are imported


def test_what_importing_does_is_there_for_all_steps(
    horse: Lab, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A module may set a precision; a step finds it, and cannot spoil it for the next."""
    fetch = TaskLoader._fetch

    def importing(loader: TaskLoader, *task: object) -> object:
        decimal.getcontext().prec = 50
        np.seterr(divide="raise")
        monkeypatch.setenv("FUNSIES_TEST_IMPORTED", "1")
        return fetch(loader, *task)  # type: ignore[arg-type]  # its address and row

    def reads(before: str) -> str:
        settings = f"{decimal.getcontext().prec} {np.geterr()['divide']}"
        settings += os.environ.get("FUNSIES_TEST_IMPORTED", "")
        decimal.getcontext().prec = 3
        np.seterr(divide="ignore")
        os.environ.clear()
        return before + settings

    monkeypatch.setattr(TaskLoader, "_fetch", importing)
    step = f.reduce(reads, f.reduce(reads, f.reduce(reads, "")))
    with decimal.localcontext(), np.errstate():
        horse.run(step)
    assert horse.take(step) == "50 raise1" * 3


# what cannot be put back


@pytest.mark.parametrize(
    "setting",
    [
        ProcessSetting(iter([1, 2, 2]).__next__, print),
        ProcessSetting(iter([1]).__next__, print),
        ProcessSetting(iter([np.zeros(2), np.ones(2), np.ones(2)]).__next__, print),
    ],
)
def test_what_cannot_be_read_or_compared_counts_as_lost(setting: ProcessSetting) -> None:
    def refuse(_: object) -> None:
        raise PermissionError

    assert not Settings([setting._replace(write=refuse)]).restore()


def test_all_that_can_be_put_back_is_put_back_all_the_same() -> None:
    def refuse(_: object) -> None:
        raise PermissionError

    values = [1]
    lost = ProcessSetting(iter([1, 2, 2]).__next__, refuse)
    settings = Settings(
        [lost, ProcessSetting(lambda: values[0], lambda each: values.insert(0, each))]
    )
    values.insert(0, 2)
    assert not settings.restore()
    assert values[0] == 1


def test_who_owns_the_process_is_told_of_what_cannot_be_put_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(_: int) -> None:
        raise ValueError

    told: list[str] = []
    limit, set_limit = sys.getrecursionlimit(), sys.setrecursionlimit
    monkeypatch.setattr(sys, "setrecursionlimit", refuse)
    surroundings = OwnSurroundings(lambda: told.append("spoiled"))
    with surroundings.of_step({}):
        pass
    assert told == []
    with surroundings.of_step({}):
        set_limit(limit + 1)
    set_limit(limit)
    assert told == ["spoiled"]


def test_a_generator_that_cannot_be_seeded_anew_is_lost(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """One without a seed has been put into the place of numpy's."""
    told: list[str] = []
    surroundings = OwnSurroundings(lambda: told.append("spoiled"))
    monkeypatch.setattr(np.random, "random_sample", None)
    for _ in range(2):
        with surroundings.of_step({}):
            pass
    assert told
