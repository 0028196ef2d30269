"""Steps of other programs, modules that cannot be imported, and processes that steps fork."""

from __future__ import annotations

import pytest

DEFINES = """
import enum
import funsies as f
import tools

class Planet(enum.Enum):
    EARTH = 1
    def __init__(self, mass):
        self.weight = tools.FACTOR * mass

def weigh(x: int) -> int:
    return x + Planet.EARTH.weight

if __name__ == "__main__":
    with f.Fun():
        print(f.reduce(weigh, 5).hash)
"""

RUNS_IT = """
import sys
import funsies as f
import tools

def negative(x: int) -> int:
    return tools.FACTOR - x

with f.Fun(defaults=f.options(distributed=False)):
    weighed = f.get(sys.argv[1])
    opposite = weighed.map(negative)
    f.execute(opposite)
    print(f.take(weighed), f.take(opposite))
"""


@pytest.mark.slow
def test_a_program_runs_steps_of_another_program_with_the_modules_of_that_one(
    make_project, pool
):
    """Without a worker: ``distributed=False``. Both have a module of the same name."""
    first, second = make_project(pool.url), make_project(pool.url)
    first.write_files({"main.py": DEFINES, "tools.py": "FACTOR = 10"})
    second.write_files({"main.py": RUNS_IT, "tools.py": "FACTOR = 1000"})
    (address,) = first.run("main.py").lines
    assert second.run("main.py", address).lines == ["15 985"]


SETTINGS = """
import os
HOST = os.environ["ONLY_WHERE_THE_PROGRAM_RUNS"]
def size(): return len(HOST)
"""

USES_SETTINGS = """
import funsies as f
import tools

def sized(x: int) -> int:
    return x + tools.size()

with f.Fun():
    step = f.reduce(sized, 1)
    f.execute(step)
    f.wait_for(step)
    try:
        print(f.take(step))
    except f.UnwrapError as problem:
        print(*str(problem).splitlines())
"""

FROZEN = '[tool.funsies]\nfrozen = ["settings"]\n'


@pytest.fixture
def with_settings(project):
    project.variables["ONLY_WHERE_THE_PROGRAM_RUNS"] = "abc"
    tools = "from settings import size"
    return project.write_files(
        {"main.py": USES_SETTINGS, "tools.py": tools, "settings.py": SETTINGS}
    )


def test_a_module_that_a_worker_cannot_import_is_an_error_that_says_what_to_do(with_settings):
    (message,) = with_settings.run("main.py").lines
    assert "the module settings of the program cannot be imported" in message
    assert "KeyError: 'ONLY_WHERE_THE_PROGRAM_RUNS'" in message
    assert 'frozen = ["settings"]' in message


@pytest.mark.slow
def test_the_values_of_a_frozen_module_travel_in_its_place(with_settings):
    """The advice of the message before works, also for modules that import a frozen one."""
    with_settings.run("main.py")
    with_settings.write_files({"pyproject.toml": FROZEN})
    assert with_settings.run("main.py").lines == ["4"]


def test_settings_that_mean_nothing_are_refused_with_the_file(with_settings):
    with_settings.write_files({"pyproject.toml": '[tool.funsies]\nfrozen = "settings"\n'})
    done = with_settings.run("main.py")
    assert done.code == 1
    assert "frozen in [tool.funsies] must be a list" in done.err


FORKS = """
import multiprocessing, os, signal
import funsies as f

def sleeps(ready):
    ready.set()
    signal.pause()

def ended_by(x: int) -> int:
    context = multiprocessing.get_context("fork")
    ready = context.Event()
    process = context.Process(target=sleeps, args=(ready,))
    process.start()
    ready.wait(20)
    process.terminate()
    process.join(20)
    return process.exitcode

with f.Fun():
    step = f.reduce(ended_by, 1)
    f.execute(step)
    f.wait_for(step)
    print(f.take(step))
"""


@pytest.mark.slow
@pytest.mark.parametrize("server", ["memory://", "workers"])
def test_a_process_that_a_step_forks_can_be_terminated(project, server):
    """As in plain Python: pools of ``multiprocessing`` count on it."""
    if server != "workers":
        project.server = server
    assert project.write_files({"main.py": FORKS}).run("main.py").lines == ["-15"]
