"""A step that itself executes, waits and takes works, or it says what does: it never hangs."""

from __future__ import annotations

import asyncio
import shlex
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

import funsies as f

SECONDS = 30.0


def add(one: int, other: int) -> int:
    return one + other


def waits(url: str, number: int) -> int:
    with f.Fun(f.Server(url)):
        inner = f.reduce(add, number, 1)
        f.execute(inner)
        f.wait_for(inner)
        return f.take(inner)


def waits_by_its_handle(url: str, number: int) -> int:
    with f.Fun(f.Server(url)):
        inner = f.reduce(add, number, 2)
        f.execute(inner).wait()
        return f.take(inner)


def awaits(url: str, number: int) -> int:
    async def program() -> int:
        with f.Fun(f.Server(url)):
            inner = f.reduce(add, number, 3)
            await f.execute(inner)
            return f.take(inner)

    return asyncio.run(program())


def waits_in_a_thread(url: str, number: int) -> int:
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(waits, url, number + 8).result()


def waits_unasked(url: str, number: int) -> int:
    with f.Fun(f.Server(url)):
        f.wait_for(f.reduce(add, number, 4))
        return 0


def waits_in_a_dynamic_step(url: str, number: int) -> f.Artefact[int]:
    return f.put(waits(url, number + 5))


def runs_inside(url: str, number: int) -> int:
    with f.Fun(f.Server(url), defaults=f.options(distributed=False)):
        inner = f.reduce(add, number, 1)
        f.execute(inner)
        f.wait_for(inner)
        return f.take(inner)


def only_asks(url: str, number: int) -> int:
    with f.Fun(f.Server(url)):
        f.execute(f.reduce(add, number, 6))
        return 0


def uses_what_is_there(url: str, number: int) -> int:
    with f.Fun(f.Server(url)):
        inner = f.reduce(add, number, 7)
        f.execute(inner).wait()
        f.wait_for(inner)
        return f.take(inner)


def needs_itself(url: str) -> int:
    with f.Fun(f.Server(url), defaults=f.options(distributed=False)):
        inner = f.reduce(add, f.reduce(needs_itself, url), 1)
        f.execute(inner)
        return f.take(inner)


def forgets_fun(number: int) -> int:
    return ask(number)


def ask(number: int) -> int:
    f.execute()
    return number


def takes_too_early(number: int) -> f.Artefact[int]:
    return f.put(f.take(f.reduce(add, number, 1)))


WAITING = (waits, waits_by_its_handle, awaits, waits_in_a_thread, waits_unasked)


def executed(stage, step: f.Artefact[int]) -> f.Artefact[int]:
    """The one worker that there is runs it."""
    stage.start_worker()
    f.execute(step)
    f.wait_for(step, timeout=SECONDS)
    return step


@pytest.mark.parametrize(
    "function", [waits, waits_by_its_handle, awaits, waits_in_a_thread, waits_unasked]
)
@pytest.mark.parametrize("isolated", [False, True])
def test_a_step_that_waits_for_steps_says_what_works(
    stage, function: Callable[[str, int], int], isolated: bool
) -> None:
    with f.Fun(stage.server, f.options(isolated=isolated)):
        step = executed(stage, f.reduce(function, stage.url, 1))
        error = f.take(step, strict=False).failure()
    assert error.exception == "funsies.core.errors.WiringError"
    assert "bind() or sac()" in error.details
    assert "distributed=False" in error.details


PROGRAM = """
import logging, os, sys
import funsies as f
from funsies.client import stalls, waiting

stalls.UNSERVED_SECONDS = waiting.LOOK_SECONDS = 0.1

class End(logging.Handler):
    def emit(self, record):
        os.write(1, record.getMessage().encode())
        os._exit(0)

logging.getLogger("funsies").addHandler(End())
with f.Fun(f.Server(sys.argv[1])):
    f.execute(f.shell("echo hello")).wait()
"""


def test_a_program_that_a_command_starts_is_told_that_its_step_holds_the_worker(stage) -> None:
    """It would wait for ever, if there is no other worker."""
    command = f"{shlex.quote(sys.executable)} program.py {shlex.quote(stage.url)}"
    with f.Fun(stage.server):
        step = f.shell(f"({command})", inp={"program.py": PROGRAM}, name="outer")
        said = f.take(executed(stage, step.stdout)).decode()
    assert said.startswith("this program was started by the step outer ")
    assert "Fun(defaults=options(distributed=False))" in said


def test_a_dynamic_step_that_waits_for_steps_says_what_works(stage) -> None:
    with f.Fun(stage.server):
        step = executed(stage, f.put(1).bind(Waiting(stage.url)))
        assert "distributed=False" in f.take(step, strict=False).failure().details


class Waiting:
    """Knows the server: a function for ``bind`` takes the value alone."""

    def __init__(self, url: str) -> None:
        self.url = url

    def __call__(self, number: int) -> f.Artefact[int]:
        return waits_in_a_dynamic_step(self.url, number)


@pytest.mark.parametrize("function", [runs_inside, only_asks, uses_what_is_there])
def test_what_needs_no_other_worker_works(stage, function: Callable[[str, int], int]) -> None:
    with f.Fun(stage.server):
        executed(stage, f.reduce(add, 1, 7))
        step = f.reduce(function, stage.url, 1)
        f.execute(step)
        f.wait_for(step, timeout=SECONDS)
        expected = {runs_inside: 2, only_asks: 0, uses_what_is_there: 8}
        assert f.take(step) == expected[function]


def test_a_step_that_executes_what_needs_it_says_so(stage) -> None:
    with f.Fun(stage.server):
        step = executed(stage, f.reduce(needs_itself, stage.url))
        assert "would wait for itself" in f.take(step, strict=False).failure().details


def test_in_memory_steps_may_run_steps(stage) -> None:
    with f.Fun(f.Server("memory://")):
        step = f.reduce(waits, "memory://", 1)
        f.execute(step)
        assert f.take(step) == 2


@pytest.mark.parametrize("function", [forgets_fun, takes_too_early])
def test_without_a_session_a_step_is_told_what_it_returns(
    function: Callable[[int], object],
) -> None:
    with f.Fun(f.Server("memory://")):
        is_dynamic = function is takes_too_early
        step = f.put(1).bind(takes_too_early) if is_dynamic else f.reduce(forgets_fun, 1)
        f.execute(step)
        details = f.take(step, strict=False).failure().details
    assert "does not work inside of a step" in details
    assert "use bind() or a further step" in details


def halves(numbers: list[int]) -> list[list[int]]:
    middle = len(numbers) // 2
    return [numbers[:middle], numbers[middle:]]


def largest(part: f.Artefact[list[int]]) -> f.Artefact[int]:
    """Of funsies 0.8: the part is there, so it may be looked at."""
    assert f.take(part, strict=False).unwrap() == f.take(part)
    return f.put(max(f.take(part)))


def largest_of(found: list[f.Artefact[int]]) -> f.Artefact[int]:
    return f.put(max(f.take(each) for each in found))


@pytest.mark.parametrize("where", ["memory", "worker"])
def test_functions_of_sac_may_take_what_is_there(stage, where: str) -> None:
    with f.Fun(stage.server if where == "worker" else f.Server("memory://")):
        winner = f.dynamic.sac(halves, largest, largest_of, [3, 9, 4, 7], out=int)
        if where == "worker":
            stage.start_worker()
        f.execute(winner)
        f.wait_for(winner, timeout=SECONDS)
        assert f.take(winner) == 9
