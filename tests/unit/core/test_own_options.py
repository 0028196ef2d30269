"""Options that are given to a step by keyword."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import pytest

import funsies as f
from funsies import utils
from funsies.core.errors import OptionError, WiringError
from funsies.core.own_options import RunOptions, StepOptions

BUILDERS: dict[str, Callable[..., Any]] = {
    "task": lambda **how: f.task(**how)(abs)(3),
    "shell": lambda **how: f.shell("true", **how),
    "reduce": lambda **how: f.reduce(abs, 3, **how),
    "morph": lambda **how: f.morph(abs, 3, **how),
    "py": lambda **how: f.py(abs, 3, **how),
    "map_each": lambda **how: f.map_each(abs, [3], **how),
    "sac": lambda **how: f.dynamic.sac(list, f.put, f.gather, [3], **how),
    "gather": lambda **how: f.gather([f.put(3)], **how),
    "template": lambda **how: f.template("{{a}}", {"a": 3}, **how),
    "concat": lambda **how: utils.concat("a", "b", **how),
    "truncate": lambda **how: utils.truncate("a", **how),
    "stop_if": lambda **how: utils.stop_if(callable, 3, **how),
    "not_empty": lambda **how: utils.not_empty("a", **how),
}

builders = pytest.mark.parametrize("build", BUILDERS.values(), ids=BUILDERS)


def options_of(made: Any) -> f.Options:
    found: f.Options = made.operation.options
    return found


def test_every_option_but_the_environment_is_a_keyword_of_steps() -> None:
    names = {each.name for each in fields(f.Options)} - {"env"}
    assert set(RunOptions.__annotations__) == names
    assert set(StepOptions.__annotations__) == names | {"label"}


@builders
def test_a_keyword_changes_the_defaults_in_force(build: Callable[..., Any]) -> None:
    with f.Fun(f.Server("memory://"), defaults=f.options(retries=3, queue="cpu")):
        made = options_of(build(queue="gpu", timeout_seconds=60))
    assert made == f.Options(queue="gpu", timeout_seconds=60, retries=3)


@builders
def test_a_keyword_goes_before_opt(build: Callable[..., Any]) -> None:
    made = options_of(build(opt=f.options(retries=2, priority=4), retries=0))
    assert made == f.Options(retries=0, priority=4)


@builders
def test_options_do_not_change_what_a_step_is(build: Callable[..., Any]) -> None:
    how = {"queue": "gpu", "retries": 1, "isolated": True, "timeout_seconds": None}
    assert build(**how).operation.digest == build().operation.digest


@pytest.mark.parametrize("name", BUILDERS)
def test_a_keyword_that_is_none_is_refused_with_what_was_meant(name: str) -> None:
    build = BUILDERS[name]
    with pytest.raises(OptionError, match=rf"^{name}\(\) has no keyword queu; .* queue\?"):
        build(queu="gpu")
    with pytest.raises(OptionError, match=r"timeout; did you mean timeout_seconds\?"):
        build(timeout=60)
    with pytest.raises(OptionError, match="result_ttl; leave it out"):
        build(result_ttl=60)
    with pytest.raises(OptionError, match="retries is a whole number, not True"):
        build(retries=True)
    with pytest.raises(OptionError, match="retries is 0 or more"):
        build(retries=-1)
    with pytest.raises(OptionError, match=r"opt= is made by options\(...\)"):
        build(opt={"retries": 1})


@pytest.mark.parametrize("name", sorted(BUILDERS.keys() - {"shell", "template"}))
def test_the_environment_is_given_by_options(name: str) -> None:
    with pytest.raises(OptionError, match=r"env; .* by opt=options\(env=...\)"):
        BUILDERS[name](env={"A": "1"})


def test_the_environment_of_a_shell_step_is_part_of_it() -> None:
    assert f.shell("true", env={"A": "1"}).hash != f.shell("true", env={"A": "2"}).hash


def test_a_task_is_refused_where_it_is_made() -> None:
    with pytest.raises(OptionError, match=r"task\(\) has no keyword"):
        f.task(nme="other")


def test_a_task_that_is_given_as_a_function_keeps_what_the_call_does_not_say() -> None:
    square = f.task(queue="gpu", retries=1)(abs)
    assert options_of(f.reduce(square, 1)) == f.Options(queue="gpu", retries=1)
    assert options_of(f.morph(square, 1, retries=2)) == f.Options(queue="gpu", retries=2)
    assert options_of(f.py(square, 1, opt=f.options(priority=1))) == f.Options(priority=1)


def test_equal_options_of_many_steps_are_one_object() -> None:
    square = f.task(queue="gpu")(abs)
    assert options_of(square(1)) is options_of(square(2))


MISPLACED: dict[str, Callable[..., Any]] = {
    "execute": f.execute,
    "wait_for": f.wait_for,
    "take": f.take,
    "put": f.put,
    "Fun": f.Fun,
    "ManagedFun": f.ManagedFun,
}


@pytest.mark.parametrize("name", MISPLACED)
@pytest.mark.parametrize("option", ["queue", "retries", "opt"])
def test_what_runs_or_reads_says_where_options_belong(name: str, option: str) -> None:
    told = rf"^{name}\(\) has no {option}=: that is said of a step, @task\({option}=...\)"
    with pytest.raises(WiringError, match=told):
        MISPLACED[name](**{option: 1})


@pytest.mark.parametrize("name", sorted(MISPLACED.keys() - {"wait_for"}))
def test_a_timeout_is_one_of_the_step_or_of_the_wait(name: str) -> None:
    told = rf"^{name}\(\) has no timeout=: .*timeout_seconds=.*wait_for\(..., timeout=...\)"
    with pytest.raises(WiringError, match=told):
        MISPLACED[name](timeout=60)
